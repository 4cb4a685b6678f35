import {
  checkUserId,
  defineModule,
  directive,
  entryOf,
  fixups,
  flag,
  isShownAtStart,
  iterate,
  preConfig,
  take1,
} from '@httpd-ts/kernel';
import { clampedLong } from '../core/contract.ts';
import { authSchemes, findAuthnProvider } from '../mod_authn_core/contract.ts';
import { addAuthenticationInfo, authenticateDigest } from './authenticate.ts';
import { challenge } from './challenge.ts';
import { memoryKey, smallestMemory } from './clients.ts';
import { authDigestConfig } from './config.ts';
import { summaries } from './summaries.ts';

const inAuthConfig = { context: 'anywhere', override: 'AuthConfig' } as const;
const units: Readonly<Record<string, bigint>> = { b: 1n, k: 1024n, m: 1_048_576n };

/** A number of bytes; a text is the complaint. httpd: set_shmem_size */
function readMemorySize(word: string): number | string {
  const match = /^([\t-\r ]*[+-]?\d+)?[\t-\r ]*(?:$|([BKM]))/i.exec(word);
  if (match === null) return `Invalid size in AuthDigestShmemSize: ${word}`;
  const [, number = '0', unit = 'b'] = match;
  const size = BigInt.asIntN(64, clampedLong(number) * entryOf(units, unit.toLowerCase())!);
  const tooSmall = `size in AuthDigestShmemSize too small: ${size} < ${smallestMemory}`;
  return size < BigInt(smallestMemory) ? tooSmall : Number(size);
}

const secretMessage =
  '[auth_digest:debug] mod_auth_digest.c(380): AH01757: generating secret for digest authentication';

/** Users who prove that they know a password without sending it, as HTTP's Digest scheme has them. */
export const modAuthDigest = defineModule({
  name: 'mod_auth_digest',
  identifier: 'auth_digest_module',
  httpd: 'modules/aaa/mod_auth_digest.c',
  summaries,
  directives: {
    AuthDigestProvider: authDigestConfig.directive({
      ...inAuthConfig,
      args: iterate,
      usage: 'specify the auth providers for a directory or location',
      keywords: ['file', 'dbm', 'dbd', 'socache'],
      default: 'file',
      set(config, name, cmd) {
        const provider = findAuthnProvider(name, cmd);
        if (provider === undefined) return `Unknown Authn provider: ${name}`;
        if (provider.realmHash === undefined) {
          return `The '${name}' Authn provider doesn't support Digest Authentication`;
        }
        config.providers = [...config.providers, provider];
        return undefined;
      },
    }),
    AuthDigestQop: authDigestConfig.directive({
      ...inAuthConfig,
      args: iterate,
      usage: 'A list of quality-of-protection options',
      keywords: ['auth'],
      default: 'auth',
      set(_config, word) {
        return word.toLowerCase() === 'auth'
          ? undefined
          : "AuthDigestQop is deprecated: only 'auth' is supported";
      },
    }),
    AuthDigestNonceLifetime: authDigestConfig.directive({
      ...inAuthConfig,
      args: take1,
      usage: 'Maximum lifetime of the server nonce (seconds)',
      default: '300',
      set(config, word) {
        const match = /^([\t-\r ]*[+-]?\d+)?(?:$|[\t-\r ])/.exec(word);
        if (match === null) return `Invalid time in AuthDigestNonceLifetime: ${word}`;
        config.nonceLifetimeSeconds = Number(clampedLong(match[1] ?? '0'));
        return undefined;
      },
    }),
    AuthDigestNcCheck: authDigestConfig.directive({
      ...inAuthConfig,
      args: flag,
      usage: 'Whether or not to check the nonce-count sent by the client',
      default: 'Off',
      set(config, on) {
        config.checksCount = on;
      },
    }),
    AuthDigestAlgorithm: authDigestConfig.directive({
      ...inAuthConfig,
      args: take1,
      usage: 'The algorithm used for the hash calculation',
      keywords: ['MD5'],
      default: 'MD5',
      set(_config, word) {
        if (word.toLowerCase() !== 'md5') return `Unsupported algorithm in AuthDigestAlgorithm: ${word}`;
        return undefined;
      },
    }),
    AuthDigestDomain: authDigestConfig.directive({
      ...inAuthConfig,
      args: iterate,
      usage: "A list of URI's which belong to the same protection space as the current URI",
      set(config, uri) {
        config.domain = [...config.domain, uri];
      },
    }),
    AuthDigestShmemSize: directive({
      args: take1,
      context: 'server',
      usage: 'The amount of shared memory to allocate for keeping track of clients',
      default: '1000',
      set(_config, word, cmd) {
        const size = readMemorySize(word);
        if (typeof size === 'string') return size;
        cmd.planMemory(memoryKey, () => ({ bytes: undefined as number | undefined })).bytes = size;
        return undefined;
      },
    }),
  },
  hooks: [
    preConfig((compilation) => {
      if (isShownAtStart('debug', compilation.settings.startupLevel)) compilation.warn(secretMessage);
    }),
    checkUserId(authenticateDigest),
    fixups(addAuthenticationInfo),
  ],
  providers: [
    authSchemes.provide('digest', {
      noteFailure(request) {
        challenge(request, false);
      },
    }),
  ],
});
