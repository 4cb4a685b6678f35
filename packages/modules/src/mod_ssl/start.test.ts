import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modSsl } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const cut = '-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n';

/** What is said of lines when the server is to start, or only checks. */
function messages(lines: string, checkOnly: boolean): readonly string[] {
  const text = `ServerName x\nListen 80\nDocumentRoot /etc\nSSLProxyEngine on\n${lines}\n`;
  const world = memoryWorld({ regex, files: { '/etc/httpd.conf': text, '/etc/cut.crl': cut } });
  const started = inMemoryServer(world, [core, mpmEvent, modAuthzCore, modSsl], checkOnly);
  return 'plan' in started
    ? []
    : started.filter(({ severity }) => severity === 'error').map(({ text: said }) => said);
}

it.each([
  [
    'SSLProxyCARevocationCheck leaf',
    'AH01899: Host x:80: CRL checking has been enabled, but neither SSLProxyCARevocationFile nor SSLProxyCARevocationPath is configured\nAH02312: Fatal error initialising mod_ssl, exiting.',
  ],
  [
    'SSLProxyCARevocationFile cut.crl\nSSLProxyCARevocationCheck leaf',
    "SSLProxyCARevocationFile: file '/etc/cut.crl' has a revocation list that cannot be read",
  ],
])('%s ends the start, but is no error of the configuration', (lines, text) => {
  expect(messages(lines, false)).toEqual([text]);
  expect(messages(lines, true)).toEqual([]);
});
