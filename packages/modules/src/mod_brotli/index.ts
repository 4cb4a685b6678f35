import { defineModule, outputFilters, take1, take12 } from '@httpd-ts/kernel';
import { type EtagChange, setSizeNote } from '../content-coding.ts';
import { leadingInteger } from '../core/contract.ts';
import { brotliFilter } from './brotli-filter.ts';
import { type BrotliConfig, brotliServer } from './config.ts';
import { summaries } from './summaries.ts';

function numberDirective(
  field: 'quality' | 'windowBits' | 'blockBits',
  [least, most]: readonly [number, number],
  usage: string,
) {
  return brotliServer.directive({
    args: take1,
    context: 'server',
    usage,
    set(config: BrotliConfig, word, { name }) {
      const value = leadingInteger(word);
      if (value < least || value > most) return `${name} must be between ${least} and ${most}`;
      config[field] = value;
      return undefined;
    },
  });
}

const etagChanges = ['AddSuffix', 'NoChange', 'Remove'];

/** Compression of responses by Brotli. */
export const modBrotli = defineModule({
  name: 'mod_brotli',
  identifier: 'brotli_module',
  httpd: 'modules/filters/mod_brotli.c',
  summaries,
  directives: {
    BrotliFilterNote: brotliServer.directive({
      args: take12,
      context: 'server',
      usage: 'Set a note to report on compression ratio',
      keywords: ['Input', 'Output', 'Ratio'],
      set: (config, args) =>
        setSizeNote(config, args) ? undefined : `Unknown BrotliFilterNote type '${args[0]}'`,
    }),
    BrotliCompressionQuality: numberDirective(
      'quality',
      [0, 11],
      'Compression quality between 0 and 11 (higher quality means slower compression)',
    ),
    BrotliCompressionWindow: numberDirective(
      'windowBits',
      [10, 24],
      'Sliding window size between 10 and 24 (larger windows can improve compression, but require more memory)',
    ),
    BrotliCompressionMaxInputBlock: numberDirective(
      'blockBits',
      [16, 24],
      'Maximum input block size between 16 and 24 (larger block sizes require more memory)',
    ),
    BrotliAlterETag: brotliServer.directive({
      args: take1,
      context: 'server',
      usage:
        "Set how mod_brotli should modify ETag response headers: 'AddSuffix' (default), 'NoChange', 'Remove'",
      keywords: etagChanges,
      default: 'AddSuffix',
      set(config, word) {
        const change = etagChanges.find((name) => name.toLowerCase() === word.toLowerCase());
        if (change === undefined) return "BrotliAlterETag accepts only 'AddSuffix', 'NoChange' and 'Remove'";
        config.etag = change.toLowerCase() as EtagChange;
        return undefined;
      },
    }),
  },
  providers: [outputFilters.provide('brotli_compress', brotliFilter)],
});
