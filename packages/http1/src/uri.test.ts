import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget, portNumber, readUri, type Uri } from './uri.ts';

// What apr_uri_parse of apr-util 1.6 answers, as Apache 2.4.71 links it.
const recorded: readonly [string, Partial<Uri> | undefined][] = [
  ['/a?b', { path: '/a', query: 'b' }],
  ['/a?', { path: '/a', query: '' }],
  ['/a#f?x', { path: '/a', fragment: 'f?x' }],
  ['/a:b', { path: '/a:b' }],
  ['//h/p', { hostname: 'h', path: '/p' }],
  ['///p', { path: '///p' }],
  ['//', { hostname: '' }],
  ['?q', { query: 'q' }],
  ['#f', { fragment: 'f' }],
  ['', {}],
  ['a', { path: 'a' }],
  ['a/b:c', { path: 'a/b:c' }],
  ['a:b', { scheme: 'a', path: 'b' }],
  ['1:2', undefined],
  ['a_b:c', undefined],
  ['x?y:z', undefined],
  ['http:', { scheme: 'http' }],
  ['http://', { scheme: 'http', hostname: '' }],
  ['http:///p', { scheme: 'http', hostname: '', path: '/p' }],
  ['http://h', { scheme: 'http', hostname: 'h' }],
  ['http://h:', { scheme: 'http', hostname: 'h', portText: '' }],
  [
    'http://h:80/p?q#f',
    { scheme: 'http', hostname: 'h', portText: '80', path: '/p', query: 'q', fragment: 'f' },
  ],
  ['http://h:+80/', { scheme: 'http', hostname: 'h', portText: '+80', path: '/' }],
  ['http://h: 80/', { scheme: 'http', hostname: 'h', portText: ' 80', path: '/' }],
  ['http://h:-1/', { scheme: 'http', hostname: 'h', portText: '-1', path: '/' }],
  ['http://h:8o/', undefined],
  ['http://h:80:81/', undefined],
  ['http://h:65537/', { scheme: 'http', hostname: 'h', portText: '65537', path: '/' }],
  [
    'http://h:99999999999999999999/',
    { scheme: 'http', hostname: 'h', portText: '99999999999999999999', path: '/' },
  ],
  ['http://u@h/', { scheme: 'http', user: 'u', hostname: 'h', path: '/' }],
  ['http://u:p@h:8/', { scheme: 'http', user: 'u', password: 'p', hostname: 'h', portText: '8', path: '/' }],
  ['http://u:p:q@h/', { scheme: 'http', user: 'u', password: 'p:q', hostname: 'h', path: '/' }],
  ['http://a@b@h/', { scheme: 'http', user: 'a@b', hostname: 'h', path: '/' }],
  ['http://u@/', { scheme: 'http', user: 'u', hostname: '', path: '/' }],
  ['http://h?q@x', { scheme: 'http', hostname: 'h', query: 'q@x' }],
  ['http://[::1]/', { scheme: 'http', hostname: '::1', path: '/' }],
  ['http://[::1]:80/', { scheme: 'http', hostname: '::1', portText: '80', path: '/' }],
  ['http://[::1]:/', { scheme: 'http', hostname: '::1', portText: '', path: '/' }],
  ['http://[::1]x/', { scheme: 'http', hostname: '::1]', path: '/' }],
  ['http://[]/', { scheme: 'http', hostname: '', path: '/' }],
  ['http://[::1/', undefined],
  ['http://u@[::1]:80/', { scheme: 'http', user: 'u', hostname: '::1', portText: '80', path: '/' }],
  ['unix:/run/x', { scheme: 'unix', path: '/run/x' }],
  ['unix://h:z/x', undefined],
  ['balancer://cluster/x', { scheme: 'balancer', hostname: 'cluster', path: '/x' }],
  ['HTTP+x-1.0://H/', { scheme: 'HTTP+x-1.0', hostname: 'H', path: '/' }],
  ['mailto:a@b', { scheme: 'mailto', path: 'a@b' }],
];

const piece = fc.constantFrom(
  'a',
  'http',
  '://',
  ':',
  '/',
  '//',
  '@',
  '?',
  '#',
  '[',
  ']',
  '::1',
  '80',
  '+',
  ' ',
  '%',
);

describe('readUri', () => {
  it.each(recorded)('%s', (text, parts) => {
    expect(readUri(text)).toEqual(parts);
  });

  it('leaves nothing out: the parts make up the text', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const uri = readUri(text);
        if (uri === undefined) return;
        const { scheme, user, password, hostname, portText, path = '', query, fragment } = uri;
        const isBracketed =
          /^(?:[^:/?#]*:)?\/\/(?:[^/?#]*@)?\[[^@/?#]*(?:[/?#]|$)/.test(text) && hostname !== undefined;
        const written = [
          scheme === undefined ? '' : `${scheme}:`,
          hostname === undefined ? '' : '//',
          user === undefined ? '' : `${user}${password === undefined ? '' : `:${password}`}@`,
          hostname ?? '',
          portText === undefined ? '' : `:${portText}`,
          path,
          query === undefined ? '' : `?${query}`,
          fragment === undefined ? '' : `#${fragment}`,
        ].join('');
        // The bytes around an address in brackets are taken off.
        if (isBracketed) expect(written.length + 2).toBe(text.length);
        else expect(written).toBe(text);
      }),
    );
  });
});

describe('parseTarget', () => {
  it('takes several slashes at the start for one', () => {
    expect(parseTarget('//a//b', false)).toEqual({ path: '/a//b' });
  });
  it.each([
    ['h:80', { hostname: 'h', portText: '80' }],
    ['[::1]:80', { hostname: '::1', portText: '80' }],
    ['h', undefined],
    ['h:x', undefined],
  ])('of CONNECT: %s', (text, parts) => {
    expect(parseTarget(text, true)).toEqual(parts);
  });
});

describe('portNumber', () => {
  it.each([
    ['80', 80],
    ['+80', 80],
    ['-1', 65_535],
    ['65537', 1],
    ['99999999999999999999', 65_535],
    ['', 0],
  ])('of %j is %i', (text, port) => {
    expect(portNumber(text)).toBe(port);
  });
});
