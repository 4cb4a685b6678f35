import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAlias } from '../mod_alias/index.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modEnv } from '../mod_env/index.ts';
import { modHeaders } from '../mod_headers/index.ts';
import { modSetenvif } from '../mod_setenvif/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { core } from './index.ts';

interface Recording {
  readonly requests: readonly { readonly line: string; readonly headers: Readonly<Record<string, string>> }[];
  readonly files: Readonly<Record<string, string>>;
  readonly preamble: readonly string[];
  readonly conditions: Readonly<Record<string, readonly boolean[]>>;
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly refused: Readonly<Record<string, string>>;
}

const fixture = new URL('./expressions.fixture.json', import.meta.url);
const recording = JSON.parse(readFileSync(fixture, 'utf8')) as Recording;

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules = [core, mpmEvent, modAuthzCore, modAlias, modEnv, modSetenvif, modHeaders];
const root = '/srv';
const placed = (text: string) => text.replaceAll('@', root);
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function serverOf(lines: readonly string[]) {
  const files = Object.entries(recording.files).map(
    ([path, text]) => [`${root}/${path}`, { text, mtimeMs: 1_700_000_000_000 }] as const,
  );
  const config = ['Listen 80', 'ErrorLog /srv/error', ...recording.preamble.map(placed), ...lines].join('\n');
  const world = memoryWorld({
    files: { ...Object.fromEntries(files), '/etc/httpd.conf': config },
    environment: { OSVAR: 'os' },
    regex,
  });
  const digests = {
    ...world.digests,
    hash: (algorithm: string, input: string | Uint8Array) =>
      createHash(algorithm)
        .update(typeof input === 'string' ? Buffer.from(input, 'latin1') : input)
        .digest(),
  };
  return inMemoryServer({ ...world, digests }, modules);
}

/** The lines that httpd was asked with, in one configuration. */
const asked = serverOf([
  ...Object.keys(recording.conditions).map(
    (text, i) => `Header set C${i} 1 ${quoted(`expr=${placed(text)}`)}`,
  ),
  ...Object.keys(recording.texts).map((text, i) => `Header set T${i} ${quoted(`expr=${placed(text)}`)}`),
]);
if (!('plan' in asked)) throw new Error(asked.map(({ text }) => text).join('\n'));
const answers = await Promise.all(
  recording.requests.map(({ line, headers }) => asked.request(line, headers)),
);

// The answers of httpd 2.4.71.
describe('expressions', () => {
  it.each(Object.entries(recording.conditions).map(([text, expected], i) => ({ text, expected, i })))(
    'whether $text',
    ({ expected, i }) => {
      expect(answers.map(({ headers }) => headers.get(`C${i}`) === '1')).toEqual(expected);
    },
  );

  it.each(Object.entries(recording.texts).map(([text, expected], i) => ({ text, expected, i })))(
    'the text $text',
    ({ expected, i }) => {
      expect(answers.map(({ headers }) => (headers.get(`T${i}`) ?? '').replaceAll(root, '@').trim())).toEqual(
        expected,
      );
    },
  );
});

function complaintAbout(expression: string): string | undefined {
  const line = expression.startsWith('=')
    ? `Header set X ${quoted(`expr=${placed(expression.slice(1))}`)}`
    : `Header set X v ${quoted(`expr=${placed(expression)}`)}`;
  const result = serverOf([line]);
  if ('plan' in result) return undefined;
  const { text } = result.find(({ severity }) => severity === 'error')!;
  return text
    .replace(/^Can't parse (?:envclause\/expression|value expression ): /, '')
    .replaceAll(root, '@')
    .replace(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
}

describe('refused expressions', () => {
  it.each(Object.entries(recording.refused))('%s', (expression, complaint) => {
    expect(complaintAbout(expression)).toBe(complaint);
  });

  const piece = fc.constantFrom(
    ...'true|false|&&|!|(|)|{|}|,|.|%{|}|:|\'|"|a|1|==|=~|-f|-ipmatch|in|/|m#|#|i|$1|\\|\\8|\n|%|é|\0|HTTPS|req'.split(
      '|',
    ),
    ' ',
    '||',
  );

  it('never make compiling throw', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.constantFrom('', '='), (pieces, mode) => {
        const text = `${mode}${pieces.join('').replace(/[\0\n@]/g, '')}`;
        expect(complaintAbout(text)).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });

  it('may be nested deeper than the parser can follow', () => {
    expect(complaintAbout('('.repeat(20_000))).toBe('memory exhausted');
  });
});
