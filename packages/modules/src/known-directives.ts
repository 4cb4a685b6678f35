import { trimBlanks } from '@httpd-ts/http1';
import {
  type ArgumentShape,
  type DirectiveContext,
  type DirectiveDeclaration,
  defineModule,
  directive,
  entryOf,
  flag,
  iterate,
  iterate2,
  type ModuleDefinition,
  NOT_IN,
  type OverrideClass,
  rawArguments,
  readingDirective,
  section,
  take1,
  take2,
  take3,
  take12,
  take23,
  take123,
  takeArgv,
  words,
} from '@httpd-ts/kernel';
import { readArguments, sectionArgument, unclosedSection } from './core/contract.ts';
import { type ArgumentCheck, knownArguments } from './known-arguments.ts';
import { type KnownDirective, type KnownModule, type KnownPlace, knownModules } from './known-modules.ts';
import { provisionsOf } from './known-provisions.ts';
import { knownSummaries } from './known-summaries.ts';
import { declareAuthzProvider } from './mod_authz_core/contract.ts';
import { unservedRequirement } from './unserved-requirement.ts';

const shapes: readonly ArgumentShape<unknown>[] = [
  rawArguments,
  flag,
  take1,
  take2,
  take12,
  take3,
  take23,
  take123,
  iterate,
  iterate2,
  takeArgv,
];
const shapeByStyle = new Map(shapes.map((shape) => [shape.style, shape]));

/** What a place of the table means in a declaration. */
function placeOf(place: KnownPlace): Pick<DirectiveDeclaration, 'context'> & { override?: OverrideClass[] } {
  switch (place) {
    case 'server':
    case 'directory':
    case 'server, directory':
    case 'server, proxy':
      return { context: place };
    case 'server, AuthConfig':
      return { context: 'server, anywhere', override: ['AuthConfig'] };
    default:
      return { context: 'anywhere', override: place.split(', ') as OverrideClass[] };
  }
}

const bitsOf = (places: string) =>
  places.split(', ').reduce((bits, name) => bits | NOT_IN[name as keyof typeof NOT_IN], 0);

const asWords = (args: unknown): readonly string[] =>
  Array.isArray(args) ? args : typeof args === 'string' ? [args] : [];

/** A directive that is checked as Apache checks it, and does nothing. */
function knownDirective(name: string, [style, place, usage, notIn]: KnownDirective): DirectiveDeclaration {
  const common = { ...placeOf(place), usage, support: 'known' } as const;
  if (isReadAtOnce(name)) return knownWhileReading(name, style, common);
  const places = notIn === undefined ? {} : { notIn: bitsOf(notIn) };
  if (name.startsWith('<')) return section({ ...common, ...places, open: openSection });
  const check: ArgumentCheck | undefined = entryOf(knownArguments, name);
  return directive<unknown>({
    ...common,
    ...places,
    args: shapeByStyle.get(style)!,
    set: (_config, args, cmd) => check?.(asWords(args), cmd),
  });
}

/** A section whose content is carried out where it stands. httpd: modules/md/mod_md_config.c md_config_sec_start */
function openSection(_config: undefined, raw: string, cmd: DirectiveContext): string | undefined {
  const argument = sectionArgument(raw);
  if (argument === undefined) return unclosedSection(cmd.name);
  if (trimBlanks(argument) === '') return '<MDomainSet > section must specify a unique domain name';
  const isNested = cmd.enclosing.some((name) => /^mdomain/i.test(name));
  if (isNested) return `${cmd.name} is not allowed inside an '<MDomainSet' context`;
  cmd.walk(cmd.node.children ?? [], {});
  return undefined;
}

/** mod_lua takes the bodies of its sections, and the names of its providers, while the files are read. */
const isReadAtOnce = (name: string) => name.startsWith('<Lua') || name === 'LuaAuthzProvider';

/** Leaves the line in the tree, so that serving refuses it. */
function knownWhileReading(
  name: string,
  style: string,
  common: Pick<DirectiveDeclaration, 'context' | 'support'> & { readonly usage: string },
): DirectiveDeclaration {
  const isSection = name.startsWith('<');
  return readingDirective({
    ...common,
    style,
    section: isSection,
    read(raw, reader) {
      const node = { name: name.replace('<', ''), args: raw, file: reader.file, line: reader.line };
      if (!isSection) {
        const usage = { name, usage: common.usage };
        return readArguments(take3, raw, usage, ([provider]) => {
          declareAuthzProvider(reader, provider, unservedRequirement('mod_lua', provider));
          return [node];
        });
      }
      const argument = sectionArgument(raw);
      if (argument === undefined) return unclosedSection(name);
      const when = words(argument)[1];
      if (when !== undefined && !/^(?:early|late|)$/i.test(when)) {
        return `${name}> 2nd argument must be 'early' or 'late'`;
      }
      const end = `</${node.name.toLowerCase()}`;
      for (let line = reader.nextLine(); line !== undefined; line = reader.nextLine()) {
        if (line.toLowerCase().startsWith(end)) break;
      }
      return [{ ...node, children: [] }];
    },
  });
}

/** Directives that are checked, and refused when serving. */
export function knownDirectives({ directives }: KnownModule): Readonly<Record<string, DirectiveDeclaration>> {
  return Object.fromEntries(
    Object.entries(directives).map(([spelled, facts]) => [spelled, knownDirective(spelled, facts)]),
  );
}

/** The sentences on the directives of a module. */
export function summariesOf({ directives }: KnownModule): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(directives).map((name) => [name, entryOf<string>(knownSummaries, name) ?? '']),
  );
}

const known = (module: KnownModule): ModuleDefinition => {
  const { identifier, httpd } = module;
  const name = `mod_${identifier.replace(/_module$/, '')}`;
  return defineModule({
    name,
    identifier,
    httpd,
    directives: knownDirectives(module),
    summaries: summariesOf(module),
    ...provisionsOf(name),
  });
};

/**
 * Apache's modules that have no folder here: their directives are declared, so that a configuration gets Apache's
 * verdict, and serving refuses one that uses them.
 */
export const knownModuleDefinitions: readonly ModuleDefinition[] = knownModules.map(known);
