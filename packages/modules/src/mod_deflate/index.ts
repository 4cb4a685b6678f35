import { defineModule, inputFilters, outputFilters, take1, take12 } from '@httpd-ts/kernel';
import { type EtagChange, setSizeNote } from '../content-coding.ts';
import { leadingInteger, leadingOffset, wholeInteger } from '../core/contract.ts';
import { deflateServer, type InflateConfig, inflateDirectory } from './config.ts';
import { deflateFilter } from './deflate-filter.ts';
import { inflateFilter, inflateInput } from './inflate-filter.ts';
import { summaries } from './summaries.ts';

function numberDirective(
  field: 'level' | 'windowBits' | 'memLevel' | 'bufferSize',
  range: readonly [number, number],
  complaint: string,
  usage: string,
) {
  return deflateServer.directive({
    args: take1,
    context: 'server',
    usage,
    set(config, word) {
      const value = leadingInteger(word);
      if (value < range[0] || value > range[1]) return complaint;
      config[field] = value;
      return undefined;
    },
  });
}

function ratioDirective(field: 'ratioLimit' | 'ratioBurst', name: string, usage: string) {
  return inflateDirectory.directive({
    args: take1,
    context: 'anywhere',
    override: 'All',
    usage,
    set(config: InflateConfig, word) {
      const value = leadingInteger(word);
      if (value <= 0) return `${name} must be positive`;
      config[field] = value;
      return undefined;
    },
  });
}

const etagChanges: ReadonlySet<string> = new Set<EtagChange>(['addsuffix', 'nochange', 'remove']);
const etagUsage =
  "Set how mod_deflate should modify ETAG response headers: 'AddSuffix' (default), 'NoChange' (2.2.x behavior), 'Remove'";

/** Compression of responses, and expansion of responses and requests. */
export const modDeflate = defineModule({
  name: 'mod_deflate',
  identifier: 'deflate_module',
  httpd: 'modules/filters/mod_deflate.c',
  summaries,
  directives: {
    DeflateFilterNote: deflateServer.directive({
      args: take12,
      context: 'server',
      usage: 'Set a note to report on compression ratio',
      set: (config, args) => (setSizeNote(config, args) ? undefined : `Unknown note type ${args[0]}`),
    }),
    DeflateWindowSize: numberDirective(
      'windowBits',
      [1, 15],
      'DeflateWindowSize must be between 1 and 15',
      'Set the Deflate window size (1-15)',
    ),
    DeflateBufferSize: numberDirective(
      'bufferSize',
      [1, Number.MAX_SAFE_INTEGER],
      'DeflateBufferSize should be positive',
      'Set the Deflate Buffer Size',
    ),
    DeflateMemLevel: numberDirective(
      'memLevel',
      [1, 9],
      'DeflateMemLevel must be between 1 and 9',
      'Set the Deflate Memory Level (1-9)',
    ),
    DeflateCompressionLevel: numberDirective(
      'level',
      [1, 9],
      'Compression Level must be between 1 and 9',
      'Set the Deflate Compression Level (1-9)',
    ),
    DeflateAlterEtag: deflateServer.directive({
      args: take1,
      context: 'server',
      usage: etagUsage,
      default: 'AddSuffix',
      set(config, word) {
        const change = word.toLowerCase();
        if (!etagChanges.has(change))
          return "DeflateAlterETAG accepts only 'NoChange', 'AddSuffix', and 'Remove'";
        config.etag = change as EtagChange;
        return undefined;
      },
    }),
    DeflateInflateLimitRequestBody: inflateDirectory.directive({
      args: take1,
      context: 'anywhere',
      override: 'All',
      usage: 'Set a limit on size of inflated input',
      set(config, word) {
        if (leadingOffset(word) === undefined) return 'DeflateInflateLimitRequestBody is not parsable.';
        const limit = wholeInteger(word);
        if (limit === undefined || limit < 0) {
          return 'DeflateInflateLimitRequestBody requires a non-negative integer.';
        }
        config.bodyLimit = limit;
        return undefined;
      },
    }),
    DeflateInflateRatioLimit: ratioDirective(
      'ratioLimit',
      'DeflateInflateRatioLimit',
      'Set the inflate ratio limit above which inflation is aborted (default: 200)',
    ),
    DeflateInflateRatioBurst: ratioDirective(
      'ratioBurst',
      'DeflateInflateRatioBurst',
      'Set the maximum number of following inflate ratios above limit (default: 3)',
    ),
  },
  providers: [
    outputFilters.provide('deflate', deflateFilter),
    outputFilters.provide('inflate', inflateFilter),
    inputFilters.provide('deflate', inflateInput),
  ],
});
