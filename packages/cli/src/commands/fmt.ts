import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { entryOf, type ModuleDefinition } from '@httpd-ts/kernel';
import { type FormatOptions, formatConfig, parseConfig, type SectionContent } from '@httpd-ts/syntax';
import { latin1 } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';

export interface FmtOptions {
  /** Change nothing, name the files that are not formatted. */
  readonly check?: true;
  /** Blanks a level, or `tab`. */
  readonly indent: string;
}

const exitCodes = { good: 0, refused: 1, misuse: 2 };

/** Names of configuration files in a directory that is given whole. */
const configFileName = /(?:\.conf|\.load|^\.htaccess)$/;

/**
 * Formats files in place (`-` from standard input to standard output). Gives 1 where a file cannot be formatted, or with
 * `--check` where one is not formatted; 2 where one cannot be read or the command makes no sense.
 */
export async function fmt(
  paths: readonly string[],
  options: FmtOptions,
  invocation: Invocation,
): Promise<number> {
  const { output } = invocation;
  const complain = (text: string) => output.error(`${programOf(invocation)}: ${text}\n`);
  const indent = indentOf(options.indent);
  if (indent === undefined || paths.length === 0) {
    complain(indent === undefined ? `no such indentation: ${options.indent}` : 'no file is given');
    return exitCodes.misuse;
  }
  const { standardModules } = await import('@httpd-ts/modules');
  const style = formatStyle(standardModules, indent);
  let exitCode = exitCodes.good;
  for (const found of paths.flatMap(filesIn)) {
    const { path } = found;
    const name = path === '-' ? '-' : latin1(path);
    const content = found.failure === undefined ? read(path) : { failure: found.failure };
    if ('failure' in content) {
      complain(`${name}: cannot be read: ${content.failure}`);
      exitCode = exitCodes.misuse;
      continue;
    }
    const { text } = content;
    const formatted = formatConfig(parseConfig(text, name), style);
    if (typeof formatted !== 'string') {
      complain(`${name}:${formatted.line}: ${formatted.text}; the file is left as it is`);
      exitCode = Math.max(exitCode, exitCodes.refused);
    } else if (options.check) {
      if (formatted === text) continue;
      output.out(`${name}\n`);
      exitCode = Math.max(exitCode, exitCodes.refused);
    } else if (path === '-') {
      output.out(formatted);
    } else if (formatted !== text) {
      const failure = replaceFile(path, formatted);
      if (failure === undefined) {
        output.out(`${name}\n`);
      } else {
        complain(`${name}: cannot be written: ${failure}`);
        exitCode = Math.max(exitCode, exitCodes.refused);
      }
    }
  }
  return exitCode;
}

/** How configuration is laid out: names as their modules register them. */
export function formatStyle(modules: readonly ModuleDefinition[], indent: string): FormatOptions {
  const names = new Map(
    modules.flatMap(({ directives }) => Object.keys(directives).map((name) => [name.toLowerCase(), name])),
  );
  return {
    indent,
    canonicalName: (name, isSection) =>
      names.get((isSection ? `<${name}` : name).toLowerCase())?.replace(/^</, ''),
    contentOf,
  };
}

/** Scripts of other languages within a configuration: mod_perl and mod_lua. */
const scriptSection = /^(?:perl|lua(?:hook\w+|quickhandler))$/i;

function contentOf(section: string): SectionContent {
  if (scriptSection.test(section)) return 'text';
  return section.toLowerCase() === 'macro' ? 'template' : 'directives';
}

function indentOf(given: string): string | undefined {
  if (given === 'tab') return '\t';
  return /^\d{1,2}$/.test(given) && Number(given) <= 16 ? ' '.repeat(Number(given)) : undefined;
}

/** A file, or why it cannot be formatted. */
interface Found {
  readonly path: string;
  readonly failure?: string;
}

const deepest = 32;

/** The file, or those of a directory, links followed: what a directory of enabled sites holds is links. */
function filesIn(path: string): readonly Found[] {
  if (path === '-') return [{ path }];
  try {
    if (!statSync(path).isDirectory()) return [{ path }];
    const below = filesBelow(path, 0);
    return below.length > 0 ? below : [{ path, failure: 'no configuration file in it' }];
  } catch (error) {
    return [{ path, failure: reasonOf(error) }];
  }
}

function filesBelow(directory: string, depth: number): Found[] {
  const found: Found[] = [];
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const info = statSync(path, { throwIfNoEntry: false });
    if (info?.isDirectory() && depth < deepest) found.push(...filesBelow(path, depth + 1));
    else if (configFileName.test(name) && !info?.isDirectory()) found.push({ path });
  }
  return found;
}

function read(path: string): { readonly text: string } | { readonly failure: string } {
  try {
    return { text: readFileSync(path === '-' ? 0 : path, 'latin1') };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
};

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return entryOf(reasons, code) ?? code;
}

/**
 * Puts another text in the place of a file at once, so that no reader ever sees half of it. Links stay links, owner and
 * mode stay as they are. Gives the reason of a failure.
 */
function replaceFile(path: string, text: string): string | undefined {
  try {
    const target = realpathSync(path);
    const folder = mkdtempSync(join(dirname(target), '.httpd-ts-fmt-'));
    try {
      const copy = join(folder, 'new');
      writeLike(copy, text, statSync(target));
      renameSync(copy, target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function writeLike(path: string, text: string, { mode, uid, gid }: Stats): void {
  const descriptor = openSync(path, 'wx');
  try {
    writeFileSync(descriptor, text, 'latin1');
    fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
