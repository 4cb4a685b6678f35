import {
  type Diagnostic,
  type DirectiveDeclaration,
  explanationOf,
  type ModuleDefinition,
  words,
} from '@httpd-ts/kernel';
import { thirdPartyByDirective } from '@httpd-ts/modules';
import { diagnostics } from './apache-diagnostics.ts';
import { type DirectiveEntry, describeDirective, directiveIndex } from './directive-index.ts';
import type { Finding } from './finding.ts';
import { nearestName } from './nearest-name.ts';
import { shownName } from './shown-name.ts';
import type { SourceFiles } from './source-files.ts';

/** Adds to a message of httpd's what a person needs to mend the line. */
export type ExplainDiagnostic = (diagnostic: Diagnostic) => Finding;

export function diagnosticExplainer(
  available: readonly ModuleDefinition[],
  isLoaded: (identifier: string) => boolean,
  sources: SourceFiles,
): ExplainDiagnostic {
  const index = directiveIndex(available);
  return (given) => {
    const diagnostic = withPlace(given);
    const explanation = explanationOf(diagnostic, diagnostics);
    const { file, line } = diagnostic;
    const code = explanation?.code ?? 'refused-configuration';
    const name = diagnostic.directive ?? directiveAt(sources, file, line);
    const entry = name === undefined ? undefined : index.get(name.toLowerCase());
    const wrong =
      (code === 'refused-arguments' || code === 'unknown-rewrite-flag') && entry !== undefined
        ? wrongKeyword(diagnostic, entry.declaration.keywords, sources)
        : undefined;
    const excerpt =
      file === undefined || line === undefined
        ? undefined
        : sources.excerpt(file, line, wrong?.word ?? meantWord(diagnostic, code, name, sources));
    return {
      ...diagnostic,
      directive: entry === undefined ? diagnostic.directive : name,
      code,
      origin: 'apache',
      excerpt,
      why: explanation?.why,
      instead: explanation?.instead,
      ...(code === 'unknown-directive' ? unknownDirective(name, excerpt?.text, entry, index, isLoaded) : {}),
      ...(code === 'directive-not-allowed-here' && entry !== undefined
        ? { allowedIn: placesOf(entry.declaration) }
        : {}),
      ...(wrong === undefined ? {} : { didYouMean: wrong.nearest }),
      ...(wrong === undefined || code !== 'refused-arguments' ? {} : { instead: wrong.instead }),
      ...(entry === undefined ? {} : describeDirective(entry)),
    };
  };
}

/** Some sentences of the last checks name the place within the text only. */
function withPlace(diagnostic: Diagnostic): Diagnostic {
  const [, file, line] =
    / defined at (\/.*):(\d+)$/m.exec(diagnostic.text) ??
    /^Error reading (\/.*) at line (\d+): /.exec(diagnostic.text) ??
    [];
  return diagnostic.file !== undefined || file === undefined
    ? diagnostic
    : { ...diagnostic, file, line: Number(line) };
}

function directiveAt(sources: SourceFiles, file?: string, line?: number): string | undefined {
  if (file === undefined || line === undefined) return undefined;
  const found = sources.lineAt(file, line);
  if (found?.kind === 'directive') return found.name;
  return found?.kind === 'section' ? `<${found.name}` : undefined;
}

/** The argument that is wrong, which the caret then stands under: quoted by the message, named in it, or the only one. */
function meantWord(
  { file, line, text }: Diagnostic,
  code: string,
  name: string | undefined,
  sources: SourceFiles,
): string | undefined {
  const quoted = quotedWord(text, name);
  const found = sources.lineAt(file ?? '', line ?? 0);
  if (found === undefined || !('arguments' in found)) return quoted;
  if (quoted !== undefined && found.arguments.includes(quoted)) return quoted;
  const variable = /AH00111: .*(\$\{[^}]*\})/.exec(text)?.[1];
  if (variable !== undefined) return variable;
  if (!aboutArguments.has(code) || / (?:takes|requires|requires at least) /.test(text)) return quoted;
  const written = words(found.arguments);
  const named = written.find((word) => text.split(/[\s,;]+/).includes(word));
  return named ?? (written.length === 1 ? written[0] : undefined);
}

const aboutArguments: ReadonlySet<string> = new Set([
  ...['refused-arguments', 'back-end-without-scheme', 'unknown-lbmethod', 'proxy-parameter-without-url'],
]);

interface WrongKeyword {
  readonly word: string;
  readonly nearest: string | undefined;
  readonly instead: string;
}

