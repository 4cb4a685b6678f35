import { defineModule, fixups, flag } from '@httpd-ts/kernel';
import { type SpelingConfig, spelingConfig } from './config.ts';
import { correctSpelling } from './correct-spelling.ts';
import { summaries } from './summaries.ts';

const switchOf = (field: keyof SpelingConfig, usage: string, byDefault: string) =>
  spelingConfig.directive({
    args: flag,
    context: 'anywhere',
    override: 'Options',
    usage,
    default: byDefault,
    set(config, on) {
      config[field] = on;
    },
  });

/** Mistyped names of files. */
export const modSpeling = defineModule({
  name: 'mod_speling',
  identifier: 'speling_module',
  httpd: 'modules/mappers/mod_speling.c',
  summaries,
  directives: {
    CheckSpelling: switchOf('enabled', 'whether or not to fix miscapitalized/misspelled requests', 'Off'),
    CheckCaseOnly: switchOf('caseOnly', 'whether or not to fix only miscapitalized requests', 'Off'),
    CheckBasenameMatch: switchOf('basename', 'whether or not to fix files with the same base name', 'On'),
  },
  hooks: [
    fixups(correctSpelling, { order: 'last', when: (view) => spelingConfig.of(view).enabled === true }),
  ],
});
