import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { machineIdentities, readMachineCertificates } from './machine-certificates.ts';
import { pemTexts } from './pem.ts';

const folder = new URL('../../../../fixtures/behaviour/mod_ssl/machine-certificates/conf/', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, folder), 'latin1');
const one = textOf('one.pem');
const key = one.slice(one.indexOf('-----BEGIN PRIVATE'));

it.each([
  ['a pair', one, 1],
  ['a key before its certificate', key + pemTexts(one, 'certificate')[0]!, 1],
  ['two pairs', one + textOf('two.pem'), 2],
  ['certificates without keys', textOf('b-and-a.pem'), 0],
  ['nothing', 'text\n', 0],
])('reads %s', (_, text, count) => {
  const read = readMachineCertificates(text);
  expect(typeof read === 'string' ? read : read.length).toBe(count);
});

it.each([
  [key, 'has a private key without a certificate'],
  [one.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'), 'has an encrypted private key (AH02252)'],
  [
    one.replace('BEGIN PRIVATE KEY-----', 'BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED'),
    'has an encrypted private key (AH02252)',
  ],
  [one.replace('CERTIFICATE-----\nMII', 'CERTIFICATE-----\nAAA'), 'has a certificate that cannot be read'],
])('says what is wrong with a file', (text, complaint) => {
  expect(readMachineCertificates(text)).toBe(complaint);
});

it('shows none to a server that names what is no name', () => {
  const certificates = readMachineCertificates(one);
  const machine = machineIdentities(typeof certificates === 'string' ? [] : certificates, []);
  expect([[], [Uint8Array.of(0x30, 9)], [new Uint8Array()]].map(machine.choose)).toEqual([
    0,
    undefined,
    undefined,
  ]);
  expect(machineIdentities([], []).choose([])).toBeUndefined();
});
