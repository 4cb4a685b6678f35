/** Puts a raw back end behind mod_proxy_http, and writes down what Apache makes of each reply. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange, expand, type RunningApache, startApache } from './apache.ts';
import { type ReplyCase, replyCases } from './reply-cases.ts';

const firstPort = Number(process.env.PORT ?? 18110);
const backendPort = firstPort + 9;
const servers = ['IsError', 'Ignore', 'StartBody'];
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
ThreadsPerChild 4
MaxRequestWorkers 4
ServerLimit 1
ErrorLog @DIR@/error.log
ErrorLogFormat "%M"
LogLevel proxy:debug proxy_http:debug http:debug
${servers
  .map(
    (option, index) => `Listen 127.0.0.1:${firstPort + index}
<VirtualHost 127.0.0.1:${firstPort + index}>
  ProxyBadHeader ${option}
  ProxyPass / http://127.0.0.1:${backendPort}/ retry=0 disablereuse=on timeout=5
</VirtualHost>`,
  )
  .join('\n')}
`;

let current: ReplyCase = replyCases[0]!;
const backend = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    const bytes = Buffer.from(expand(current.input), 'latin1');
    if (current.staysOpen === true) socket.write(bytes);
    else socket.end(bytes);
  });
});
backend.listen(backendPort, '127.0.0.1');

async function ask(apache: RunningApache, port: number, method: string) {
  apache.newLines('error.log');
  const request = `${method} / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`;
  const { answer } = await exchange(port, request, 300);
  await sleep(10);
  const parts = splitAnswer(answer);
  return {
    ...parts,
    messages: apache
      .newLines('error.log')
      .map((line) => /AH\d{5}: .*/.exec(line)?.[0].slice(0, 120) ?? '')
      .filter(
        (line) =>
          line !== '' &&
          !/^AH(009[46][0-9]|0095\d|03408|10479|00484|0114[0-9]|0092\d|025\d\d|00930|01113|02824|10159)/.test(
            line,
          ),
      ),
  };
}

function splitAnswer(answer: string) {
  const interim: string[] = [];
  let rest = answer;
  while (/^HTTP\/1\.\d 1\d\d/.test(rest) && rest.includes('\r\n\r\n')) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    interim.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  const end = rest.indexOf('\r\n\r\n');
  const head = rest.slice(0, end).split('\r\n');
  const fields = head
    .slice(1)
    .filter((line) => !/^(Date|Server|Connection|Expires|Cache-Control):/.test(line));
  const paragraph = /<p>([\s\S]*?)<\/p>\n/.exec(rest)?.[1];
  const body = paragraph ?? rest.slice(end + 4);
  return {
    ...(interim.length > 0 ? { interim } : {}),
    status: (head[0] ?? '').slice(0, 100),
    fields: fields.map((line) => line.slice(0, 200)).slice(0, 10),
    bodyLength: rest.length - end - 4,
    body: body.slice(0, 300),
  };
}

const apache = await startApache(configuration, firstPort);
await sleep(300);
const recorded = [];
try {
  for (const reply of replyCases) {
    current = reply;
    const answers: Record<string, object> = {};
    for (const [index, option] of servers.entries()) {
      const answer = await ask(apache, firstPort + index, reply.method ?? 'GET');
      if (JSON.stringify(answers.IsError) !== JSON.stringify(answer)) answers[option] = answer;
    }
    recorded.push({ ...reply, answers });
  }
} finally {
  await apache.stop();
  backend.close();
}
const version = /Apache\/\S+/.exec(execFileSync('apache2', ['-v'], { encoding: 'utf8' }))?.[0];
const file = new URL('../../packages/http1/src/replies.fixture.json', import.meta.url);
const lines = recorded.map((entry) => JSON.stringify(entry)).join(',\n');
writeFileSync(file, `{"recordedFrom":"${version}","cases":[\n${lines}\n]}\n`);
process.exit(0);
