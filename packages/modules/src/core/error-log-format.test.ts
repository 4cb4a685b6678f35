import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HeaderTable } from '@httpd-ts/http1';
import type { RequestRecord } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import {
  compileErrorLogFormat,
  escapeForErrorLog,
  formatLogTime,
  type LogLine,
  renderDefaultLine,
  renderLogLine,
} from './error-log-format.ts';

const world = memoryWorld({
  regex: createRegexEngine(
    readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
  ),
});

const requestWith = (headers: readonly (readonly [string, string])[]) =>
  ({
    headersIn: HeaderTable.of(headers),
    clientAddress: '127.0.0.1',
    clientPort: 4711,
    connection: { clientAddress: '127.0.0.1', clientPort: 4711, keepalives: 0 },
    env: () => undefined,
    note: () => undefined,
  }) as unknown as RequestRecord;

const line = (headers: readonly (readonly [string, string])[] = [], error?: string): LogLine => ({
  module: 'core',
  level: 'info',
  message: 'AH00128: File does not exist: /nope',
  ...(error === undefined ? {} : { error }),
  request: requestWith(headers),
  world,
  timeMs: Date.UTC(2026, 10, 20, 12, 42, 54) + 820.093,
});

function render(format: string, ...args: Parameters<typeof line>): string {
  const compiled = compileErrorLogFormat(format, true);
  if (typeof compiled === 'string') throw new Error(compiled);
  return renderLogLine(compiled, line(...args), 6);
}

describe('renderLogLine', () => {
  const message = 'AH00128: File does not exist: /nope';
  const cases: {
    title: string;
    format: string;
    headers?: [string, string][];
    error?: string;
    expected: string;
  }[] = [
    { title: 'text and message', format: '[%m:%l] %M', expected: `[core:info] ${message}` },
    { title: 'a missing value drops its field', format: '[%m] [%{foo}i] %M', expected: `[core] ${message}` },
    {
      title: 'a missing value as hyphen',
      format: '[%m] [%-{foo}i] %M',
      expected: `[core] [-] ${message}`,
    },
    {
      title: 'the message stays in a dropped field, together with what follows',
      format: String.raw`[%m] [%-{foo}i] %E:\ %M% ,\ referer\ %{Referer}i`,
      headers: [['Referer', 'http://ref.example/']],
      expected: `[core] [-]${message}, referer http://ref.example/`,
    },
    {
      title: 'an error in front',
      format: String.raw`[%m] %E:\ %M`,
      error: '(13)Permission denied',
      expected: `[core] (13)Permission denied: ${message}`,
    },
    {
      title: 'a dropped field is taken back to where the last kept one ended',
      format: '%{a}e %{b}n %% %M end',
      expected: ` % ${message} end`,
    },
    { title: 'values in the middle', format: 'a%{foo}ib c', headers: [['foo', 'FOO']], expected: 'aFOOb c' },
    {
      title: 'no connection scope in a line of a request',
      format: '[%m] [%{C}L] %M',
      expected: `[core] ${message}`,
    },
    { title: 'a value for higher levels only', format: '%7l x %5l', expected: ' x info' },
  ];
  it.each(cases)('$title', ({ format, headers, error, expected }) => {
    expect(render(format, headers, error)).toBe(expected);
  });
});

describe('compileErrorLogFormat', () => {
  const cases: { format: string; isMain: boolean; expected: string }[] = [
    { format: '%Q', isMain: true, expected: 'Unrecognized error log format directive %Q' },
    {
      format: '%{x',
      isMain: true,
      expected: 'Ran off end of error log format parsing args to some directive',
    },
    {
      format: '%M',
      isMain: false,
      expected: '%M cannot be used in once-per-request or once-per-connection formats',
    },
    {
      format: '%+{foo}i',
      isMain: true,
      expected: "The '+' flag cannot be used in the main error log format",
    },
  ];
  it.each(cases)('refuses $format', ({ format, isMain, expected }) => {
    expect(compileErrorLogFormat(format, isMain)).toBe(expected);
  });
});

describe('the default line', () => {
  it('has time, level, client and referer', () => {
    expect(renderDefaultLine(line([['Referer', 'http://ref.example/']], '(2)No such file'))).toBe(
      '[Fri Nov 20 12:42:54.820093 2026] [core:info] [pid 1:tid 1] (2)No such file: [client 127.0.0.1:4711] AH00128: File does not exist: /nope, referer: http://ref.example/',
    );
  });

  it('shows times in every form', () => {
    const time = Date.UTC(2026, 10, 5, 1, 2, 3) + 4.005;
    expect(formatLogTime(world, time, '')).toBe('Thu Nov 05 01:02:03 2026');
    expect(formatLogTime(world, time, 'u')).toMatch(/^Thu Nov 05 01:02:03\.00400[45] 2026$/);
    expect(formatLogTime(world, time, 'c')).toBe('2026-11-05 01:02:03');
    expect(formatLogTime(world, time, 'cu')).toMatch(/^2026-11-05 01:02:03\.00400[45]$/);
  });

  it('is cut off, as any line', () => {
    const long = { ...line(), message: 'x'.repeat(9000) };
    const format = compileErrorLogFormat('%M', true);
    if (typeof format === 'string') throw new Error(format);
    expect(renderDefaultLine(long)).toHaveLength(8190);
    expect(renderLogLine(format, long, 6)).toHaveLength(8190);
  });

  it('escapes what would break a line', () => {
    expect(escapeForErrorLog('a\nb\\c"d\x01\xe9')).toBe('a\\nb\\\\c"d\\x01\\xe9');
  });
});
