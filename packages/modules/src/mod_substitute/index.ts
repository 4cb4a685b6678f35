import { defineModule, flag, outputFilters, take1 } from '@httpd-ts/kernel';
import { leadingOffset } from '../core/contract.ts';
import { substituteConfig } from './config.ts';
import { readSubstitution } from './read-substitution.ts';
import { substituteFilter } from './substitute-filter.ts';
import { summaries } from './summaries.ts';

const inFileInfo = { context: 'anywhere', override: 'FileInfo' } as const;

/** Text replaced in the bodies of responses. */
export const modSubstitute = defineModule({
  name: 'mod_substitute',
  identifier: 'substitute_module',
  httpd: 'modules/filters/mod_substitute.c',
  summaries,
  directives: {
    Substitute: substituteConfig.directive({
      ...inFileInfo,
      args: take1,
      usage: 'Pattern to filter the response content (s/foo/bar/[inf])',
      set(config, line, cmd) {
        const substitution = readSubstitution(line, cmd);
        if (typeof substitution === 'string') return substitution;
        config.substitutions.push(substitution);
        return undefined;
      },
    }),
    SubstituteInheritBefore: substituteConfig.directive({
      ...inFileInfo,
      args: flag,
      usage: 'Apply inherited patterns before those of the current context',
      default: 'Off',
      set(config, on) {
        config.inheritBefore = on;
      },
    }),
    SubstituteMaxLineLength: substituteConfig.directive({
      ...inFileInfo,
      args: take1,
      usage: 'Maximum line length',
      default: '1m',
      set(config, word, { name }) {
        const [, unit] = /^(?:[\t-\r ]*[+-]?\d+)?([bkmg]?)$/i.exec(word) ?? [];
        const value = leadingOffset(word);
        if (unit === undefined || value === undefined || value < 0) {
          return `${name} must be a non-negative integer optionally suffixed with 'b', 'k', 'm' or 'g'.`;
        }
        const bytes = value * 1024 ** 'bkmg'.indexOf(unit.toLowerCase() || 'b');
        if (bytes > 2 ** 63) return `${name} value too large`;
        config.maxLineLength = bytes;
        return undefined;
      },
    }),
  },
  providers: [outputFilters.provide('substitute', substituteFilter)],
});
