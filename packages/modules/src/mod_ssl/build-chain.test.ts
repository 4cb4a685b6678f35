import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Digests } from '@httpd-ts/kernel';
import { expect, it } from 'vitest';
import { buildChain } from './build-chain.ts';
import type { Certificate } from './certificate.ts';
import { loggedName } from './distinguished-name.ts';
import { pemTexts } from './pem.ts';
import { readCertificates } from './read-store.ts';

const folder = new URL(
  '../../../../fixtures/behaviour/mod_ssl/names-chains-and-sections/conf/',
  import.meta.url,
);
const read = (name: string) =>
  readCertificates(pemTexts(readFileSync(new URL(name, folder), 'latin1'), 'certificate'));

const isSigned: Digests['isSigned'] = (bytes, signature, publicKey, { hash }) =>
  verify(
    hash,
    bytes,
    createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' }),
    signature,
  );
const digests = { isSigned } as Digests;

const [root] = read('root.pem') as [Certificate];
const [middle] = read('mid.pem') as [Certificate];
const rooted = read('rooted.pem');

/** As the middle authority to all appearance, with a key of its own. */
const impostor: Certificate = { ...middle, publicKey: read('other.pem')[0]!.publicKey };

const texts = (chain: readonly Certificate[]) =>
  chain.map(({ subject }) => loggedName(subject.attributes).split(',')[0]);

it.each([
  ['what was sent', rooted, [], ['CN=rooted.example.com', 'CN=Trial Issuer', 'CN=Trial Root']],
  [
    'an authority',
    read('chained.pem'),
    [root],
    ['CN=chained.example.com', 'CN=Trial Issuer', 'CN=Trial Root'],
  ],
  ['nothing where the issuer is missing', read('unchained.pem'), [root], ['CN=unchained.example.com']],
  ['authorities only above an authority', rooted, [middle], ['CN=rooted.example.com', 'CN=Trial Issuer']],
  ['nothing', [], [root], []],
])('a chain is made of %s', (_, sent, authorities, names) => {
  expect(texts(buildChain(sent, authorities, digests))).toEqual(names);
});

it('who bears the name of an issuer has not signed', () => {
  const [leaf] = rooted as [Certificate];
  expect(texts(buildChain([leaf, impostor], [root], digests))).toEqual(['CN=rooted.example.com']);
  expect(texts(buildChain([leaf, impostor, middle], [root], digests)).length).toBe(3);
});
