import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { backEnd, type ManagedServer, managedServer, removeServer, until } from './manager-server.ts';

let server: ManagedServer | undefined;
const ends: { close(): void; closeAllConnections(): void }[] = [];

afterEach(async () => {
  if (server !== undefined) await removeServer(server);
  server = undefined;
  for (const end of ends.splice(0)) {
    end.closeAllConnections();
    end.close();
  }
});

/** Clients that ask again and again, and what they got. */
function clients(url: string, count = 4) {
  const answers: string[] = [];
  const failures: string[] = [];
  let going = true;
  const run = async () => {
    while (going) {
      try {
        const response = await fetch(url);
        const text = await response.text();
        if (response.status === 200) answers.push(text.trim());
        else failures.push(`${response.status}`);
      } catch (error) {
        failures.push(String((error as Error).cause ?? error));
      }
    }
  };
  const done = Promise.all(Array.from({ length: count }, run));
  return {
    answers,
    failures,
    async stop() {
      going = false;
      await done;
    },
  };
}

async function startA() {
  const a = await backEnd('A', (request, response) => {
    if (request.url === '/slow') setTimeout(() => response.end('A, slowly\n'), 1500);
    else response.end('A\n');
  });
  ends.push(a.server);
  return a;
}

async function startB() {
  const b = await backEnd('B');
  ends.push(b.server);
  return b;
}

const config = (url: string) =>
  `<Proxy balancer://app>\nBalancerMember ${url}\nProxySet growth=5\n</Proxy>\nProxyPass / balancer://app/\n`;

describe('a back end is replaced by another without a request lost', () => {
  it('by the API: add B, drain A while a slow request runs, remove A', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const traffic = clients(server.url('/x'));
    await until(() => traffic.answers.length > 20, 'traffic');
    const slow = fetch(server.url('/slow')).then((response) => response.text());
    await until(() => a.requests.includes('GET /slow'), 'the slow request');

    const b = await startB();
    const added = await server.api('/balancers/app/members', { method: 'POST', body: { url: b.url } });
    expect([added.status, added.value.name, added.value.usable]).toEqual([201, b.url, true]);
    await until(() => traffic.answers.includes('B'), 'B');

    const [member] = (await server.api('/balancers/app')).value.members;
    expect(member.name).toBe(a.url);
    const at = `/balancers/app/members/${member.id}`;
    const early = await server.api(at, { method: 'DELETE' });
    expect([early.status, early.value.error]).toEqual([409, expect.stringContaining('under way')]);
    const drained = await server.api(`${at}/drain`, { method: 'POST', body: { waitSeconds: 20 } });
    expect(drained.value).toMatchObject({ drained: true, inFlight: 0 });
    expect(await slow).toBe('A, slowly\n');
    expect((await server.api(at, { method: 'DELETE' })).value).toEqual({ removed: a.url, inFlight: 0 });

    a.server.close();
    const before = traffic.answers.length;
    await until(() => traffic.answers.length > before + 40, 'more traffic');
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(new Set(traffic.answers.slice(before + 8))).toEqual(new Set(['B']));
    const { value } = await server.api('/differences');
    expect(
      value.differences.map(({ file, now }: { file: string | null; now: string | null }) => [file, now]),
    ).toEqual([
      [a.url, null],
      [null, b.url],
    ]);
  }, 60_000);

  it('by the form that scripts for Apache post', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const traffic = clients(server.url('/x'));
    const b = await startB();
    const manager = server.manager;
    const xml = () =>
      fetch(`${manager}?xml=1`, { headers: { Referer: manager } }).then((response) => response.text());
    const nonce = /<httpd:nonce>([^<]+)/.exec(await xml())![1]!;
    const post = (fields: string) =>
      fetch(manager, {
        method: 'POST',
        headers: { Referer: manager, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `b=app&nonce=${nonce}&xml=1&${fields}`,
      });
    const slow = fetch(server.url('/slow')).then((response) => response.text());
    await until(() => a.requests.includes('GET /slow'), 'the slow request');

    expect((await post(`b_nwrkr=${b.url}&b_wyes=1`)).status).toBe(200);
    await post(`w=${b.url}&w_status_D=0`);
    await until(() => traffic.answers.includes('B'), 'B');
    await post(`w=${a.url}&w_status_N=1`);
    const busyOfA = async () => /<httpd:busy>(\d+)/.exec(await xml())![1];
    await until(async () => (await busyOfA()) === '1', 'only the slow request to be left');
    await until(async () => (await busyOfA()) === '0', 'A to be idle');
    expect(await slow).toBe('A, slowly\n');
    a.server.closeAllConnections();
    a.server.close();
    await delay(200);
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(traffic.answers.slice(-20)).toEqual(Array(20).fill('B'));
  }, 60_000);
});

describe('changes at run time', () => {
  it('survive graceful reloads, and restarts with BalancerPersist', async () => {
    const a = await startA();
    const b = await startB();
    server = await managedServer(`BalancerPersist On\n${config(a.url)}`);
    await server.api('/balancers/app/members', {
      method: 'POST',
      body: { url: b.url, loadFactor: 3, route: 'b' },
    });
    await server.api('/balancers/app', { method: 'PATCH', body: { lbMethod: 'bybusyness', maxAttempts: 4 } });
    const state = async () => {
      const { lbMethod, maxAttempts, members } = (await server!.api('/balancers/app')).value;
      return [lbMethod, maxAttempts, members.map((one: any) => [one.name, one.loadFactor, one.route])];
    };
    const expected = [
      'bybusyness',
      4,
      [
        [a.url, 1, ''],
        [b.url, 3, 'b'],
      ],
    ];
    expect(await state()).toEqual(expected);
    server.process.kill('SIGUSR1');
    await delay(1500);
    expect(await state()).toEqual(expected);
    server.process.kill('SIGHUP');
    await delay(500);
    await until(
      () =>
        state().then(
          () => true,
          () => false,
        ),
      'the restart',
    );
    expect(await state()).toEqual(expected);
    await server.stop();
    await server.start();
    expect(await state()).toEqual(expected);
    const undone = await server.api('/balancers/app/undo', { method: 'POST' });
    expect(undone.status).toBe(409);
  }, 60_000);

  it('are taken back one by one', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const at = async () =>
      `/balancers/app/members/${(await server!.api('/balancers/app')).value.members[0].id}`;
    await server.api(await at(), { method: 'PATCH', body: { route: 'x' } });
    await server.api(await at(), { method: 'PATCH', body: { disabled: true } });
    const undo = async () => {
      const { value } = await server!.api('/balancers/app/undo', { method: 'POST' });
      const [{ disabled, route }] = value.balancer.members;
      return { disabled, route, left: value.balancer.differences.length };
    };
    expect(await undo()).toEqual({ disabled: false, route: 'x', left: 1 });
    expect(await undo()).toEqual({ disabled: false, route: '', left: 0 });
  }, 60_000);
});
