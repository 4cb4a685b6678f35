/** Asks a running Apache how it reads each request, and writes the answers down for the codec's tests. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange, expand, type RunningApache, startApache } from './apache.ts';
import { requestCases } from './request-cases.ts';

const firstPort = Number(process.env.PORT ?? 18100);
const servers = [
  { name: 'default', directives: '' },
  { name: 'unsafe', directives: 'HttpProtocolOptions Unsafe' },
  { name: 'registered', directives: 'HttpProtocolOptions Strict RegisteredMethods Require1.0' },
];
const modules = '/usr/lib/apache2/modules';
const configuration = `ServerRoot @DIR@
ServerName server.example
PidFile @DIR@/httpd.pid
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule log_forensic_module ${modules}/mod_log_forensic.so
User www-data
Group www-data
StartServers 1
ThreadsPerChild 4
MaxRequestWorkers 4
ServerLimit 1
ErrorLog @DIR@/error.log
ErrorLogFormat "%M"
LogLevel debug
LogFormat "%>s|%m|%U|%q|%H|%{Host}i|%r" answers
DocumentRoot @DIR@/htdocs
KeepAliveTimeout 5
${servers
  .map(
    ({ directives }, index) => `Listen 127.0.0.1:${firstPort + index}
<VirtualHost 127.0.0.1:${firstPort + index}>
  CustomLog @DIR@/access.log answers
  ForensicLog @DIR@/forensic.log
  TraceEnable extended
  ${directives}
</VirtualHost>`,
  )
  .join('\n')}
`;

/** What Apache did with a request. */
type Answer = {
  /** The status line, '' when the answer has no head, null when there was no answer. */
  status: string | null;
  connection: string | null;
  closed: boolean;
  /** The paragraph of an error page. */
  page?: string;
  access: string | null;
  forensic: string | null;
  messages: string[];
};

async function ask(apache: RunningApache, port: number, bytes: string): Promise<Answer> {
  apache.newLines('error.log');
  apache.newLines('access.log');
  apache.newLines('forensic.log');
  const { answer, closed } = await exchange(port, bytes, 100);
  await sleep(10);
  const head = answer.startsWith('HTTP/') ? answer.slice(0, answer.indexOf('\r\n\r\n')) : '';
  const page = /<p>([\s\S]*?)<\/p>\n([\s\S]*?)<\/body>/.exec(answer);
  const paragraph = page === null ? undefined : page[1]! + page[2]!.trim();
  const forensic = apache.newLines('forensic.log').find((line) => line.startsWith('+'));
  return {
    status: answer === '' ? null : (head.split('\r\n')[0] ?? ''),
    connection: /\r\nConnection: ([^\r]*)/.exec(head)?.[1] ?? null,
    closed,
    ...(paragraph !== undefined && /^HTTP\/1.1 (4(?!04)|5)/.test(head)
      ? { page: paragraph.slice(0, 400) }
      : {}),
    access: apache.newLines('access.log')[0]?.slice(0, 300) ?? null,
    forensic: forensic === undefined ? null : forensic.slice(forensic.indexOf('|') + 1).slice(0, 400),
    messages: apache
      .newLines('error.log')
      .filter(
        (line) =>
          /^AH\d+|^Failed to read/.test(line) && !/^AH(01626|01627|01628|00128|00129|10159)/.test(line),
      )
      .map((line) => line.slice(0, 120)),
  };
}

const apache = await startApache(configuration, firstPort);
await sleep(300);
const recorded = [];
try {
  for (const { title, input } of requestCases) {
    const answers: Record<string, Answer> = {};
    for (const [index, { name }] of servers.entries()) {
      const answer = await ask(apache, firstPort + index, expand(input));
      // Only what differs from the default server's answer is written down.
      if (JSON.stringify(answers.default) !== JSON.stringify(answer)) answers[name] = answer;
    }
    recorded.push({ title, input, answers });
  }
} finally {
  await apache.stop();
}
const version = /Apache\/\S+/.exec(execFileSync('apache2', ['-v'], { encoding: 'utf8' }))?.[0];
const file = new URL('../../packages/http1/src/requests.fixture.json', import.meta.url);
const lines = recorded.map((entry) => JSON.stringify(entry)).join(',\n');
writeFileSync(file, `{"recordedFrom":"${version}","cases":[\n${lines}\n]}\n`);
