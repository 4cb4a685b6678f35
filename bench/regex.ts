import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createRegexEngine, type Regex } from '@httpd-ts/regex';

const usage = `node bench/regex.ts [--matches 5000000]
µs a match on both engines; memory and CPU after that many matches on PCRE2, with and without the V8 flags.`;

const flags = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

interface Pair {
  readonly title: string;
  readonly pattern: string;
  /** The same pattern as PCRE2 must run it: a possessive group that changes nothing. */
  readonly onPcre2: string;
  readonly subject: string;
}

const pairs: readonly Pair[] = [
  pair('literal prefix', '^/blog/', '/blog/2024/article.php'),
  pair('capture to the end', '^/blog/(.*)\\.php$', '/blog/2024/article.php'),
  pair('path segments', '^/([^/]+)/([^/]+)/([^/]+)/?$', '/catalogue/books/programming'),
  pair('extension', '\\.(gif|jpe?g|png|css|js)$', '/static/images/2024/06/photograph.jpeg'),
  pair(
    'user agents',
    '(bot|crawl|spider|slurp)',
    'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0',
  ),
  pair('no match', '^/wp-(?:admin|includes)/', '/blog/2024/article.php'),
];

function pair(title: string, pattern: string, subject: string): Pair {
  return { title, pattern, onPcre2: `(?>)${pattern}`, subject };
}

const wasm = readFileSync(
  createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm'),
);

function compiled(pattern: string, engineName: Regex['engine']): Regex {
  const regex = createRegexEngine(wasm).compile(pattern);
  if ('kind' in regex) throw new Error(`${pattern}: ${regex.message}`);
  if (regex.engine !== engineName) throw new Error(`${pattern} runs on ${regex.engine}`);
  return regex;
}

function microsecondsPerMatch(regex: Regex, subject: string, matches: number): number {
  for (let match = 0; match < 10_000; match++) regex.exec(subject);
  const start = process.hrtime.bigint();
  for (let match = 0; match < matches; match++) regex.exec(subject);
  return Number(process.hrtime.bigint() - start) / 1000 / matches;
}

function compareEngines(): void {
  console.log('µs a match'.padEnd(24), 'RegExp'.padStart(8), 'PCRE2'.padStart(8));
  for (const { title, pattern, onPcre2, subject } of pairs) {
    const inJavaScript = microsecondsPerMatch(compiled(pattern, 'javascript'), subject, 1_000_000);
    const inPcre2 = microsecondsPerMatch(compiled(onPcre2, 'pcre2'), subject, 200_000);
    console.log(title.padEnd(24), inJavaScript.toFixed(3).padStart(8), inPcre2.toFixed(3).padStart(8));
  }
}

/** In a process of its own: many matches on PCRE2, then what they cost. */
function soak(matches: number): void {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  const regexes = pairs.map(({ onPcre2, subject }) => ({ regex: compiled(onPcre2, 'pcre2'), subject }));
  for (let match = 0; match < matches; match++) {
    const { regex, subject } = regexes[match % regexes.length]!;
    regex.exec(subject);
  }
  // V8's compiler threads may still be at it.
  setTimeout(() => {
    const { user, system } = process.cpuUsage(before);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9 - 3;
    const highest = highestMegabytes();
    const now = Math.round(process.memoryUsage.rss() / 2 ** 20);
    const perMatch = ((seconds / matches) * 1e6).toFixed(2);
    const cpu = ((user + system) / 1e6).toFixed(1);
    console.log(`${perMatch} µs a match, ${cpu} s of CPU, ${highest} MB at most, ${now} MB at the end`);
  }, 3000);
}

/** Not getrusage(): after fork and exec that begins with the parent's. */
function highestMegabytes(): number {
  const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

function inProcess(nodeFlags: readonly string[], ...args: readonly string[]): string {
  const program = fileURLToPath(import.meta.url);
  const options = { encoding: 'utf8', timeout: 600_000 } as const;
  const { stdout, stderr } = spawnSync(process.execPath, [...nodeFlags, program, ...args], options);
  return (stdout || stderr).trimEnd();
}

function main([command, count = '5000000']: readonly string[]): void {
  if (command === '--engines') compareEngines();
  else if (command === '--soak') soak(Number(count));
  else if (command === undefined || command === '--matches') {
    console.log(inProcess(flags, '--engines'));
    console.log(`\n${count} matches on PCRE2`);
    for (const set of [[], ...flags.map((flag) => [flag]), flags]) {
      console.log((set.join(' ') || 'no flags').padEnd(46), inProcess(set, '--soak', count));
    }
  } else console.log(usage);
}

main(process.argv.slice(2));
