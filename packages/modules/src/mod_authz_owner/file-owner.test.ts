import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DECLINED, defineModule, postReadRequest } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { type InMemoryServer, inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modAuthzGroupfile } from '../mod_authz_groupfile/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modAuthzOwner } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** Takes a field's word for who asks. */
const modUserByField = defineModule({
  name: 'mod_user_by_field',
  identifier: 'user_by_field_module',
  httpd: 'no module of httpd',
  directives: {},
  hooks: [
    postReadRequest((request) => {
      request.user = request.headersIn.get('X-User');
      return DECLINED;
    }),
  ],
});

/** In a world in memory all files belong to www-data, user and group. */
const files = {
  '/etc/httpd.conf': `ServerName localhost
Listen 80
ErrorLog /log
DocumentRoot /srv
<Location /owner>
Require file-owner
</Location>
<Location /group>
AuthGroupFile /etc/groups
Require file-group
</Location>`,
  '/etc/groups': 'WWW-Data: bob\nothers: alice\n',
  '/srv/owner': 'o',
  '/srv/group': 'g',
};

const ours = [core, mpmEvent, modAuthzCore, modAuthzGroupfile, modUserByField];
const withOwner = [...ours, modAuthzOwner];

async function statusOf(modules: typeof ours, path: string, user?: string): Promise<string> {
  const server = inMemoryServer(memoryWorld({ files, regex }), modules) as InMemoryServer;
  if (!('request' in server)) throw new Error(JSON.stringify(server));
  const response = await server.request(`GET ${path}`, user === undefined ? {} : { 'X-User': user });
  return response.statusLine;
}

describe('Require', () => {
  it.each([
    ['file-owner: who owns the file', '/owner', 'www-data', '200 OK'],
    ['file-owner: another', '/owner', 'bob', '403 Forbidden'],
    ['file-owner: a file that is not there', '/owner/none', 'bob', '403 Forbidden'],
    ['file-group: one of the group of the file, whatever the case', '/group', 'bob', '200 OK'],
    ['file-group: one of another group', '/group', 'alice', '403 Forbidden'],
    ['file-group: one of no group', '/group', 'www-data', '403 Forbidden'],
  ])('%s', async (_title, path, user, expected) => {
    expect(await statusOf(withOwner, path, user)).toBe(expected);
  });

  it('file-group lets nobody in without mod_authz_owner', async () => {
    const config = files['/etc/httpd.conf'].replace(/<Location \/owner>\n.*\n<\/Location>\n/, '');
    const world = memoryWorld({ files: { ...files, '/etc/httpd.conf': config }, regex });
    const server = inMemoryServer(world, ours) as InMemoryServer;
    expect((await server.request('GET /group', { 'X-User': 'bob' })).statusLine).toBe('403 Forbidden');
  });
});
