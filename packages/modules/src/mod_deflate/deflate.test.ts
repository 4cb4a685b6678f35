import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  brotliCompressSync,
  constants,
  crc32,
  deflateRawSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
} from 'node:zlib';
import type { Compression, Transform } from '@httpd-ts/kernel';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { answerOf, configuredServer, configuredWorld } from '../recorded-answers.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** Does everything at the end. */
function atOnce(run: (bytes: Buffer) => Uint8Array): Transform {
  const pieces: Uint8Array[] = [];
  return {
    push: (bytes) => Promise.resolve(void pieces.push(bytes.slice())).then(() => []),
    flush: () => Promise.resolve([]),
    finish: async () => [run(Buffer.concat(pieces))],
    abort: () => {},
  };
}

const compression: Compression = {
  deflate: ({ format, level }) =>
    atOnce((bytes) => (format === 'gzip' ? gzipSync(bytes, { level }) : deflateRawSync(bytes))),
  inflate() {
    let consumed: number | undefined;
    let given = Buffer.alloc(0);
    return {
      ...atOnce((bytes) => bytes),
      async push(bytes) {
        given = Buffer.concat([given, bytes]);
        const inflated: unknown = inflateRawSync(given, { info: true, finishFlush: constants.Z_SYNC_FLUSH });
        const { buffer, engine } = inflated as { buffer: Uint8Array; engine: { bytesWritten: number } };
        consumed = engine.bytesWritten < given.length ? engine.bytesWritten : undefined;
        return [buffer];
      },
      get consumed() {
        return consumed;
      },
    };
  },
  brotli: () => atOnce((bytes) => brotliCompressSync(bytes)),
  crc32,
};

const page = 'a line of text for the compression\n'.repeat(100);
const mtimeMs = 1_580_702_706_000;
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const files = {
  '/srv/page.html': { text: page, mtimeMs },
  '/srv/page.css': { text: page, mtimeMs },
  '/srv/page.png': { text: page, mtimeMs },
  '/srv/n68.txt': { text: 'a'.repeat(68), mtimeMs },
  '/srv/n69.txt': { text: 'a'.repeat(69), mtimeMs },
  '/srv/inf/page.html.gz': { text: latin1(gzipSync(page)), mtimeMs },
  '/srv/inf/bomb.gz': { text: latin1(gzipSync(Buffer.alloc(3_000_000))), mtimeMs },
  '/srv/inf/bad.gz': { text: '\x1f\x8b\x08\0\0\0\0\0\0\0this is not compressed', mtimeMs },
  '/srv/inf/other.gz': { text: 'this is not compressed', mtimeMs },
};
const config = `
DocumentRoot /srv
AddOutputFilterByType DEFLATE text/html text/plain
AddOutputFilterByType DEFLATE text/css
SetEnvIf X-No . no-gzip
SetEnvIf X-Only . gzip-only-text/html=1
SetEnvIf X-Force . force-gzip
<Directory /srv/inf>
SetOutputFilter INFLATE
FilterChain !
AddEncoding x-gzip .gz
ForceType text/plain
</Directory>
`;
const serverWith = (text: string) =>
  configuredServer(configuredWorld(text, files, { regex, overrides: { compression } }));
const server = serverWith(config);

const header = (lines: readonly string[], name: string) =>
  lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);