/** The word that should have been one of a directive's keywords: the message names it, or it is nearly one of them. */
function wrongKeyword(
  { file, line, text, directive }: Diagnostic,
  keywords: readonly string[],
  sources: SourceFiles,
): WrongKeyword | undefined {
  const found = sources.lineAt(file ?? '', line ?? 0);
  if (keywords.length === 0 || found === undefined || !('arguments' in found)) return undefined;
  const known = new Set(keywords.map((keyword) => keyword.toLowerCase()));
  const unknown = [quotedWord(text, directive) ?? '', ...words(found.arguments)]
    .map(keywordIn)
    .filter((word) => word !== '' && !known.has(word.toLowerCase()));
  const inMessage = text.split(/[\s,;'"=]+/);
  const named = /(?:unknown|illegal)\b/i.test(text)
    ? unknown.find((word) => inMessage.includes(word))
    : undefined;
  const word = named ?? unknown.find((one) => nearestName(one, keywords) !== undefined);
  if (word === undefined) return undefined;
  return { word, nearest: nearestName(word, keywords), instead: `Write one of: ${keywords.join(', ')}.` };
}

/** `Indexes` of `+Indexes`, `timeout` of `timeout=5`. */
const keywordIn = (word: string) => word.replace(/^[+-]/, '').replace(/=.*/s, '');

function quotedWord(text: string, name: string | undefined): string | undefined {
  for (const [, single, double] of text.matchAll(/'([^']+)'|"([^"]+)"/g)) {
    const word = single ?? double;
    if (word !== undefined && word.toLowerCase() !== name?.toLowerCase()) return word;
  }
  return undefined;
}

type Index = ReadonlyMap<string, DirectiveEntry>;

function unknownDirective(
  name: string | undefined,
  line: string | undefined,
  entry: DirectiveEntry | undefined,
  index: Index,
  isLoaded: (identifier: string) => boolean,
): Partial<Finding> {
  if (name === undefined) return {};
  const encoding = encodingOf(line ?? name);
  if (encoding !== undefined) {
    return {
      instead: `The file is saved as ${encoding}, which Apache cannot read: save it as UTF-8 without BOM.`,
    };
  }
  if (entry !== undefined && !isLoaded(entry.module.identifier)) {
    const { identifier, name: module } = entry.module;
    const line = `LoadModule ${identifier} modules/${module.startsWith('mod_') ? module : `mod_${module}`}.so`;
    return {
      instead: `${shownName(entry.name)} belongs to ${module}. Add: ${line} (on Debian: a2enmod ${identifier.replace(/_module$/, '')})`,
    };
  }
  const others = thirdPartyByDirective(name.replace('<', ''));
  if (others !== undefined)
    return {
      instead: `It belongs to ${others.title}, which is not part of httpd. Instead: ${others.instead}`,
    };
  const isSection = name.startsWith('<');
  const candidates = [...index.values()]
    .map((one) => one.name)
    .filter((one) => one.startsWith('<') === isSection);
  const nearest =
    nearestName(name, candidates) ??
    nearestName(
      isSection ? name.slice(1) : `<${name}`,
      [...index.values()].map((one) => one.name),
    );
  return nearest === undefined ? {} : { didYouMean: nearest.startsWith('<') ? `${nearest}>` : nearest };
}

/** The encoding that the first bytes of a file tell, where no server reads it. */
function encodingOf(line: string): string | undefined {
  if (/^(?:\xff\xfe|\xfe\xff|\0|[^\0]\0)/.test(line)) return 'UTF-16';
  return line.startsWith('\xef\xbb\xbf') ? 'UTF-8 with a byte order mark (BOM)' : undefined;
}

const perDirectory = '<Directory>, <Location>, <Files> and <If>';

/** Where a directive may stand, in words. */
export function placesOf({ context, overrideClasses, notIn }: DirectiveDeclaration): readonly string[] {
  const server =
    notIn !== undefined && (notIn & 1) !== 0 ? ['the main server'] : ['the main server', '<VirtualHost>'];
  const classes = overrideClasses.filter((name) => name !== 'All');
  const htaccess =
    (notIn & 32) !== 0 || overrideClasses.length === 0
      ? []
      : [classes.length === 0 ? '.htaccess' : `.htaccess with AllowOverride ${classes.join(' or ')}`];
  switch (context) {
    case 'server':
      return server;
    case 'server, proxy':
      return [...server, '<Proxy>'];
    case 'directory':
      return [perDirectory];
    case 'server, directory':
      return [...server, perDirectory];
    case 'server, anywhere':
      return [...server, perDirectory, ...htaccess];
    case 'anywhere':
      return [...(isServerToo(overrideClasses) ? server : []), perDirectory, ...htaccess];
  }
}

/** The classes AuthConfig and Limit leave the server out. httpd: include/http_config.h OR_AUTHCFG, OR_LIMIT */
const isServerToo = (classes: DirectiveDeclaration['overrideClasses']) =>
  classes.some((name) => name !== 'AuthConfig' && name !== 'Limit');
