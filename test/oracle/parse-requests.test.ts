import { expect, test } from 'vitest';
import { type Exchange, parseRequests } from './parse-requests.ts';

const bytesOf = (exchange: Exchange | undefined) =>
  exchange?.parts.map((part) => (part.kind === 'bytes' ? part.bytes : `<${part.kind}>`)).join('');

const table: readonly { title: string; input: string; expected: readonly string[] }[] = [
  {
    title: 'a head is ended',
    input: '### a\nGET / HTTP/1.1\nHost: b\n',
    expected: ['GET / HTTP/1.1\r\nHost: b\r\n\r\n'],
  },
  {
    title: 'a body has no final line end, and its length is known',
    input: '### a\nPOST / HTTP/1.1\nContent-Length: \\{length}\n\none\n\ntwo\n\n### b\nGET /\n',
    expected: ['POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\none\r\n\r\ntwo', 'GET /\r\n\r\n'],
  },
  {
    title: 'raw has nothing added',
    input: '### a\n@raw\nGET /\\r\n\\n\\x41\\{b*3}\n',
    expected: ['GET /\r\nAbbb'],
  },
  { title: 'a trailing backslash joins', input: '### a\nGET /a\\\nb\n', expected: ['GET /ab\r\n\r\n'] },
  {
    title: 'an escaped trailing backslash does not',
    input: '### a\nGET /a\\\\\nb\n',
    expected: ['GET /a\\\r\nb\r\n\r\n'],
  },
  {
    title: 'each value and times',
    input: '### a\n@each x\n@each y\n@times 2\n\\{each}',
    expected: ['x', 'x', 'y', 'y'].map((s) => `${s}\r\n\r\n`),
  },
  {
    title: 'pauses and cookies',
    input: '### a\n@raw\na\\{pause 5}b\\{cookie id}',
    expected: ['a<pause>b<cookie>'],
  },
];

test.each(table)('$title', ({ input, expected }) => {
  expect(parseRequests(input).map(bytesOf)).toEqual(expected);
});

test('options', () => {
  const input = '### a\n@to 127.0.0.2:81\n@from 10.0.0.1\n@connection c\n@answers close\n@background\nx';
  expect(parseRequests(input)[0]).toMatchObject({
    title: 'a',
    to: { address: '127.0.0.2', port: 81 },
    from: '10.0.0.1',
    connection: 'c',
    answers: 'close',
    background: true,
  });
});

test('TLS', () => {
  const [given, none] = parseRequests(
    '### a\n@tls a.example certificate=conf/c.pem max=TLSv1.2 protocols=h2,x\nx\n### b\n@tls -\nx',
  );
  expect(given?.tls).toEqual({
    serverName: 'a.example',
    certificate: 'conf/c.pem',
    maxVersion: 'TLSv1.2',
    ciphers: undefined,
    protocols: ['h2', 'x'],
  });
  expect(none?.tls).toMatchObject({ serverName: undefined, certificate: undefined, maxVersion: 'TLSv1.3' });
});

test('an unknown option is refused', () => {
  expect(() => parseRequests('### a\n@tim 3\nx')).toThrow('unknown option @tim');
});