describe('DEFLATE', () => {
  // What httpd 2.4.71 compresses.
  it.each([
    ['gzip', true],
    ['deflate, gzip', true],
    ['br ; x=1 , GZIP', true],
    ['"gzip"', false],
    ['*', false],
    ['x-gzip', false],
    ['gzip;q=0', false],
    ['gzip; q=0', false],
    ['gzip;q=0.000', false],
    ['gzip;q=0.', false],
    ['gzip;q=0;x=1', false],
    ['gzip;q=0, gzip', false],
    ['gzip ;q=0', false],
    ['gzip;Q=0', true],
    ['gzip;x=1;q=0', true],
    ['gzip;q=0.0000', true],
    ['gzip;q=00', true],
    ['gzip;q =0', true],
    ['gzip;q="0"', true],
    ['gzip;q=0.001', true],
    ['identity;q=0, gzip;q=0.5', true],
  ])('with Accept-Encoding: %s: %s', async (accepted, isCompressed) => {
    const answer = await answerOf(server, 'GET /page.html', { 'Accept-Encoding': accepted });
    expect(header(answer.responseHeaders, 'Content-Encoding')).toBe(isCompressed ? 'gzip' : undefined);
    expect(header(answer.responseHeaders, 'Vary')).toBe('Accept-Encoding');
    const tag = header(answer.responseHeaders, 'ETag')!;
    expect(tag.endsWith('-gzip"')).toBe(isCompressed);
    const body = Buffer.from(answer.body, 'latin1');
    expect(isCompressed ? latin1(gunzipSync(body)) : answer.body).toBe(page);
    if (isCompressed) expect([...body.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    expect(header(answer.responseHeaders, 'Content-Length')).toBe(String(body.length));
  });

  it.each([
    ['GET /n68.txt', {}, undefined, undefined],
    ['GET /n69.txt', {}, 'gzip', 'Accept-Encoding'],
    ['GET /page.css', {}, 'gzip', 'Accept-Encoding'],
    ['GET /page.png', {}, undefined, undefined],
    ['GET /page.html', { 'X-No': '1' }, undefined, undefined],
    ['GET /page.css', { 'X-Only': '1' }, undefined, undefined],
    ['GET /page.html', { 'X-Only': '1' }, 'gzip', 'Accept-Encoding'],
    ['GET /none', {}, undefined, undefined],
    ['HEAD /page.html', {}, 'gzip', 'Accept-Encoding'],
  ])('%s %j gives %s', async (request, headers, coding, vary) => {
    const answer = await answerOf(server, request, { 'Accept-Encoding': 'gzip', ...headers });
    expect(header(answer.responseHeaders, 'Content-Encoding')).toBe(coding);
    expect(header(answer.responseHeaders, 'Vary')).toBe(vary);
  });

  it('is forced on clients that do not ask', async () => {
    const answer = await answerOf(server, 'GET /page.html', { 'X-Force': '1' });
    expect(header(answer.responseHeaders, 'Content-Encoding')).toBe('gzip');
  });

  it.each([
    ['NoChange', '"dac-59da407496080"'],
    ['Remove', undefined],
  ])('leaves the ETag to DeflateAlterETag %s', async (change, etag) => {
    const altered = serverWith(`${config}\nDeflateAlterETag ${change}`);
    const answer = await answerOf(altered, 'GET /page.html', { 'Accept-Encoding': 'gzip' });
    expect(header(answer.responseHeaders, 'ETag')).toBe(etag);
  });
});

describe('INFLATE', () => {
  it('expands', async () => {
    const answer = await answerOf(server, 'GET /inf/page.html.gz');
    expect(answer.body).toBe(page);
    expect(header(answer.responseHeaders, 'Content-Encoding')).toBeUndefined();
    expect(header(answer.responseHeaders, 'ETag')).toMatch(/-gunzip"$/);
  });

  it.each(['/inf/bomb.gz', '/inf/bad.gz'])('%s is refused', async (path) => {
    expect((await answerOf(server, `GET ${path}`)).status).toBe('500 Internal Server Error');
  });

  it('passes on what does not begin as gzip', async () => {
    const answer = await answerOf(server, 'GET /inf/other.gz');
    expect([answer.status, answer.body]).toEqual(['200 OK', 'this is not compressed']);
    expect(header(answer.responseHeaders, 'Content-Encoding')).toBeUndefined();
  });
});

describe('directives', () => {
  it.each([
    ['DeflateCompressionLevel 10', 'Compression Level must be between 1 and 9'],
    ['DeflateWindowSize 16', 'DeflateWindowSize must be between 1 and 15'],
    ['DeflateMemLevel 0', 'DeflateMemLevel must be between 1 and 9'],
    ['DeflateBufferSize -1', 'DeflateBufferSize should be positive'],
    ['DeflateFilterNote foo bar', 'Unknown note type foo'],
    ['DeflateInflateLimitRequestBody abc', 'DeflateInflateLimitRequestBody requires a non-negative integer.'],
    ['DeflateInflateRatioLimit 0', 'DeflateInflateRatioLimit must be positive'],
    ['AddOutputFilterByType NOSUCH text/html', 'Unknown filter provider NOSUCH'],
    ['AddOutputFilterByType DEFLATE', 'AddOutputFilterByType requires at least two arguments'],
    ['FilterDeclare f\nFilterProvider f NOSUCH "true"', 'Unknown filter provider NOSUCH'],
    ['FilterProtocol f foo', 'FilterProtocol: No such filter'],
    ['FilterTrace f 1', 'Undeclared smart filter f'],
    [
      'FilterProvider a b',
      'FilterProvider takes three arguments, filter-name provider-name match-expression',
    ],
  ])('%s is refused', (line, complaint) => {
    expect(() => serverWith(line)).toThrow(complaint);
  });
});
