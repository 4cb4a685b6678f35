import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyDecoder, type BodyFraming } from './body-decoder.ts';
import { defaultHeadOptions, type HeadOptions } from './head-options.ts';
import { HeaderTable } from './header-table.ts';
import { chunkEnd, formatChunkSize, formatLastChunk } from './write-head.ts';

function decode(
  text: string,
  framing: BodyFraming,
  length = 0,
  cuts: number[] = [],
  options = defaultHeadOptions,
) {
  const bytes = Buffer.from(text, 'latin1');
  const decoder = new BodyDecoder(framing, length, options);
  const slices: Uint8Array[] = [];
  let from = 0;
  let state = decoder.state;
  let end = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (state !== 'more') break;
    state = decoder.push(bytes, from, cut, slices);
    end = decoder.end;
    from = cut;
  }
  const body = Buffer.concat(slices).toString('latin1');
  return { state, body, end, status: decoder.status, trailers: decoder.trailers?.entries() };
}

const unsafe: HeadOptions = { ...defaultHeadOptions, isStrict: false };
const small: HeadOptions = { ...defaultHeadOptions, limitRequestFieldSize: 20, limitRequestFields: 1 };

describe('decoding bodies', () => {
  const good = '5\r\nhello\r\n0\r\n\r\n';
  const chunked: {
    title: string;
    text: string;
    options?: HeadOptions;
    expected: [string, string, number];
  }[] = [
    { title: 'plain', text: good, expected: ['done', 'hello', 0] },
    { title: 'two chunks', text: `2\r\nab\r\n${good}`, expected: ['done', 'abhello', 0] },
    {
      title: 'upper and lower case',
      text: 'A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n',
      expected: ['done', '01234567890123456789a', 0],
    },
    {
      title: 'leading zeros',
      text: '0000000000000000000000005\r\nhello\r\n00\r\n\r\n',
      expected: ['done', 'hello', 0],
    },
    { title: 'extension', text: '5;a="b\tc"\r\nhello\r\n0;x\r\n\r\n', expected: ['done', 'hello', 0] },
    { title: 'blanks', text: '5 \t\r\nhello\r\n0\r\n\r\n', expected: ['done', 'hello', 0] },
    { title: 'blanks before extension', text: '5 ;a\r\nhello\r\n0\r\n\r\n', expected: ['done', 'hello', 0] },
    {
      title: 'eleven blanks',
      text: `5${' '.repeat(11)}\r\nhello\r\n0\r\n\r\n`,
      expected: ['error', '', 400],
    },
    { title: 'blank first', text: ' 5\r\nhello', expected: ['error', '', 400] },
    { title: 'digits behind blanks', text: '5 5\r\nhello', expected: ['error', '', 400] },
    { title: 'empty size', text: '\r\nhello', expected: ['error', '', 400] },
    { title: 'sign', text: '+5\r\nhello', expected: ['error', '', 400] },
    { title: 'prefix', text: '0x5\r\nhello', expected: ['error', '', 400] },
    { title: 'LF alone', text: '5\nhello\r\n', expected: ['error', '', 400] },
    { title: 'LF alone, Unsafe', text: '5\nhello\n0\n\n', options: unsafe, expected: ['done', 'hello', 0] },
    { title: 'LF alone behind data', text: '5\r\nhello\n0\r\n\r\n', expected: ['error', 'hello', 400] },
    { title: 'CR alone', text: '5\rhello', expected: ['error', '', 400] },
    { title: 'data too long', text: '3\r\nhello\r\n0\r\n\r\n', expected: ['error', 'hel', 400] },
    { title: 'control character in extension', text: '5;a\x01\r\nhello', expected: ['error', '', 400] },
    { title: 'size of 2^63-1', text: '7fffffffffffffff\r\nhello', expected: ['more', 'hello', 0] },
    { title: 'size of 2^63', text: '8000000000000000\r\nhello', expected: ['error', '', 413] },
    { title: 'size of 17 digits', text: '10000000000000000\r\nhello', expected: ['error', '', 413] },
    {
      title: 'line too long',
      text: `5;${'a'.repeat(30)}\r\nhello`,
      options: small,
      expected: ['error', '', 413],
    },
    { title: 'trailer', text: '5\r\nhello\r\n0\r\nX-T: u\r\n\r\n', expected: ['done', 'hello', 0] },
    { title: 'bad trailer', text: '5\r\nhello\r\n0\r\nX T: u\r\n\r\n', expected: ['error', 'hello', 400] },
    {
      title: 'too many trailers',
      text: '0\r\nA: u\r\nB: u\r\n\r\n',
      options: small,
      expected: ['error', '', 400],
    },
    { title: 'cut off', text: '5\r\nhel', expected: ['more', 'hel', 0] },
  ];
  it.each(chunked)('chunked: $title', ({ text, options, expected }) => {
    const { state, body, status } = decode(text, 'chunked', 0, [], options);
    expect([state, body, status]).toEqual(expected);
  });

  it('gives the trailers', () => {
    expect(decode('0\r\nA: u\r\na: v\r\n\r\nGET', 'chunked')).toMatchObject({
      trailers: [['A', 'u, v']],
      end: 17,
    });
  });

  it('ends by length', () => {
    expect(decode('helloGET', 'length', 5)).toMatchObject({ state: 'done', body: 'hello', end: 5 });
    expect(decode('hel', 'length', 5)).toMatchObject({ state: 'more', body: 'hel' });
    expect(decode('GET', 'length', 0)).toMatchObject({ state: 'done', body: '', end: 0 });
    expect(decode('GET', 'none')).toMatchObject({ state: 'done', body: '', end: 0 });
  });

  it('ends with the connection', () => {
    const decoder = new BodyDecoder('close');
    expect(decoder.push(Buffer.from('hello'), 0, 5, [])).toBe('more');
    expect(decoder.finish()).toBe(true);
    expect(new BodyDecoder('chunked').finish()).toBe(false);
  });

  it('reads back what is written, cut anywhere', () => {
    const parts = fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.array(fc.nat()), (chunks, places) => {
        const body = chunks.map((text) => text.replace(/[^\0-\xff]/g, '?'));
        const framed = body.map((text) => formatChunkSize(text.length) + text + chunkEnd).join('');
        const text = `${framed}${formatLastChunk(HeaderTable.of([['X', 'y']]))}next`;
        const cuts = places.map((place) => place % text.length).sort((a, b) => a - b);
        const read = decode(text, 'chunked', 0, cuts);
        expect(read).toMatchObject({
          state: 'done',
          body: body.join(''),
          trailers: [['X', 'y']],
          end: text.length - 4,
        });
      }),
    );
  });

  it('takes anything, cut anywhere', () => {
    const piece = fc.constantFrom(
      '0',
      '5',
      'f',
      '\r\n',
      '\n',
      ';',
      ' ',
      'a: b',
      '\x01',
      'hello',
      '0\r\n',
      '\r\n\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat()), fc.boolean(), (pieces, places, isStrict) => {
        const text = pieces.join('');
        const cuts = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
        const options = { ...defaultHeadOptions, isStrict };
        const { end, ...whole } = decode(text, 'chunked', 0, [], options);
        const { end: cutEnd, ...cut } = decode(text, 'chunked', 0, cuts, options);
        expect(cut).toEqual(whole);
        expect(cutEnd).toBe(end);
      }),
      { numRuns: 1000 },
    );
  });
});

type Answer = { status: number; body: string | null };
type Recorded = {
  title: string;
  input: (string | [string, number])[];
  answers: Record<'default' | 'unsafe', Answer>;
};

describe('decoding chunked request bodies as Apache recorded', () => {
  const fixture = new URL('./bodies.fixture.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Recorded[] };
  const rows = cases.flatMap(({ title, input, answers }) => [
    { title, name: 'default', input, answer: answers.default, options: defaultHeadOptions },
    { title, name: 'unsafe', input, answer: answers.unsafe, options: unsafe },
  ]);
  it.each(rows)('$title ($name)', ({ input, answer, options }) => {
    const text = input
      .map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1])))
      .join('');
    const { state, status, body } = decode(text, 'chunked', 0, [], options);
    if (answer.status === 0) expect(state).toBe('more');
    else if (answer.status === 200) expect([state, body]).toEqual(['done', answer.body]);
    else expect([state, status]).toEqual(['error', answer.status]);
  });
});
