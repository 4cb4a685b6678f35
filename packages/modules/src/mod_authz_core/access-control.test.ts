import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { type InMemoryServer, inMemoryServer } from '../in-memory-server.ts';
import { modAccessCompat } from '../mod_access_compat/index.ts';
import { modAuthBasic } from '../mod_auth_basic/index.ts';
import { modAuthnCore } from '../mod_authn_core/index.ts';
import { modAuthnFile } from '../mod_authn_file/index.ts';
import { modAuthzHost } from '../mod_authz_host/index.ts';
import { modAuthzUser } from '../mod_authz_user/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modAuthzCore } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules = [
  core,
  mpmEvent,
  modAuthnCore,
  modAuthnFile,
  modAuthzCore,
  modAuthzHost,
  modAuthzUser,
  modAccessCompat,
  modAuthBasic,
];

const passwords = [
  'bob:$apr1$UFjIItaD$jnmoPhZFjfTf.mhz3m7bC1',
  'sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
  '# a comment',
  'digest:The Realm:c2f1ca0ca5f2a6dc4e2ff3b9fb8a91e1',
].join('\n');

function world(config: string) {
  return memoryWorld({
    files: {
      '/etc/httpd.conf': `ServerName localhost\nListen 80\nDocumentRoot /srv\nErrorLog /log\nErrorLogFormat "%m %l %M"\n${config}`,
      '/srv/index.html': 'hello',
      '/srv/f': 'file',
      '/etc/pw': passwords,
    },
    regex,
    network: {
      reverse: (address) => Promise.resolve(address === '127.0.0.1' ? 'client.example.com' : undefined),
      resolve: (host) => Promise.resolve(host === 'client.example.com' ? ['127.0.0.1'] : undefined),
    },
    overrides: {
      digests: {
        hash: (algorithm, input) =>
          createHash(algorithm)
            .update(input as string, 'latin1')
            .digest(),
        bcryptVerify: () => false,
        cryptVerify: () => undefined,
        isSigned: () => false,
        randomBytes: (length) => new Uint8Array(length),
        random: () => 0,
      },
    },
  });
}

function started(config: string): { server: InMemoryServer; log: () => string } {
  const memory = world(config);
  const server = inMemoryServer(memory, modules);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  return { server, log: () => memory.written.get('/log') ?? '' };
}

const basic = (credentials: string) => ({ Authorization: `Basic ${btoa(credentials)}` });
const inLocation = (body: string) => `<Location />\n${body}\n</Location>`;
const login = 'AuthType Basic\nAuthName "The Realm"\nAuthUserFile /etc/pw\n';

interface Case {
  readonly title: string;
  readonly config: string;
  readonly line?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly status: number;
  readonly challenge?: string;
  readonly log?: string;
}

