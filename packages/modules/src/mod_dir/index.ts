import {
  type Complaint,
  defineModule,
  entryOf,
  fixups,
  flag,
  rawArguments,
  take1,
  words,
} from '@httpd-ts/kernel';
import { type DirConfig, dirConfig } from './config.ts';
import { serveDirectory } from './serve-directory.ts';
import { summaries } from './summaries.ts';

const redirectWords: Readonly<Record<string, number>> = {
  on: 302,
  off: 0,
  permanent: 301,
  temp: 302,
  seeother: 303,
};

/** httpd: modules/mappers/mod_dir.c configure_redirect */
function setIndexRedirect(config: DirConfig, word: string): Complaint {
  const named = entryOf(redirectWords, word.toLowerCase());
  if (named === undefined && !/^\d/.test(word))
    return 'DirectoryIndexRedirect ON|OFF|permanent|temp|seeother|3xx';
  const status = named ?? Number.parseInt(word, 10);
  if (named === undefined && (status < 300 || status > 399)) {
    return 'DirectoryIndexRedirect only accepts values between 300 and 399';
  }
  config.indexRedirect = status;
  return undefined;
}

/** Trailing-slash redirects and index files. */
export const modDir = defineModule({
  name: 'mod_dir',
  identifier: 'dir_module',
  httpd: 'modules/mappers/mod_dir.c',
  summaries,
  directives: {
    DirectoryIndex: dirConfig.directive({
      args: rawArguments,
      context: 'anywhere',
      override: 'Indexes',
      usage: 'a list of file names',
      default: 'index.html',
      // Lines in one section add up; a lone "disabled" clears the list.
      set(config, raw) {
        const names = words(raw).filter((name) => name !== '');
        const isDisabled = names.length === 1 && names[0]!.toLowerCase() === 'disabled';
        config.indexes = isDisabled ? [] : [...(config.indexes ?? []), ...names];
      },
    }),
    DirectorySlash: dirConfig.directive({
      args: flag,
      context: 'anywhere',
      override: 'Indexes',
      usage: 'On or Off',
      default: 'On',
      set(config, on) {
        config.slash = on;
      },
    }),
    DirectoryIndexRedirect: dirConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'Indexes',
      usage: 'On, Off, or a 3xx status code.',
      default: 'off',
      set: setIndexRedirect,
    }),
    DirectoryCheckHandler: dirConfig.directive({
      args: flag,
      context: 'anywhere',
      override: 'Indexes',
      usage: 'On or Off',
      default: 'Off',
      set(config, on) {
        config.checkHandler = on;
      },
    }),
    FallbackResource: dirConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'Indexes',
      usage: 'Set a default handler',
      set(config, uri) {
        config.fallback = uri;
      },
    }),
  },
  hooks: [fixups(serveDirectory, { order: 'last' })],
});
