/**
 * Gives the files of folders to `apache2 -t` and to httpd-ts, each as it is and then without the line that was refused,
 * until Apache takes what is left: every line is compared. What is named `htaccess` stands in a `<Directory>`.
 *
 * `node test/fuzz/verdicts/files.ts FOLDER...`
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { askBoth, show, workplace } from './ask-both.ts';

const mostRefusals = 80;

const files = process.argv
  .slice(2)
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((path) => statSync(path).isFile());

function textOf(path: string): string {
  const text = readFileSync(path, 'latin1');
  return path.toLowerCase().includes('htaccess') ? `<Directory /srv/x>\n${text}\n</Directory>\n` : text;
}

/** The line without what it opens or goes on with; undefined where there is nothing to leave out. */
function without(text: string, refused: number): string | undefined {
  const lines = text.split('\n');
  let first = refused - 1;
  while (first > 0 && /\\\r?$/.test(lines[first - 1]!)) first -= 1;
  if (/^\s*(?:#|$)/.test(lines[first] ?? '')) return undefined;
  const [, opened] = /^\s*<(\w+)/.exec(lines[first]!) ?? [];
  let last = first;
  while (/\\\r?$/.test(lines[last] ?? '')) lines[last++] = '#';
  lines[last] = '#';
  if (opened !== undefined) leaveOutClosing(lines, last + 1, opened);
  return lines.join('\n');
}

/** The section that began before `from` is opened; its closing line goes. */
function leaveOutClosing(lines: string[], from: number, name: string): void {
  let depth = 1;
  for (let i = from; i < lines.length; i++) {
    if (new RegExp(`^\\s*<${name}\\b`, 'i').test(lines[i]!)) depth += 1;
    else if (new RegExp(`^\\s*</${name}\\s*>`, 'i').test(lines[i]!)) depth -= 1;
    if (depth > 0) continue;
    lines[i] = '#';
    return;
  }
}

const counts: Record<string, number> = {};
let asked = 0;
let accepted = 0;
const queue = [...files];

async function work(): Promise<void> {
  const root = workplace();
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    let config: string | undefined = textOf(path);
    for (let tries = 0; config !== undefined && tries < mostRefusals; tries++) {
      const { kind, apache, own } = await askBoth({ config, files: {}, args: ['-t'], preamble: 'all' }, root);
      asked += 1;
      if (kind !== undefined) {
        counts[kind] = (counts[kind] ?? 0) + 1;
        console.log(`## ${kind} ${path}\n-- Apache (${apache.exit}): ${show(apache)}`);
        console.log(`-- httpd-ts (${own.exit}): ${show(own)}\n`);
      }
      if (apache.exit === 0) accepted += 1;
      const [, line] = /line (\d+) of [^\n]*test\.conf:/.exec(apache.stderr) ?? [];
      config = line === undefined ? undefined : without(config, Number(line));
    }
  }
  rmSync(root, { recursive: true, force: true });
}

await Promise.all([work(), work()]);
console.log(
  `${files.length} files, ${asked} questions, ${accepted} accepted in the end: ${JSON.stringify(counts)}`,
);
process.exitCode = Object.keys(counts).length > 0 ? 1 : 0;
