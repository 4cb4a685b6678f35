import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificate } from './certificate.ts';
import { distinguishedName, oneLineName } from './distinguished-name.ts';
import { derOf, pemTexts } from './pem.ts';

const folder = new URL('../../../../fixtures/behaviour/mod_ssl/clients-over-tls/conf/', import.meta.url);

const derIn = (name: string) =>
  derOf(pemTexts(readFileSync(new URL(name, folder), 'latin1'), 'certificate')[0]!);

describe('a certificate', () => {
  it('is read', () => {
    const certificate = readCertificate(derIn('client.pem'))!;
    expect(certificate).toMatchObject({
      version: 3,
      emails: ['client@example.com'],
      principalNames: ['client@example.local'],
      dnsNames: [],
      isAuthority: false,
      hasResponder: false,
    });
    expect(distinguishedName(certificate.subject.attributes)).toBe(
      'UID=u1,emailAddress=client@example.com,CN=client one,OU=Two,OU=One,O=Example\\, Inc.,L=Munich,ST=Bayern,C=DE',
    );
    expect(oneLineName(certificate.subject.attributes)).toBe(
      '/C=DE/ST=Bayern/L=Munich/O=Example, Inc./OU=One/OU=Two/CN=client one/emailAddress=client@example.com/UID=u1',
    );
  });

  it('of an authority says so', () => {
    expect(readCertificate(derIn('ca.pem'))?.isAuthority).toBe(true);
  });

  it('that is cut off or changed leads to no error', () => {
    const der = derIn('client.pem');
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, value, length) => {
        const changed = Uint8Array.from(der);
        changed[at] = value;
        const certificate = readCertificate(changed.subarray(0, length));
        if (certificate !== undefined) distinguishedName(certificate.subject.attributes);
      }),
    );
  });
});
