import type { Configuration } from '../configurations.ts';

/** A virtual host that passes requests on: its directives and what is asked of it. */
export interface ProxyingSite {
  /** Directives and sections, each on its own so that a find can be made smaller. */
  readonly blocks: readonly string[];
  readonly requests: readonly ProxyingRequest[];
}

/** One request; host, id and the end of the connection are added when it is sent. */
export interface ProxyingRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly string[];
  /** Follows the head as it stands, framed by the headers. */
  readonly body: string;
  /** The answer that the back end shall give. */
  readonly answer: string;
  /** Whether a second request shows if the connection was kept. */
  readonly isKept: boolean;
}

/** `@HOST@` in directives, targets and headers stands for the site's name, `@SITE@` for its folder. */
const fillIn = (text: string, number: number) =>
  text.replaceAll('@HOST@', hostOf(number)).replaceAll('@SITE@', `@ROOT@/site${number}`);

const hostOf = (number: number) => `site${number}.example`;

/** The bytes that are sent; `id` tells the request in logs and to the back end. */
export function requestText(request: ProxyingRequest, number: number, id: string): string {
  const { method, target, version, headers, body, answer, isKept } = request;
  const isHostGiven = headers.some((line) => /^host:/i.test(line));
  const lines = [
    `${method} ${target}${version === '' ? '' : ` ${version}`}`,
    ...(isHostGiven ? [] : [`Host: ${hostOf(number)}`]),
    `X-Id: ${id}`,
    ...(answer === '' ? [] : [`X-Answer: ${answer}`]),
    ...headers,
    ...(isKept ? [] : ['Connection: close']),
  ];
  const last = `GET /last-of-all HTTP/1.1\r\nHost: last.example\r\nConnection: close\r\n\r\n`;
  return fillIn(`${lines.join('\r\n')}\r\n\r\n${body}${isKept ? last : ''}`, number);
}

const modules = [
  ...['proxy_fcgi', 'proxy_ajp', 'proxy_scgi', 'proxy_wstunnel', 'proxy_connect', 'substitute', 'xml2enc'],
  ...['proxy_html', 'remoteip'],
];

const common = `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
LogLevel info
ErrorLogFormat "%{X-Id}i|[%m:%l] %M"
LogFormat "%{X-Id}i|%>s %s|%B|O=%O|X=%X|k=%k|%r|%U|q=%q|%f|R=%R|%v %V %u %m %H|%{Content-Type}o|%{Location}o|%{Host}i|xff=%{X-Forwarded-For}i|%{BALANCER_WORKER_NAME}e|%{proxy-status}n|%{REDIRECT_STATUS}e" fields
CustomLog @OWN@/fields.log fields
<VirtualHost *>
ServerName last.example
</VirtualHost>
`;

const files: Readonly<Record<string, string>> = {
  'index.html': '<a href="/app/">index</a>\n',
  'index.php': '<?php\n',
  'static/a.css': 'a {}\n',
  'local.html': 'local\n',
  'error.html': 'an error document\n',
  'wp/index.php': '<?php\n',
  'wp/wp-login.php': '<?php\n',
};

/** Many sites as the virtual hosts of one configuration. */
export function configurationOf(sites: readonly ProxyingSite[]): Configuration {
  const laidOut: Record<string, string> = {
    'html/last-of-all': 'the last\n',
    users: 'alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n',
  };
  for (const number of sites.keys())
    for (const [path, text] of Object.entries(files)) laidOut[`site${number}/${path}`] = text;
  return { name: 'proxying', text: common + sites.map(virtualHost).join('\n'), files: laidOut, paths: [] };
}

function virtualHost({ blocks }: ProxyingSite, number: number): string {
  return fillIn(
    `<VirtualHost *>\nServerName @HOST@\nDocumentRoot @SITE@\n${blocks.join('\n')}\n</VirtualHost>`,
    number,
  );
}
