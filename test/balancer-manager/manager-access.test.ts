import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backEnd, type ManagedServer, managedServer, removeServer } from './manager-server.ts';

let server: ManagedServer;
let end: Awaited<ReturnType<typeof backEnd>>;

beforeAll(async () => {
  end = await backEnd('A');
  server = await managedServer(`<Proxy balancer://app>
BalancerMember ${end.url} "route=a\\"b"
ProxySet nonce=known
</Proxy>
ProxyPass /closed !
<Location /closed>
SetHandler balancer-manager
Require ip 192.0.2.1
</Location>
ProxyPass / balancer://app/`);
}, 60_000);

afterAll(async () => {
  await removeServer(server);
  end.server.closeAllConnections();
  end.server.close();
});

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends header fields that fetch keeps for itself. */
function send(path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const length = body === '' ? {} : { 'Content-Length': String(body.length) };
      const request = httpRequest(
        server.url(path),
        { method, headers: { ...headers, ...length } },
        (response) => {
          let text = '';
          response.setEncoding('latin1').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, text }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    },
  );
}

const member = async () => (await server.api('/balancers/app')).value.members[0];
const form = 'application/x-www-form-urlencoded';

describe('the form of the manager', () => {
  it.each([
    ['without a Referer', {}, 'nonce=known'],
    ['with a Referer of another host', { Referer: 'http://evil.example/balancer-manager' }, 'nonce=known'],
    ['with a wrong nonce', { Referer: 'http://127.0.0.1/balancer-manager' }, 'nonce=wrong'],
    ['without a nonce', { Referer: 'http://127.0.0.1/balancer-manager' }, 'x=y'],
  ])('changes nothing %s', async (_title, headers, nonce) => {
    const body = `b=app&w=${end.url}&w_status_D=1&w_lf=9&action=remove&${nonce}`;
    const response = await send('/balancer-manager', {
      ...{ method: 'POST', body },
      headers: { ...headers, 'Content-Type': form },
    });
    expect([response.status, response.headers['content-type']]).toEqual([
      200,
      'text/html; charset=ISO-8859-1',
    ]);
    expect(await member()).toMatchObject({ disabled: false, loadFactor: 1 });
  });

  it('is on a page that runs and loads nothing of others', async () => {
    const { headers, text } = await send('/balancer-manager', { headers: { Accept: 'text/html' } });
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-/,
    );
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});

describe('the API', () => {
  const json = { 'Content-Type': 'application/json' };
  const edit = JSON.stringify({ disabled: true });

  it.each([
    ['from another site', { ...json, 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['from another origin', { ...json, Origin: 'http://evil.example' }, 403],
    ['of this origin', { ...json, Origin: 'http://127.0.0.1' }, 200],
  ])('answers a change %s', async (_title, headers, status) => {
    const path = `/balancer-manager/api/balancers/app/members/${(await member()).id}`;
    expect((await send(path, { method: 'PATCH', headers, body: edit })).status).toBe(status);
    expect((await member()).disabled).toBe(status === 200);
  });

  it.each([
    ['POST', '/balancers/app/members', { 'Content-Type': form }, 'url=x', 415],
    ['POST', '/balancers/app/members', json, '[1]', 400],
    ['POST', '/balancers/app/members', json, '{"url": 7}', 400],
    ['POST', '/balancers/app/members', json, '{"url": "nonsense"}', 400],
    ['PATCH', '/balancers/app', json, '{"lbMethod": "unheard"}', 400],
    ['PATCH', '/balancers/app', json, '{"colour": "red"}', 400],
    ['PATCH', '/balancers/none', json, '{}', 404],
    ['DELETE', '/balancers/app/members/0000000000', {}, '', 404],
    ['PUT', '/balancers/app', json, '{}', 405],
    ['POST', '/differences', json, '{}', 405],
  ])('refuses %s %s with %j and %s', async (method, path, headers, body, status) => {
    const response = await send(`/balancer-manager/api${path}`, { method, headers, body });
    expect([response.status, typeof JSON.parse(response.text).error]).toEqual([status, 'string']);
  });

  it.each([
    ['nonsense', /absolute/],
    ['gopher://app.example.com', /No module that is loaded serves gopher:/],
    ['http://127.0.0.1:99999', /65535/],
    ['http://m\u00fcller.example.com', /ASCII/],
    ['http://\u65e5\u672c.example.com', /ASCII/],
    ['http://127.0.0.1/"><script>', /ASCII/],
    [`http://${'a'.repeat(250)}.example.com`, /255 characters/],
  ])('takes no member %s', async (url, complaint) => {
    const answer = await send('/balancer-manager/api/balancers/app/members', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ url }).replace(
        /[^\0-\x7f]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    });
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, expect.stringMatching(complaint)]);
  });

  it('describes itself', async () => {
    const { value } = await server.api('/openapi.json');
    expect([value.openapi, value.servers[0].url]).toEqual(['3.1.0', '/balancer-manager/api']);
  });
});

describe('access control of the location', () => {
  it.each(['/closed', '/closed/api', '/closed/api/balancers/app', '/closed/metrics'])(
    'holds for %s',
    async (path) => {
      expect((await send(path)).status).toBe(403);
    },
  );
});

it('gives metrics that Prometheus reads', async () => {
  const { headers, text } = await send('/balancer-manager/metrics');
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain(
    `httpd_balancer_member_requests_in_flight{balancer="app",member="${end.url}",route="a\\"b"} 0\n`,
  );
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+\{(?:\w+="(?:[^"\\]|\\.)*",?)+\} -?[\d.]+)$/);
});
