import {
  type DirectiveDeclaration,
  defineModule,
  type Reader,
  readingDirective,
  take1,
} from '@httpd-ts/kernel';
import { readArguments } from '../core/contract.ts';
import { defineMacro } from './define-macro.ts';
import { macrosOf } from './macros.ts';
import { summaries } from './summaries.ts';
import { undefMacro, useMacro } from './use-macro.ts';

const anywhere = { context: 'anywhere', override: 'All' } as const;
const undefUsage = 'Remove a macro definition.';

/** Lines of configuration under a name, with parameters. All of it happens while the files are read. */
export const modMacro = defineModule({
  name: 'mod_macro',
  identifier: 'macro_module',
  httpd: 'modules/core/mod_macro.c',
  summaries,
  directives: {
    '<Macro': readingDirective({
      ...anywhere,
      usage: 'Beginning of a macro definition section.',
      section: true,
      read: defineMacro,
    }),
    Use: readingDirective({ ...anywhere, usage: 'Use of a macro.', read: useMacro }),
    UndefMacro: readingDirective({
      ...anywhere,
      style: 'TAKE1',
      usage: undefUsage,
      read: (raw: string, reader: Reader) =>
        readArguments(take1, raw, { name: reader.name, usage: undefUsage }, (name) =>
          undefMacro(name, reader),
        ),
    }),
    MacroIgnoreEmptyArgs: readingDirective({
      ...anywhere,
      usage: 'Globally ignore warnings about empty arguments.',
      read(_raw, reader) {
        macrosOf(reader).ignoresEmpty = true;
        return [];
      },
    }),
    MacroIgnoreBadNesting: readingDirective({
      ...anywhere,
      usage: 'Globally ignore warnings about bad nesting.',
      read(_raw, reader) {
        macrosOf(reader).ignoresNesting = true;
        return [];
      },
    }),
  } satisfies Record<string, DirectiveDeclaration>,
});
