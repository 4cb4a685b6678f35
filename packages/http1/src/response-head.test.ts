import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultResponseHeadOptions, type ResponseHeadOptions, ResponseHeadReader } from './response-head.ts';
import { checkResponseHeaders } from './write-head.ts';

type Answer = {
  interim?: string[];
  status: string;
  fields: string[];
  bodyLength: number;
  body: string;
  messages: string[];
};
type Recorded = {
  title: string;
  input: (string | [string, number])[];
  method?: string;
  answers: Record<string, Answer>;
};

const fixture = new URL('./replies.fixture.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Recorded[] };
const expand = (input: Recorded['input']) =>
  input.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');

/** Reads heads until the last one, cut at these places, then the end of the connection. */
function readReply(text: string, options: ResponseHeadOptions, cuts: number[] = []) {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new ResponseHeadReader(options);
  const interim: string[] = [];
  let from = 0;
  const ends = [...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length];
  for (const end of ends) {
    while (from < end) {
      const result = reader.read(bytes, from, end);
      if (result === undefined) break;
      if (result.kind === 'error' || result.status < 100 || result.status >= 200) {
        return {
          interim,
          result,
          rest: result.kind === 'head' ? result.bodyStart + text.slice(reader.end) : '',
        };
      }
      interim.push(result.statusLine);
      from = reader.end;
    }
    from = end;
  }
  return { interim, result: reader.readEnd(), rest: '' };
}

const plain = ({ result, ...rest }: ReturnType<typeof readReply>) => ({
  ...rest,
  result: result.kind === 'head' ? { ...result, headers: result.headers.entries() } : result,
});

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('reading replies as mod_proxy_http recorded', () => {
  // These are decided behind the head: by the count of interim replies, the upgrade, or the body.
  const later = /^(101 unasked|(ten|eleven) times)|content length|chunk size junk/;
  const rows = cases.flatMap(({ title, input, answers }) =>
    (['IsError', 'Ignore', 'StartBody'] as const).map((badHeader) => ({
      title,
      badHeader,
      text: expand(input),
      answer: (answers[badHeader] ?? answers.IsError)!,
    })),
  );

  it.each(rows.filter(({ title }) => !later.test(title)))(
    '$title ($badHeader)',
    ({ text, badHeader, answer }) => {
      const { result, rest } = readReply(text, { ...defaultResponseHeadOptions, badHeader });
      const numbers = answer.messages.map((line) => line.slice(0, 7));
      if (result.kind === 'error') {
        expect(answer.status).toBe(
          `HTTP/1.1 502 ${result.reason === undefined ? 'Bad Gateway' : 'Proxy Error'}`,
        );
        const reason = /Reason: <strong>([\s\S]*)/.exec(answer.body)?.[1]?.replace(/<\/strong>[\s\S]*/, '');
        expect(result.reason?.slice(0, 100)).toBe(
          reason === undefined ? undefined : unescaped(reason).slice(0, 100),
        );
        expect(numbers).toEqual(expect.arrayContaining(result.log.map((line) => line.slice(0, 7))));
        return;
      }
      const fault = checkResponseHeaders(result.headers, true);
      if (fault !== undefined) {
        expect(answer.status).toBe('HTTP/1.1 500 Internal Server Error');
        expect(numbers).toContain(fault.slice(0, 7));
        return;
      }
      const line = result.statusLine === '' ? /^HTTP\/1.1 200 OK$/ : undefined;
      if (line !== undefined) expect(answer.status).toMatch(line);
      else expect(answer.status).toBe(`HTTP/1.1 ${result.statusLine}`.slice(0, 100));
      for (const line of result.log) expect(numbers).toContain(line.slice(0, 7));
      const field = result.headers.get('X-A');
      if (field !== undefined && !result.headers.has('Connection'))
        expect(answer.fields).toContain(`X-A: ${field}`);
      const isStarted = result.log.some((line) => /^AH0109[89]/.test(line));
      if (result.protocolNumber === 9 || isStarted) {
        expect(answer.body).toContain(rest.slice(0, 250));
      }
    },
  );

  it.each(rows)('$title ($badHeader), cut anywhere', ({ text, badHeader }) => {
    const options = { ...defaultResponseHeadOptions, badHeader };
    const whole = plain(readReply(text, options));
    const step = Math.max(1, Math.floor(text.length / 30));
    for (let cut = 1; cut < text.length; cut += step) {
      expect(plain(readReply(text, options, [cut]))).toEqual(whole);
    }
  });

  it('takes anything, cut anywhere', () => {
    const piece = fc.constantFrom(
      'HTTP/1.1 200 OK',
      'HTTP/1.0 304',
      '\r\n',
      '\n',
      '\r',
      ':',
      ' ',
      'a',
      'X: y\r\n',
      '\0',
      '\t',
      'HTTP/1.1 100 \r\n\r\n',
    );
    const badHeader = fc.constantFrom<ResponseHeadOptions['badHeader']>('IsError', 'Ignore', 'StartBody');
    fc.assert(
      fc.property(fc.array(piece), badHeader, fc.array(fc.nat()), (pieces, how, places) => {
        const text = pieces.join('');
        const options = { responseFieldSize: 64, badHeader: how };
        const cuts = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
        expect(plain(readReply(text, options, cuts))).toEqual(plain(readReply(text, options)));
      }),
      { numRuns: 2000 },
    );
  });
});
