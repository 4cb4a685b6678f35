import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAuthorization } from './read-authorization.ts';

const response = '1'.repeat(32);
const nonce = `AAAAAAAAAAA=${'0'.repeat(40)}`;

test('names in any case, blanks around the equals sign, quotes with escapes; the last of a name counts', () => {
  const line = `Digest USERNAME = "j\\"o" x, realm=R,nonce="${nonce}", uri="/,=", response=${response}, ,nc=2, realm="S`;
  expect(readAuthorization(line)).toEqual({
    username: 'j"o',
    realm: 'S',
    nonce,
    uri: '/,=',
    response,
    nc: '2',
  });
});

test('any header is read, in time that grows with its length', () => {
  const piece = fc.constantFrom('username', '=', '"', '\\', ',', ' ', 'x', 'nonce="', nonce);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      expect(typeof readAuthorization(`Digest ${pieces.join('')}`)).toBe('object');
    }),
  );
});
