import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRegexEngine } from '@httpd-ts/regex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, configuredServer, configuredWorld } from '../recorded-answers.ts';
import { readAccept, readQuality } from './accept.ts';
import recording from './negotiation.fixture.json' with { type: 'json' };

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const server = configuredServer(
  configuredWorld(recording.config.join('\n'), recording.files, { regex, nowMs: Date.UTC(2030, 0) }),
);

/** The order within Allow is httpd's hash order; the time of a directory is not part of a recording. */
const comparable = (line: string) =>
  line.startsWith('Allow: ')
    ? `Allow: ${line.slice(7).split(',').sort().join(',')}`
    : line.replace(/^ETag: (?:W\/)?("[^;]*;).*/, 'ETag: $1');

describe('negotiation', () => {
  it.each(recording.answers)('$request $headers', async ({ request, headers, ...recorded }) => {
    const answer = await answerOf(server, request, headers);
    expect({ ...answer, responseHeaders: answer.responseHeaders.map(comparable) }).toEqual({
      status: recorded.status,
      responseHeaders: recorded.responseHeaders.map(comparable),
      body: recorded.body,
    });
  });
});

describe('ForceLanguagePriority', () => {
  it.each([
    ['foo', 'Invalid ForceLanguagePriority option foo'],
    ['None Prefer', 'Cannot combine ForceLanguagePriority options None and Prefer'],
    ['Fallback None', 'Cannot combine ForceLanguagePriority options with None'],
  ])('%s is refused', (words, complaint) => {
    const world = configuredWorld(`ForceLanguagePriority ${words}`, {}, { regex });
    expect(() => configuredServer(world)).toThrow(complaint);
  });
});

describe('Accept headers', () => {
  it.each([
    ['', 1],
    ['0.5', 0.5],
    ['.25', 0.25],
    ['0', 0],
    ['0.0005', 0],
    ['1.0', 1],
    ['2', 1],
    ['x', 1],
  ])('the quality %s', (text, quality) => {
    expect(readQuality(text)).toBe(quality);
  });

  it('are read whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab/*;,=q01. "\t') }), (text) => {
        const records = readAccept(text)!;
        expect(records.length).toBeLessThanOrEqual(text.length);
        expect(records.every(({ quality }) => quality >= 0 && quality <= 1)).toBe(true);
      }),
    );
  });
});
