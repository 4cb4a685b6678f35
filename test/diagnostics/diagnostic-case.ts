import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the cases are kept: a file a group, `preamble/` with what they include first. */
export const diagnosticFixtures = fileURLToPath(new URL('../../fixtures/diagnostics', import.meta.url));

/** What a command printed, and how it ended. */
export interface CommandAnswer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files it wrote, by name below the root. */
  readonly written?: Readonly<Record<string, string>>;
}

/** A configuration and what Apache says of it. Text is latin1; `\{x*9}` stands for nine `x`. */
export interface DiagnosticCase {
  readonly id: string;
  /** Name of the file in `preamble/` that is included first; `all` when left out. */
  readonly preamble?: string;
  /** Switches behind `-f`; `-t` when left out. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** More files by name; null makes a directory. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Whether it needs `s.crt` with `s.key`, and `other.key`. */
  readonly certificates?: boolean;
  readonly config: string;
  readonly exit: number;
  readonly stderr: string;
  readonly stdout?: string;
  readonly written?: Readonly<Record<string, string>>;
  /** What a start in the foreground comes to; `exit` is null where the server runs. */
  readonly start?: { readonly exit: number | null; readonly stderr: string; readonly errorLog?: string };
}

/** The cases of all groups by the name of the group. */
export function diagnosticGroups(): ReadonlyMap<string, readonly DiagnosticCase[]> {
  const names = readdirSync(diagnosticFixtures).filter((name) => name.endsWith('.json'));
  return new Map(
    names
      .sort()
      .map((name) => [
        name.slice(0, -'.json'.length),
        JSON.parse(readFileSync(join(diagnosticFixtures, name), 'utf8')) as DiagnosticCase[],
      ]),
  );
}

/** Where Apache's modules are on Debian; where they are not, the cases run as on a machine without Apache. */
export const modulesPlace = '/usr/lib/apache2/modules';

/** The arguments that a case is run with in a root. */
export function argumentsOf(one: DiagnosticCase, root: string): string[] {
  const { preamble = 'all', args = ['-t'] } = one;
  const given = ['-d', '@ROOT@', '-C', `Include @ROOT@/preamble/${preamble}.conf`, '-f', '@ROOT@/test.conf'];
  return [...given, ...args].map((arg) => placed(arg, root));
}

/** Lays a case's files out in a fresh directory. */
export function layOutCase(one: DiagnosticCase, root: string): void {
  for (const name of ['run', 'logs', 'htdocs', 'preamble']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'htdocs/index.html'), 'hello\n');
  writeFileSync(join(root, 'mime.types'), 'text/html html\n');
  layOutPreamble(one.preamble ?? 'all', root);
  for (const [name, content] of Object.entries(one.files ?? {})) {
    if (content === null) mkdirSync(join(root, name), { recursive: true });
    else write(root, name, repeated(content));
  }
  if (one.certificates === true) {
    for (const name of ['s.crt', 's.key', 'other.key']) {
      write(root, name, readFileSync(join(diagnosticFixtures, 'certificates', name), 'latin1'));
    }
  }
  write(root, 'test.conf', repeated(one.config));
}

/** Lays out what a case includes first. */
export function layOutPreamble(name: string, root: string): void {
  const file = `preamble/${name}.conf`;
  write(root, file, readFileSync(join(diagnosticFixtures, file), 'latin1'));
}

function write(root: string, name: string, text: string): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, placed(text, root), 'latin1');
}

const repeated = (text: string) =>
  text.replace(/\\\{([\s\S]+?)\*(\d+)\}/g, (_all, part: string, times: string) => part.repeat(Number(times)));

const placed = (text: string, root: string) =>
  text.replaceAll('@ROOT@', root).replaceAll('@MODULES@', modulesPlace);

/** The text with everything masked that differs from run to run. */
export function maskOutput(text: string, root: string): string {
  const masked = text
    .replaceAll(root, '@ROOT@')
    .replaceAll(modulesPlace, '@MODULES@')
    .replace(/^\[\w{3} \w{3} \d\d [\d:.]+ \d{4}\]/gm, '[@TIME@]')
    .replace(/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?/g, '@TIME@')
    .replace(/\[pid \d+:tid \d+\]/g, '[pid @PID@:tid @TID@]')
    .replace(/\[client [\d.]+:\d+\]/g, '[client @CLIENT@]')
    .replaceAll('(EAI 3)Temporary failure in name resolution', '(EAI 2)Name or service not known')
    .replace(/^(Server built: +).*/m, '$1@BUILT@')
    .replace(/^httpd-ts: {7}\d.*\n/gm, '')
    .replace(/(?<=\(known names: )[\w,]+(?=\))/g, (names) => names.split(',').sort().join(','));
  // httpd keeps its mutexes in a hash table with a random seed.
  return masked.replace(/(?:^Mutex .*\n)+/gm, (lines) => lines.match(/.*\n/g)!.sort().join(''));
}

/** What a case is to answer, masked. */
export function recordedAnswer(one: DiagnosticCase): CommandAnswer {
  const masked = (text: string) => maskOutput(text, '@ROOT@');
  const { exit, stderr, stdout = '', written } = one;
  const answer = { exit, stdout: masked(stdout), stderr: masked(stderr) };
  return written === undefined ? answer : { ...answer, written };
}
