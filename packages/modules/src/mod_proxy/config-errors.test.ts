import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { inMemoryServer } from '../in-memory-server.ts';
import { modLbmethodByrequests } from '../mod_lbmethod_byrequests/index.ts';
import { modProxyBalancer } from '../mod_proxy_balancer/index.ts';
import { modProxyHcheck } from '../mod_proxy_hcheck/index.ts';
import { modProxyHttp } from '../mod_proxy_http/index.ts';
import { modSlotmemShm } from '../mod_slotmem_shm/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modProxy } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const modules = [
  core,
  mpmEvent,
  modProxy,
  modProxyHttp,
  modSlotmemShm,
  modProxyBalancer,
  modLbmethodByrequests,
  modProxyHcheck,
];

interface Case {
  readonly title: string;
  readonly config: string;
  readonly line?: number;
  readonly error?: string;
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('./config-errors.fixture.json', import.meta.url), 'utf8'),
);

function diagnose(config: string) {
  const world = memoryWorld({ files: { '/etc/httpd.conf': config }, regex });
  const server = inMemoryServer(world, modules, true);
  return 'plan' in server ? [] : server;
}

// What `apache2 -t` of httpd 2.4.71 prints.
describe('proxy configuration', () => {
  it.each(cases.filter(({ error }) => error !== undefined))(
    '$title is refused',
    ({ config, line, error }) => {
      const first = diagnose(config).find(({ severity }) => severity === 'error');
      expect(`${first?.line}: ${first?.text}`).toBe(`${line}: ${error}`);
    },
  );

  it.each(cases.filter(({ error }) => error === undefined))('$title is accepted', ({ config }) => {
    expect(diagnose(config)).toEqual([]);
  });
});