// The answers of httpd 2.4.71.
const cases: readonly Case[] = [
  { title: 'no directives', config: '', status: 200 },
  {
    title: 'all denied',
    config: inLocation('Require all denied'),
    status: 403,
    log: 'AH01630: client denied by server configuration: /srv/f',
  },
  {
    title: 'an inner section replaces',
    config: `<Directory />\nRequire all denied\n</Directory>\n${inLocation('Require all granted')}`,
    status: 200,
  },
  {
    title: 'AuthMerging And',
    config: `<Directory />\nRequire all denied\n</Directory>\n${inLocation('AuthMerging And\nRequire all granted')}`,
    status: 403,
  },
  {
    title: 'AuthMerging Or',
    config: `<Directory />\nRequire all denied\n</Directory>\n${inLocation('AuthMerging Or\nRequire all granted')}`,
    status: 200,
  },
  {
    title: 'a limited line does not hold for others',
    config: inLocation('<Limit POST>\nRequire all denied\n</Limit>'),
    status: 200,
  },
  {
    title: 'a limited line in RequireAny is neutral',
    config: inLocation(
      '<RequireAny>\n<Limit POST>\nRequire all granted\n</Limit>\nRequire all denied\n</RequireAny>',
    ),
    status: 403,
  },
  {
    title: 'a limited line in RequireAll is granted',
    config: inLocation(
      '<RequireAll>\n<Limit POST>\nRequire all denied\n</Limit>\nRequire all granted\n</RequireAll>',
    ),
    status: 200,
  },
  {
    title: 'LimitExcept holds for unknown methods',
    config: inLocation('<LimitExcept GET>\nRequire all denied\n</LimitExcept>'),
    line: 'FOO /f',
    status: 403,
  },
  {
    title: 'LimitExcept GET spares HEAD',
    config: inLocation('<LimitExcept GET>\nRequire all denied\n</LimitExcept>'),
    line: 'HEAD /f',
    status: 200,
  },
  {
    title: 'not ip',
    config: inLocation('<RequireAll>\nRequire not ip 127.0.0.1\nRequire all granted\n</RequireAll>'),
    status: 403,
  },
  {
    title: 'RequireNone',
    config: inLocation(
      '<RequireAll>\n<RequireNone>\nRequire ip 10\n</RequireNone>\nRequire all granted\n</RequireAll>',
    ),
    status: 200,
  },
  { title: 'part of an address', config: inLocation('Require ip 127.0'), status: 200 },
  {
    title: 'a netmask',
    config: inLocation('Require ip 10.0.0.0/255.0.0.0'),
    address: '10.1.2.3',
    status: 200,
  },
  { title: 'bits', config: inLocation('Require ip 10.1.2.0/25'), address: '10.1.2.128', status: 403 },
  {
    title: 'an IPv6 network',
    config: inLocation('Require ip 2001:db8::/33'),
    address: '2001:db8:7fff::1',
    status: 200,
  },
  {
    title: 'outside the IPv6 network',
    config: inLocation('Require ip 2001:db8::/33'),
    address: '2001:db8:8000::1',
    status: 403,
  },
  {
    title: 'a mapped address is IPv4',
    config: inLocation('Require ip 10'),
    address: '::ffff:10.0.0.9',
    status: 200,
  },
  { title: 'local', config: inLocation('Require local'), address: '127.9.9.9', status: 200 },
  { title: 'not local', config: inLocation('Require local'), address: '10.0.0.1', status: 403 },
  { title: 'host', config: inLocation('Require host example.com'), status: 200 },
  { title: 'host must end at a dot', config: inLocation('Require host ample.com'), status: 403 },
  {
    title: 'host without a name',
    config: inLocation('Require host example.com'),
    address: '10.0.0.1',
    status: 403,
    log: "AH01753: access check of 'example.com' to /f failed, reason: unable to get the remote host name",
  },
  { title: 'forward-dns', config: inLocation('Require forward-dns client.example.com'), status: 200 },
  { title: 'method', config: inLocation('Require method GET'), line: 'HEAD /f', status: 200 },
  { title: 'another method', config: inLocation('Require method GET'), line: 'PUT /f', status: 403 },
  {
    title: 'an alias',
    config: `<AuthzProviderAlias ip mine "127.0.0.1 10">\n</AuthzProviderAlias>\n${inLocation('Require mine')}`,
    status: 200,
  },
  {
    title: 'a login is asked for',
    config: inLocation(`${login}Require valid-user`),
    status: 401,
    challenge: 'Basic realm="The Realm"',
  },
  {
    title: 'quotes and backslashes in the realm',
    config: inLocation('AuthType basic\nAuthName "a \\"q\\" b\\c"\nAuthUserFile /etc/pw\nRequire valid-user'),
    status: 401,
    challenge: 'Basic realm="a \\"q\\" bc"',
  },
  {
    title: 'apr1',
    config: inLocation(`${login}Require valid-user`),
    headers: basic('bob:secret'),
    status: 200,
  },
  { title: 'SHA', config: inLocation(`${login}Require user sha`), headers: basic('sha:secret'), status: 200 },
  {
    title: 'a wrong password',
    config: inLocation(`${login}Require valid-user`),
    headers: basic('bob:wrong'),
    status: 401,
    challenge: 'Basic realm="The Realm"',
    log: 'AH01617: user bob: authentication failure for "/f": Password Mismatch',
  },
  {
    title: 'an unknown user',
    config: inLocation(`${login}Require valid-user`),
    headers: basic('xxx'),
    status: 401,
    log: 'AH01618: user xxx not found: /f',
  },
  {
    title: 'another scheme',
    config: inLocation(`${login}Require valid-user`),
    headers: { Authorization: 'Digest x' },
    status: 401,
    challenge: 'Basic realm="The Realm"',
    log: 'AH01614: client used wrong authentication scheme: /f',
  },
  {
    title: 'a user who may not',
    config: inLocation(`${login}Require user other`),
    headers: basic('bob:secret'),
    status: 401,
    challenge: 'Basic realm="The Realm"',
    log: 'AH01631: user bob: authorization failure for "/f": ',
  },
  {
    title: 'AuthzSendForbiddenOnFailure',
    config: inLocation(`${login}AuthzSendForbiddenOnFailure On\nRequire user other`),
    headers: basic('bob:secret'),
    status: 403,
  },
  {
    title: 'address or user',
    config: inLocation(`${login}Require ip 10\nRequire user bob`),
    headers: basic('bob:secret'),
    status: 200,
  },
  {
    title: 'no password file',
    config: inLocation('AuthType Basic\nAuthName x\nRequire valid-user'),
    headers: basic('bob:secret'),
    status: 500,
    log: 'AH01619: AuthUserFile not specified',
  },
  {
    title: 'an unreadable password file',
    config: inLocation('AuthType Basic\nAuthName x\nAuthUserFile no\nRequire valid-user'),
    headers: basic('bob:secret'),
    status: 500,
    log: 'AH01620: Could not open password file: /etc/no',
  },
  {
    title: 'no realm',
    config: inLocation('AuthType Basic\nAuthUserFile /etc/pw\nRequire valid-user'),
    status: 500,
    log: 'AH01615: need AuthName: /f',
  },
  {
    title: 'an unknown type',
    config: inLocation('AuthType Foo\nRequire valid-user'),
    status: 500,
    log: 'AH01796: AuthType Foo configured without corresponding module',
  },
  {
    title: 'no type',
    config: inLocation('Require valid-user'),
    status: 500,
    log: 'AH00027: No authentication done',
  },
  {
    title: 'a type without directives',
    config: inLocation(login),
    status: 500,
    log: 'AH01627: AuthType configured with no corresponding authorization directives',
  },
  {
    title: 'not authoritative',
    config: inLocation(`${login}AuthBasicAuthoritative Off\nRequire valid-user`),
    headers: basic('nope:x'),
    status: 500,
  },
  {
    title: 'Order deny,allow',
    config: inLocation('Order Deny,Allow\nDeny from all\nAllow from 127.0.0.1'),
    status: 200,
  },
  {
    title: 'Order allow,deny',
    config: inLocation('Order allow,deny\nAllow from all\nDeny from 127'),
    status: 403,
    log: 'AH01797: client denied by server configuration: /srv/f',
  },
  { title: 'mutual-failure', config: inLocation('Order mutual-failure\nAllow from 127'), status: 200 },
  {
    title: 'an inner section forgets the outer Order',
    config: `<Directory />\nOrder allow,deny\nDeny from all\n</Directory>\n${inLocation('Satisfy all')}`,
    status: 200,
  },
  {
    title: 'Satisfy any asks for a login',
    config: inLocation(`${login}Require valid-user\nDeny from all\nSatisfy any`),
    status: 401,
  },
  {
    title: 'Satisfy any takes a login',
    config: inLocation(`${login}Require valid-user\nDeny from all\nSatisfy any`),
    headers: basic('bob:secret'),
    status: 200,
  },
  {
    title: 'Satisfy any takes an address',
    config: inLocation(`${login}Require valid-user\nAllow from all\nSatisfy any`),
    status: 200,
  },
  { title: 'Deny from a host', config: inLocation('Deny from .example.com'), status: 403 },
  { title: 'Deny from env', config: inLocation('Deny from env=FOO'), status: 200 },
  { title: 'Deny from env=!', config: inLocation('Deny from env=!FOO'), status: 403 },
];

