/** Sends chunked bodies through mod_proxy_http, and writes down what arrives or what Apache answers. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange, expand, startApache } from './apache.ts';
import { bodyCases } from './body-cases.ts';

const firstPort = Number(process.env.PORT ?? 18120);
const backendPort = firstPort + 9;
const servers = [
  { name: 'default', directives: '' },
  { name: 'unsafe', directives: 'HttpProtocolOptions Unsafe' },
];
const modules = '/usr/lib/apache2/modules';
const configuration = `ServerRoot @DIR@
ServerName server.example
PidFile @DIR@/httpd.pid
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule proxy_module ${modules}/mod_proxy.so
LoadModule proxy_http_module ${modules}/mod_proxy_http.so
User www-data
Group www-data
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
ServerLimit 1
ErrorLog @DIR@/error.log
${servers
  .map(
    ({ directives }, index) => `Listen 127.0.0.1:${firstPort + index}
<VirtualHost 127.0.0.1:${firstPort + index}>
  ${directives}
  ProxyPass / http://127.0.0.1:${backendPort}/ retry=0 disablereuse=on timeout=5
</VirtualHost>`,
  )
  .join('\n')}
`;

/** The payload that has arrived, once a request is complete. */
function arrived(request: string): string | undefined {
  const end = request.indexOf('\r\n\r\n');
  const length = Number(/\r\nContent-Length: (\d+)/.exec(request)?.[1] ?? 0);
  return end >= 0 && request.length >= end + 4 + length ? request.slice(end + 4) : undefined;
}

const backend = createServer((socket) => {
  let request = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    request += bytes.toString('latin1');
    const body = arrived(request);
    if (body !== undefined) socket.end(Buffer.from(`HTTP/1.0 200 OK\r\n\r\n[${body}]`, 'latin1'));
  });
});
backend.listen(backendPort, '127.0.0.1');

const apache = await startApache(configuration, firstPort);
await sleep(300);
const recorded = [];
try {
  for (const { title, input } of bodyCases) {
    const answers: Record<string, { status: number; body: string | null }> = {};
    for (const [index, { name }] of servers.entries()) {
      const head =
        'POST / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
      const { answer } = await exchange(firstPort + index, head + expand(input), 200);
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
      const body = status === 200 ? (/\[([\s\S]*)\]/.exec(answer)?.[1] ?? null) : null;
      answers[name] = { status, body };
    }
    recorded.push({ title, input, answers });
  }
} finally {
  await apache.stop();
  backend.close();
}
const version = /Apache\/\S+/.exec(execFileSync('apache2', ['-v'], { encoding: 'utf8' }))?.[0];
const file = new URL('../../packages/http1/src/bodies.fixture.json', import.meta.url);
const lines = recorded.map((entry) => JSON.stringify(entry)).join(',\n');
writeFileSync(file, `{"recordedFrom":"${version}","cases":[\n${lines}\n]}\n`);
process.exit(0);
