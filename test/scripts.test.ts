import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InProcessServer, serveInProcess } from '@httpd-ts/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// CGI scripts that run truly, and clients that watch when what arrives.

const folder = mkdtempSync(join(tmpdir(), 'cgi-'));

function script(name: string, text: string): void {
  const path = join(folder, 'cgi', name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

const head = "printf 'Content-Type: text/plain\\n\\n'";

describe.each(['cgi', 'cgid'])('scripts of mod_%s', (name) => {
  let server: InProcessServer;
  const ended = join(folder, `ended-${name}`);

  beforeAll(async () => {
    mkdirSync(join(folder, 'cgi'), { recursive: true });
    script('copy', `${head}; exec cat`);
    script('waits', `trap 'echo > ${ended}; exit' TERM; ${head}; while echo again; do sleep 0.05; done`);
    script('zeros', `${head}; exec dd if=/dev/zero bs=1000000 count=20 2>/dev/null`);
    const file = join(folder, `${name}.conf`);
    writeFileSync(
      file,
      `LoadModule mpm_event_module modules/mod_mpm_event.so
       LoadModule authz_core_module modules/mod_authz_core.so
       LoadModule alias_module modules/mod_alias.so
       LoadModule ${name}_module modules/mod_${name}.so
       Listen 127.0.0.1:80
       ServerName localhost
       ErrorLog ${folder}/error.log
       ScriptAlias /cgi/ ${folder}/cgi/
       <Directory ${folder}/cgi>
         Require all granted
       </Directory>`,
    );
    server = await serveInProcess({
      configFile: file,
      serverRoot: folder,
      mapListen: () => [{ bind: { address: '127.0.0.1', port: 0 } }],
    });
  });
  afterAll(() => server.stop());

  const send = (path: string, options: http.RequestOptions = {}) =>
    http.request({ host: '127.0.0.1', port: server.addresses[0]!.port, path: `/cgi/${path}`, ...options });

  const answered = (request: http.ClientRequest) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', reject);
    });

  async function text(answer: http.IncomingMessage): Promise<string> {
    let all = '';
    for await (const chunk of answer.setEncoding('latin1')) all += chunk;
    return all;
  }

  it('arrive as they are written', async () => {
    const gate = join(folder, 'gate');
    rmSync(gate, { force: true });
    script('steps', `${head}; echo first; while ! [ -e ${gate} ]; do sleep 0.02; done; echo second`);
    const request = send('steps');
    request.end();
    const answer = await answered(request);
    const first = await new Promise<string>((resolve) =>
      answer.once('data', (bytes) => resolve(String(bytes))),
    );
    expect(first).toBe('first\n');
    writeFileSync(gate, '');
    expect(await text(answer)).toBe('second\n');
  });

  it('may answer while they read, however much it is', async () => {
    const request = send('copy', { method: 'POST' });
    const size = 5_000_000;
    request.end('x'.repeat(size));
    expect((await text(await answered(request))).length).toBe(size);
  });

  it('end with a client that goes away', async () => {
    rmSync(ended, { force: true });
    const request = send('waits');
    request.on('error', () => {});
    request.end();
    const answer = await answered(request);
    answer.on('error', () => {});
    await new Promise((resolve) => answer.once('data', resolve));
    request.destroy();
    await expect.poll(() => existsSync(ended), { timeout: 5000 }).toBe(true);
  });

  it('are held back by a slow client', async () => {
    const request = send('zeros');
    request.end();
    const answer = await answered(request);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await text(answer)).length).toBe(20_000_000);
  });
});

afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
