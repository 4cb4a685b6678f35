import { type DirectiveDeclaration, defineModule, readingDirective } from '@httpd-ts/kernel';
import { loadFile, loadFileUsage, loadModule, loadModuleUsage } from './load-module.ts';
import { summaries } from './summaries.ts';

/** LoadModule makes a module's directives known; no machine code is loaded. */
export const modSo = defineModule({
  name: 'mod_so',
  identifier: 'so_module',
  httpd: 'modules/core/mod_so.c',
  isStatic: true,
  summaries,
  directives: {
    LoadModule: readingDirective({
      context: 'server',
      style: 'TAKE2',
      usage: loadModuleUsage,
      read: loadModule,
    }),
    LoadFile: readingDirective({
      context: 'server',
      style: 'ITERATE',
      usage: loadFileUsage,
      support: { accepted: 'libraries for modules of machine code are not needed' },
      read: loadFile,
    }),
  } satisfies Record<string, DirectiveDeclaration>,
});
