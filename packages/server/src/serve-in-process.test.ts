import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineModule, serverExit, serverInit } from '@httpd-ts/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type InProcessOptions,
  type InProcessServer,
  StartError,
  serveInProcess,
} from './serve-in-process.ts';
import { standardModules } from './trial/modules.ts';

let root: string;
let servers: InProcessServer[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'httpd-ts-in-process-'));
});

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
  rmSync(root, { recursive: true });
});

const configure = (text: string) => writeFileSync(join(root, 'httpd.conf'), text);

async function start(options: Partial<InProcessOptions> = {}): Promise<InProcessServer> {
  const configFile = join(root, 'httpd.conf');
  const server = await serveInProcess({ configFile, serverRoot: root, modules: standardModules, ...options });
  servers.push(server);
  return server;
}

const get = async (server: InProcessServer, path: string, place = 0): Promise<string> => {
  const { port } = server.addresses[place]!;
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text();
};

describe('serveInProcess', () => {
  it('serves, and serves a changed configuration after a reload', async () => {
    configure('Listen 127.0.0.1:0\nTrialText one\n');
    const server = await start();
    expect(await get(server, '/text')).toBe('one');
    configure('Listen 127.0.0.1:0\nTrialText two\n');
    expect(await server.reload()).toBeUndefined();
    expect(await get(server, '/text')).toBe('two');
  });

  it('changes nothing when the changed configuration has an error', async () => {
    configure('Listen 127.0.0.1:0\nTrialText one\n');
    const server = await start();
    configure('Listen 127.0.0.1:0\nNonsense\n');
    expect(await server.reload()).toMatch(/Invalid command 'Nonsense'/);
    expect(await get(server, '/text')).toBe('one');
  });

  it('opens listeners that a reload adds and closes those that it drops', async () => {
    configure('Listen 127.0.0.1:0\n');
    const server = await start({
      mapListen: (_address, port) => [
        { bind: { address: '127.0.0.1', port: 0 }, local: { address: '127.0.0.1', port } },
      ],
    });
    configure('Listen 80\nListen 81\n');
    await server.reload();
    expect(server.addresses).toHaveLength(2);
    expect(await get(server, '/text', 1)).toBe('hello');
    configure('Listen 81\n');
    await server.reload();
    expect(server.addresses).toHaveLength(1);
    expect(await get(server, '/text')).toBe('hello');
  });

  it('refuses an address that is taken', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as net.AddressInfo;
    configure(`Listen 127.0.0.1:${port}\n`);
    await expect(start()).rejects.toThrow(
      new StartError(
        `(98)Address already in use: AH00072: make_sock: could not bind to address 127.0.0.1:${port}`,
      ),
    );
    taken.close();
  });

  it('leaves nothing running of a start that fails', async () => {
    const seen: string[] = [];
    const note = (name: string) => () => {
      seen.push(name);
    };
    const trial = defineModule({
      name: 'mod_steps',
      identifier: 'steps_module',
      httpd: 'modules/steps.c',
      isStatic: true,
      directives: {},
      hooks: [serverInit(note('begun')), serverExit(note('ended'))],
    });
    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    configure(`Listen 127.0.0.1:${(taken.address() as net.AddressInfo).port}\n`);
    await expect(start({ modules: [...standardModules, trial] })).rejects.toThrow('AH00072');
    expect(seen).toEqual(['begun', 'ended']);
    taken.close();
  });

  it.each([
    ['a directive that is not known', 'Nonsense\n', /Invalid command 'Nonsense'/],
    ['a log that cannot be opened', 'ErrorLog /nonexistent/log\n', /\(2\)No such file or directory/],
  ])('refuses %s', async (_title, text, message) => {
    configure(text);
    await expect(start()).rejects.toThrow(message);
  });

  it('lets requests end when it stops gracefully', async () => {
    configure('Listen 127.0.0.1:0\n');
    const server = await start();
    const slow = get(server, '/slow/200');
    await get(server, '/text');
    await server.stop(true);
    expect(await slow).toBe('slow');
  });
});
