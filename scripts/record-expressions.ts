import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

// Asks the installed Apache again about every expression in the fixture: `node scripts/record-expressions.ts [port]`.
// A new expression is added to the fixture with any answer and gets the right one here.

const fixture = join(import.meta.dirname, '../packages/modules/src/core/expressions.fixture.json');
const apache = '/usr/sbin/apache2';
const modules = '/usr/lib/apache2/modules';
const port = Number(process.argv[2] ?? 18190);

interface Recording {
  server: string;
  readonly note: string;
  readonly requests: readonly { readonly line: string; readonly headers: Readonly<Record<string, string>> }[];
  readonly files: Readonly<Record<string, string>>;
  readonly preamble: readonly string[];
  conditions: Record<string, readonly boolean[]>;
  texts: Record<string, readonly string[]>;
  refused: Record<string, string>;
}

const recording = JSON.parse(readFileSync(fixture, 'utf8')) as Recording;
const root = mkdtempSync(join(tmpdir(), 'expressions-'));
chmodSync(root, 0o755);

for (const [path, text] of Object.entries(recording.files)) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(text, 'latin1'));
  utimesSync(file, 1_700_000_000, 1_700_000_000);
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
const placed = (text: string) => text.replaceAll('@', root);

const loaded = ['mpm_event', 'authz_core', 'alias', 'env', 'setenvif', 'headers']
  .map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`)
  .join('\n');

function writeConfig(name: string, lines: readonly string[]): string {
  const file = join(root, name);
  const text = [
    loaded,
    `ServerRoot ${root}`,
    `PidFile ${root}/pid`,
    `Listen 127.0.0.1:${port}`,
    `ErrorLog ${root}/error`,
    ...recording.preamble.map(placed),
    ...lines,
    '',
  ].join('\n');
  writeFileSync(file, Buffer.from(text, 'latin1'));
  return file;
}

function ask(line: string, headers: Readonly<Record<string, string>>): Promise<IncomingHttpHeaders> {
  const [method, path] = line.split(' ');
  return new Promise((resolve, reject) => {
    const sent = request({ port, method, path, headers: { Host: 'localhost', ...headers } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${line} was answered ${response.statusCode}`));
      response.resume();
      response.on('end', () => resolve(response.headers));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function complaint(expression: string): Promise<string> {
  const line = expression.startsWith('=')
    ? `Header set X ${quoted(`expr=${placed(expression.slice(1))}`)}`
    : `Header set X v ${quoted(`expr=${placed(expression)}`)}`;
  const config = writeConfig('refused.conf', [line]);
  try {
    await promisify(execFile)(apache, ['-f', config, '-t'], { encoding: 'latin1' });
  } catch (error) {
    const { stderr } = error as { stderr: string };
    const text = stderr.trimEnd().split('\n').at(-1)!;
    return text
      .replace(/^Can't parse (?:envclause\/expression|value expression ): /, '')
      .replaceAll(root, '@');
  }
  return '';
}

let conditions: string[] = [];
let texts: string[] = [];

function start(): void {
  conditions = Object.keys(recording.conditions);
  texts = Object.keys(recording.texts);
  const lines = [
    ...conditions.map((text, i) => `Header set C${i} 1 ${quoted(`expr=${placed(text)}`)}`),
    ...texts.map((text, i) => `Header set T${i} ${quoted(`expr=${placed(text)}`)}`),
  ];
  const config = writeConfig('httpd.conf', lines);
  try {
    const env = { OSVAR: 'os', PATH: process.env.PATH ?? '' };
    execFileSync(apache, ['-f', config], { env, stdio: 'pipe' });
  } catch (error) {
    const line = /on line (\d+) of/.exec((error as Error).message)?.[1];
    if (line === undefined) throw error;
    moveToRefused(Number(line) - 1 - (readFileSync(config, 'latin1').split('\n').length - 1 - lines.length));
    start();
  }
}

function moveToRefused(index: number): void {
  const isText = index >= conditions.length;
  const expression = isText ? texts[index - conditions.length]! : conditions[index]!;
  delete (isText ? recording.texts : recording.conditions)[expression];
  recording.refused[(isText ? '=' : '') + expression] = '';
}

start();
try {
  await sleep(1000);
  recording.server = /Apache\/(\S+)/.exec(execFileSync(apache, ['-v'], { encoding: 'utf8' }))![1]!;
  const answers = await Promise.all(recording.requests.map(({ line, headers }) => ask(line, headers)));
  recording.conditions = Object.fromEntries(
    conditions.map((text, i) => [text, answers.map((headers) => headers[`c${i}`] === '1')]),
  );
  recording.texts = Object.fromEntries(
    texts.map((text, i) => [
      text,
      answers.map((headers) => String(headers[`t${i}`] ?? '').replaceAll(root, '@')),
    ]),
  );
} finally {
  process.kill(Number(readFileSync(join(root, 'pid'), 'utf8')));
}
for (const expression of Object.keys(recording.refused))
  recording.refused[expression] = await complaint(expression);
rmSync(root, { recursive: true });
writeFileSync(fixture, `${JSON.stringify(recording, null, 2)}\n`);
console.log(
  `${conditions.length} conditions, ${texts.length} texts recorded from Apache ${recording.server}`,
);