describe('access control', () => {
  it.each(cases)('$title', async ({ config, line = 'GET /f', headers, address, status, challenge, log }) => {
    const { server, log: written } = started(config);
    const response = await server.request(line, headers, address);
    expect(Number(response.statusLine.slice(0, 3))).toBe(status);
    expect(response.headers.get('WWW-Authenticate')).toBe(
      status === 401 ? (challenge ?? 'Basic realm="The Realm"') : undefined,
    );
    if (log !== undefined) expect(written()).toContain(log);
  });
});

const refused: readonly (readonly [string, string])[] = [
  ['Require foo bar', 'Unknown Authz provider: foo'],
  ['Require not', 'Unknown Authz provider: '],
  ['Require all', "Argument for 'Require all' must be 'granted' or 'denied'"],
  ['Require ip', "'require ip' requires an argument"],
  [
    'Require ip 10.0.0.0/33',
    "ip address '10.0.0.0/33' appears to be invalid: The specified network mask is invalid.",
  ],
  [
    'Require ip 0.0.0.0/0',
    "ip address '0.0.0.0/0' appears to be invalid: The specified network mask is invalid.",
  ],
  [
    'Require all granted\nRequire not user bob',
    'negative Require directive has no effect in <RequireAny> directive',
  ],
  ['<RequireAll>\n</RequireAll>', '<RequireAll> directive contains no authorization directives'],
  ['<RequireAll foo>\n</RequireAll>', "<RequireAll> directive doesn't take additional arguments"],
  [
    '<RequireAny>\n<RequireNone>\nRequire ip 10\n</RequireNone>\n</RequireAny>',
    '<RequireNone> directive has no effect in <RequireAny> directive',
  ],
  [
    '<RequireAll>\nRequire not ip 10\n</RequireAll>',
    'AH01624: <RequireAll> directive contains only negative authorization directives\nAH00014: Configuration check failed',
  ],
  ['<RequireAll>\nOptions None\n</RequireAll>', 'Options not allowed in <RequireAll> context'],
  ['AuthMerging foo', 'AuthMerging must be one of: Off | And | Or'],
  ['AuthBasicProvider nosuch', 'Unknown Authn provider: nosuch'],
  ['Order foo', 'unknown order'],
  ['Allow form all', "allow and deny must be followed by 'from'"],
  ['Deny from 10.0.0.300', 'The specified IP address is invalid.'],
  ['Deny from 10.0.0.0/33', 'The specified network mask is invalid.'],
  [
    'Require expr "foo bar"',
    "Cannot parse expression in require line: syntax error, unexpected T_ID, expecting '('",
  ],
];

describe('access control outside of sections', () => {
  it.each([
    ['Require all granted', 'Require not allowed here'],
    ['Order allow,deny', 'order not allowed here'],
    [
      '<VirtualHost *:80>\nRequire all granted\n</VirtualHost>',
      'Require not allowed in <VirtualHost> context',
    ],
  ])('%s', (config, text) => {
    const result = inMemoryServer(world(config), modules);
    expect('plan' in result ? [] : result.map((error) => error.text)).toContain(text);
  });
});

describe('refused access control', () => {
  it.each(refused)('%s', (config, text) => {
    const result = inMemoryServer(world(inLocation(config)), modules);
    expect(
      'plan' in result
        ? []
        : result.filter(({ severity }) => severity === 'error').map((error) => error.text),
    ).toContain(text);
  });
});
