import { readFileSync } from 'node:fs';
import { decodeBase64 } from '@httpd-ts/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateFacts } from './certificate-facts.ts';
import { distinguishedName, oneLineName } from './certificate-names.ts';
import { base64OfPem, pemBlocks, pemLabels } from './pem-blocks.ts';

const folder = new URL('../../../../fixtures/behaviour/mod_ssl/clients-over-tls/conf/', import.meta.url);

function derOf(name: string): Uint8Array {
  const [block] = pemBlocks(readFileSync(new URL(name, folder), 'latin1'), pemLabels.certificate);
  return Uint8Array.from(decodeBase64(base64OfPem(block!)), (character) => character.charCodeAt(0));
}

describe('a certificate', () => {
  it('is read', () => {
    const certificate = certificateFacts(derOf('client.pem'))!;
    expect(certificate).toMatchObject({
      version: 3,
      emails: ['client@example.com'],
      principalNames: ['client@example.local'],
      dnsNames: [],
      isAuthority: false,
      hasResponder: false,
    });
    expect(distinguishedName(certificate.subject)).toBe(
      'UID=u1,emailAddress=client@example.com,CN=client one,OU=Two,OU=One,O=Example\\, Inc.,L=Munich,ST=Bayern,C=DE',
    );
    expect(oneLineName(certificate.subject)).toBe(
      '/C=DE/ST=Bayern/L=Munich/O=Example, Inc./OU=One/OU=Two/CN=client one/emailAddress=client@example.com/UID=u1',
    );
  });

  it('of an authority says so', () => {
    expect(certificateFacts(derOf('ca.pem'))?.isAuthority).toBe(true);
  });

  it('that is cut off or changed leads to no error', () => {
    const der = derOf('client.pem');
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, value, length) => {
        const changed = Uint8Array.from(der);
        changed[at] = value;
        const certificate = certificateFacts(changed.subarray(0, length));
        if (certificate !== undefined) distinguishedName(certificate.subject);
      }),
    );
  });
});
