import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultHeadOptions, type HeadOptions, registeredMethods } from './head-options.ts';
import { type RequestHead, type RequestHeadError, RequestHeadReader } from './request-head.ts';

type Answer = {
  status: string | null;
  connection: string | null;
  closed: boolean;
  page?: string;
  access: string | null;
  forensic: string | null;
  messages: string[];
};
type Recorded = { title: string; input: (string | [string, number])[]; answers: Record<string, Answer> };

const fixture = new URL('./requests.fixture.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Recorded[] };

const servers: Record<string, HeadOptions> = {
  default: defaultHeadOptions,
  unsafe: { ...defaultHeadOptions, isStrict: false },
  registered: { ...defaultHeadOptions, acceptedMethods: registeredMethods, allowsHttp09: false },
};

const expand = (input: Recorded['input']) =>
  input.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');

function readWhole(bytes: Buffer, options: HeadOptions) {
  const reader = new RequestHeadReader(options);
  const result = reader.read(bytes, 0, bytes.length);
  return { result, end: result === undefined ? -1 : reader.end };
}

function readInPieces(bytes: Buffer, cuts: number[], options: HeadOptions) {
  const reader = new RequestHeadReader(options);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const result = reader.read(bytes.subarray(from, cut), 0, cut - from);
    if (result !== undefined) return { result, end: from + reader.end };
    from = cut;
  }
  return { result: undefined, end: -1 };
}

const plain = (head: RequestHead | RequestHeadError | undefined) =>
  head === undefined ? undefined : { ...head, headers: head.headers.entries() };

/** As Apache escapes what it logs. httpd: server/util.c ap_escape_logitem */
const escapeLog = (text: string) =>
  text.replace(/[\0-\x1f"\\\x7f-\xff]/g, (char) => {
    const simple = {
      '\b': '\\b',
      '\n': '\\n',
      '\r': '\\r',
      '\t': '\\t',
      '\v': '\\v',
      '"': '\\"',
      '\\': '\\\\',
    }[char];
    return simple ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
// The error log leaves quotes alone.
const escapeError = (text: string) => escapeLog(text).replaceAll('\\"', '"');

const forensicLine = (head: RequestHead) => {
  const escapeField = (text: string) =>
    text.replace(/[^!-$&-9;-{}~ ]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return [head.requestLine, ...head.headers.entries().map(([name, value]) => `${name}:${value}`)]
    .map((text, index) =>
      index === 0 ? escapeField(text) : text.split(/:(.*)/s).slice(0, 2).map(escapeField).join(':'),
    )
    .join('|');
};

const accessLine = (status: number, head: RequestHead | RequestHeadError) =>
  [
    status,
    head.method === undefined ? '-' : escapeLog(head.method),
    head.path === undefined ? '-' : escapeLog(decodePath(head.path)),
    head.query === undefined ? '' : escapeLog(`?${head.query}`),
    head.protocol,
    escapeLog(head.headers.get('Host') ?? '-'),
    escapeLog(head.requestLine.replace(/:p@b.example(:80)?/, ':XXXXXXXX@b.example')),
  ].join('|');

// Apache logs the path after merging slashes.
const decodePath = (path: string) => (path.startsWith('/') ? path.replace(/\/{2,}/g, '/') : path);

describe('reading request heads as Apache recorded', () => {
  const rows = cases.flatMap(({ title, input, answers }) =>
    Object.keys(servers).map((name) => ({
      title,
      name,
      bytes: Buffer.from(expand(input), 'latin1'),
      answer: (answers[name] ?? answers.default)!,
      options: servers[name]!,
    })),
  );

  it('has cases', () => expect(rows.length).toBeGreaterThan(700));

  it.each(rows)('$title ($name)', ({ bytes, answer, options }) => {
    const { result } = readWhole(bytes, options);
    if (result === undefined) {
      expect(answer.status).toBeNull();
      return;
    }
    expect(answer.status, 'Apache answered').not.toBeNull();
    const logged = result.log.map(({ text }) => escapeError(text).slice(0, 120));
    if (result.kind === 'error') {
      expect(Number(answer.status?.split(' ')[1])).toBe(result.status);
      expect(answer.closed).toBe(true);
      expect(answer.messages).toEqual(logged);
      expect(answer.access).toBe(accessLine(result.status, result).slice(0, 300));
      if (result.method !== 'HEAD' && result.note !== undefined) expect(answer.page).toContain(result.note);
      if (result.note === undefined)
        expect(answer.page ?? '').not.toMatch(/exceeds (server|this server's) limit/);
      return;
    }
    if (result.fault !== undefined) {
      const { status, log } = result.fault;
      expect(answer.forensic).toBeNull();
      expect(Number(answer.status?.split(' ')[1])).toBe(status);
      expect(answer.closed).toBe(true);
      expect(answer.messages).toEqual([...logged, escapeError(log.text)]);
      return;
    }
    expect(answer.forensic).toBe(forensicLine(result).slice(0, 400));
    expect(answer.status === '').toBe(result.protocolNumber === 9);
    expect(answer.messages.slice(0, logged.length)).toEqual(logged);
    if (result.mustClose) expect(answer.connection).toBe('close');
  });

  it.each(rows)('$title ($name), cut anywhere', ({ bytes, options }) => {
    const whole = readWhole(bytes, options);
    const step = Math.max(1, Math.floor(bytes.length / 40));
    for (let cut = 1; cut < bytes.length; cut += step) {
      const cutUp = readInPieces(bytes, [cut], options);
      expect(plain(cutUp.result)).toEqual(plain(whole.result));
      expect(cutUp.end).toBe(whole.end);
    }
  });
});

describe('reading anything', () => {
  const pieces = fc.constantFrom(
    'GET',
    ' ',
    '/',
    'HTTP/1.1',
    '\r\n',
    '\n',
    '\r',
    '\0',
    ':',
    'Host',
    'a',
    '\t',
    '#',
    '?',
    '//',
    '@',
    '[',
    ']',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Host: a\r\n',
    'GET / HTTP/1.1\r\n',
    '\xff',
    'http://h',
  );
  const input = fc.array(pieces, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
  const options = fc.constantFrom(...Object.values(servers), {
    ...defaultHeadOptions,
    limitRequestLine: 20,
    limitRequestFields: 2,
    limitRequestFieldSize: 20,
  });

  it('gives the same result however the bytes are cut', () => {
    fc.assert(
      fc.property(input, options, fc.array(fc.nat()), (bytes, how, places) => {
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
        const whole = readWhole(bytes, how);
        const cutUp = readInPieces(bytes, cuts, how);
        expect(plain(cutUp.result)).toEqual(plain(whole.result));
        expect(cutUp.end).toBe(whole.end);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds a line too long although what is kept of it ends in a carriage return', () => {
    const how = { ...defaultHeadOptions, limitRequestLine: 20 };
    const bytes = Buffer.from('http://h//GETHTTP/1.1\rGET\n');
    const whole = readWhole(bytes, how);
    expect(whole.result).toMatchObject({ kind: 'error', status: 414 });
    expect(plain(readInPieces(bytes, [25], how).result)).toEqual(plain(whole.result));
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), options, (bytes, how) => {
        expect(() => readWhole(Buffer.from(bytes), how)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
