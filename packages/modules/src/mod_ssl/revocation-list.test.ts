import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificate } from './certificate.ts';
import { distinguishedName } from './distinguished-name.ts';
import { derOf, pemTexts } from './pem.ts';
import { readStore } from './read-store.ts';
import { readRevocationList } from './revocation-list.ts';

const folder = new URL('../../../../fixtures/behaviour/mod_ssl/revocation-lists/conf/', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, folder), 'latin1');
const middleList = derOf(textOf('middle.crl'));
const certificate = derOf(pemTexts(textOf('pointed.pem'), 'certificate')[0]!);

/** Neither may throw, whatever it is given. */
const readBoth = (bytes: Uint8Array) => [readRevocationList(bytes), readCertificate(bytes)];

/** Bytes of which some are others. */
const damaged = (whole: Uint8Array) =>
  fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
    const bytes = Uint8Array.from(whole);
    for (const [at, byte] of changes) bytes[at] = byte;
    return bytes;
  });

describe('readRevocationList', () => {
  it('reads who was revoked by whom', () => {
    const list = readRevocationList(middleList);
    expect(distinguishedName(list!.issuer.attributes)).toBe('CN=Trial Issuer,O=Trial');
    expect([...(list?.revoked ?? [])]).toEqual([
      [readCertificate(derOf(textOf('revoked.pem')))?.serial, true],
    ]);
    expect([list?.thisUpdateMs, list?.nextUpdateMs]).toEqual([Date.UTC(2020, 0), Date.UTC(2120, 0)]);
    expect([list?.isDelta, list?.hasUnknownCritical, list?.scope]).toEqual([false, false, undefined]);
  });

  it.each([
    ['critical.crl', { hasUnknownCritical: true }],
    ['entry-critical.crl', { hasUnknownCritical: true }],
    ['uncritical.crl', { hasUnknownCritical: false }],
    ['delta.crl', { isDelta: true }],
    ['indirect.crl', { scope: expect.objectContaining({ isIndirect: true }) }],
    ['only-ca.crl', { scope: expect.objectContaining({ onlyAuthorities: true, onlyUsers: false }) }],
    ['only-user.crl', { scope: expect.objectContaining({ onlyUsers: true, places: undefined }) }],
    ['reasons.crl', { scope: expect.objectContaining({ onlySomeReasons: true }) }],
    [
      'point.crl',
      {
        scope: expect.objectContaining({
          places: readCertificate(certificate)?.distributionPoints[0]?.places,
        }),
      },
    ],
  ])('reads what %s says of itself', (name, expected) => {
    const store = readStore(textOf(name));
    expect(typeof store === 'string' ? store : store.lists[1]).toMatchObject(expected);
  });

  it('finds nothing in a list that is cut off', () => {
    for (let length = 0; length < middleList.length; length++)
      expect(readRevocationList(middleList.subarray(0, length))).toBeUndefined();
  });
});

describe('bytes that are neither list nor certificate', () => {
  it('are given back as nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readBoth(bytes).every((one) => !one)),
    );
  });

  it.each([
    ['list', middleList],
    ['certificate', certificate],
  ])('of a damaged %s do no harm', (_, whole) => {
    fc.assert(fc.property(damaged(whole), (bytes) => readBoth(bytes).length === 2));
  });
});

describe('readStore', () => {
  const list = textOf('middle.crl');
  it.each([
    ['nothing', 'has neither a certificate nor a revocation list'],
    [textOf('good.key'), 'has neither a certificate nor a revocation list'],
    [list.slice(0, 200), 'has a block without an end'],
    [`${list.slice(0, 200)}\n-----END X509 CRL-----\n`, 'has a revocation list that cannot be read'],
    [list.replaceAll('X509 CRL', 'CERTIFICATE'), 'has a certificate that cannot be read'],
  ])('says what is wrong with %j', (text, complaint) => {
    expect(readStore(text)).toBe(complaint);
  });

  it('takes lists and certificates out of one file', () => {
    const store = readStore(textOf('ca-with-lists.pem'));
    expect(typeof store === 'string' ? store : [store.certificates.length, store.lists.length]).toEqual([
      1, 2,
    ]);
  });
});
