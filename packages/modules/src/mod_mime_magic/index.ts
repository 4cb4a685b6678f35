import { defineModule, postConfig, take1, typeChecker } from '@httpd-ts/kernel';
import { mimeMagicConfig } from './config.ts';
import { findTypeByContent } from './find-type-by-content.ts';
import { loadMagicFiles } from './load-magic-files.ts';
import { summaries } from './summaries.ts';

/** Types of files whose names tell none, by what the first bytes hold. */
export const modMimeMagic = defineModule({
  name: 'mod_mime_magic',
  identifier: 'mime_magic_module',
  httpd: 'modules/metadata/mod_mime_magic.c',
  summaries,
  directives: {
    MimeMagicFile: mimeMagicConfig.directive({
      args: take1,
      context: 'server',
      usage: 'Path to MIME Magic file (in file(1) format)',
      set(config, file) {
        config.file = file;
      },
    }),
  },
  hooks: [
    typeChecker(findTypeByContent, {
      after: ['mod_mime'],
      when: (view) => mimeMagicConfig.of(view).file !== undefined,
    }),
    postConfig(loadMagicFiles, { order: 'first' }),
  ],
});
