import { defineModule, readingDirective } from '@httpd-ts/kernel';
import { ifVersion, ifVersionUsage } from './if-version.ts';
import { summaries } from './summaries.ts';

/** Sections that count for some versions of httpd only. */
export const modVersion = defineModule({
  name: 'mod_version',
  identifier: 'version_module',
  httpd: 'modules/metadata/mod_version.c',
  isStatic: true,
  summaries,
  directives: {
    '<IfVersion': readingDirective({
      context: 'anywhere',
      override: 'All',
      style: 'TAKE123',
      usage: ifVersionUsage,
      section: true,
      read: ifVersion,
    }),
  },
});
