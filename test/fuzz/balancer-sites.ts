import type { Random } from './random.ts';

/** A virtual host that passes requests on. */
export interface ProxySite {
  readonly name: string;
  readonly text: string;
  /** Beginnings of paths that lead to its back ends. */
  readonly prefixes: readonly string[];
  readonly routes: readonly string[];
  readonly sessions: readonly string[];
}

const routes = ['a', 'b', 'c', 'node.1', 'x'];
const sessionNames = ['SID', 'sid|JS', 'JSESSIONID|jsessionid', 'S.x'];
const methods = ['byrequests', 'bytraffic', 'bybusyness'];
const states = ['+D', '+S', '+H', '+R', '+I', '+E', '+N', '-D', '+H+D', '+C', '+R+I'];

const backEnd = (random: Random) =>
  random.chance(0.12) ? 'http://127.0.0.1:1' : `http://127.0.0.1:@BACK${random.below(4)}@`;

function member(random: Random, name: string, at: number): string {
  const parameters = [
    random.maybe(0.6, () => `route=${random.pick(routes)}`),
    random.maybe(0.15, () => `redirect=${random.pick(routes)}`),
    random.maybe(0.4, () => `loadfactor=${random.pick(['1', '2', '3', '5', '100', '1.5'])}`),
    random.maybe(0.3, () => `lbset=${random.below(3)}`),
    random.maybe(0.3, () => `status=${random.pick(states)}`),
    // With retry=0 Apache tries again or not as its clock has gone on by a microsecond or not.
    random.maybe(0.3, () => `retry=${random.pick(['60', '300'])}`),
    random.maybe(0.1, () => `min=${random.below(2)} smax=2 max=10`),
    random.maybe(0.1, () => 'disablereuse=On'),
    random.maybe(0.1, () => 'keepalive=On'),
    random.maybe(0.1, () => `failonstatus=${random.pick(['503', '404,500', '502'])}`),
  ];
  return `    BalancerMember ${backEnd(random)}/${name}m${at} ${parameters.filter(Boolean).join(' ')}\n`;
}

function balancerSettings(random: Random, session: string | undefined): string {
  const settings = [
    `lbmethod=${random.pick(methods)}`,
    session === undefined ? '' : `stickysession=${session}`,
    random.maybe(0.3, () => 'scolonpathdelim=On'),
    random.maybe(0.2, () => 'nofailover=On'),
    random.maybe(0.3, () => `maxattempts=${random.below(4)}`),
    random.maybe(0.3, () => `failonstatus=${random.pick(['503', '500,503', '404'])}`),
    random.maybe(0.2, () => 'forcerecovery=Off'),
    random.maybe(0.1, () => 'timeout=1'),
    random.maybe(0.1, () => `stickysessionsep=${random.pick([':', '!', '.'])}`),
  ].filter(Boolean);
  return random.chance(0.5)
    ? `    ProxySet ${settings.join(' ')}\n`
    : settings.map((one) => `    ProxySet ${one}\n`).join('');
}

/** How a path leads to a URL: the directive's lines, and a path that it takes. */
function passage(
  random: Random,
  path: string,
  url: string,
): { readonly text: string; readonly prefix: string } {
  const more = random.maybe(0.12, () => ' nocanon') + random.maybe(0.08, () => ' noquery');
  switch (random.below(6)) {
    case 0:
      return { text: `  ProxyPassMatch ^${path}(.*)$ ${url}$1${more}\n`, prefix: path };
    case 1:
      return { text: `  <Location ${path}>\n    ProxyPass ${url}${more}\n  </Location>\n`, prefix: path };
    case 2:
      return { text: `  ProxyPassMatch ^(${path}.*)$ ${url.replace(/\/$/, '')}$1\n`, prefix: path };
    case 3:
      return {
        text: `  RewriteEngine On\n  RewriteRule ^${path}(.*)$ ${url}$1 [P${random.maybe(0.3, () => ',QSA')}${random.maybe(0.2, () => ',NE')}]\n`,
        prefix: path,
      };
    default:
      return { text: `  ProxyPass ${path} ${url}${more}\n`, prefix: path };
  }
}

function reverse(random: Random, path: string, url: string): string {
  return (
    random.maybe(0.6, () => `  ProxyPassReverse ${path} ${url}\n`) +
    random.maybe(0.3, () => `  ProxyPassReverse ${path} http://back.example/\n`) +
    random.maybe(0.4, () => `  ProxyPassReverseCookiePath /w${random.pick(['/', ''])} ${path}\n`) +
    random.maybe(0.4, () => '  ProxyPassReverseCookieDomain back.example front.example\n')
  );
}

/** Makes a site: a balancer or two, or back ends of its own, or both. */
export function proxySite(name: string, random: Random): ProxySite {
  const prefixes: string[] = [];
  const sessions: string[] = [];
  let text = `<VirtualHost *>\n  ServerName ${name}\n`;
  text += random.maybe(0.2, () => '  ProxyPreserveHost On\n');
  text += random.maybe(0.2, () => `  ProxyVia ${random.pick(['On', 'Full', 'Block'])}\n`);
  text += random.maybe(0.15, () => `  ProxyErrorOverride On${random.maybe(0.5, () => ' 404 503')}\n`);
  text += random.maybe(0.1, () => '  ProxyAddHeaders Off\n');
  text += random.maybe(0.15, () => `  AllowEncodedSlashes ${random.pick(['On', 'NoDecode'])}\n`);
  text += random.maybe(0.3, () => `  ProxyPass /a/local !\n`);
  const entries: string[] = [];
  const balancers = random.below(3);
  for (let at = 0; at < balancers; at++) {
    const balancer = `balancer://${name}b${at}`;
    const session = random.maybe(0.75, () => random.pick(sessionNames)) || undefined;
    if (session !== undefined) sessions.push(session);
    text += `  <Proxy ${balancer}>\n`;
    const count = 1 + random.below(5);
    for (let i = 0; i < count; i++) text += member(random, `${name}b${at}`, i);
    text += `${balancerSettings(random, session)}  </Proxy>\n`;
    const path = random.pick(['/', '/a/', '/b', '/b/c/', '/d.e/']);
    const { text: lines, prefix } = passage(
      random,
      path,
      `${balancer}${random.pick(['/', '/up/', path.endsWith('/') ? '/' : ''])}`,
    );
    prefixes.push(prefix);
    entries.push(lines + reverse(random, path, `${balancer}/`));
  }
  const singles = balancers === 0 ? 1 + random.below(4) : random.below(2);
  for (let at = 0; at < singles; at++) {
    const url = `http://127.0.0.1:@BACK${random.below(4)}@${random.pick(['/', '/x', '/x/y/', '/x/', ''])}`;
    const path = random.pick(['/', '/a', '/a/b', '/a/b/', '/b/', '/d.e/']);
    const { text: lines, prefix } = passage(random, path, url);
    prefixes.push(prefix);
    entries.push(lines + reverse(random, path, url));
  }
  text += entries.join('');
  text +=
    '  Header set X-Balancer "%{BALANCER_NAME}e|%{BALANCER_WORKER_NAME}e|%{BALANCER_WORKER_ROUTE}e|%{BALANCER_SESSION_ROUTE}e|%{BALANCER_SESSION_STICKY}e|%{BALANCER_ROUTE_CHANGED}e"\n';
  return { name, text: `${text}</VirtualHost>\n`, prefixes, routes, sessions };
}

const rests = [
  ...[
    'x',
    '',
    'y/z',
    'a%20b',
    'a%2fb',
    'q;p=1',
    'redirect',
    'cookies',
    'status/503',
    'status/404',
    'status/500',
  ],
  ...['chunked', 'hop', '304', 'local/x', 'a+b', "a'b", 'a//b', './x', 'a~b', '%41', 'caf%c3%a9', 'a:b@c'],
];

/** A sequence of requests to a site, each for a connection of its own. */
export function requestsFor(site: ProxySite, random: Random, count: number): readonly string[] {
  return Array.from({ length: count }, () => {
    let path = random.pick([...site.prefixes, '/other']) + (random.chance(0.4) ? 'x' : random.pick(rests));
    let cookie = '';
    if (site.sessions.length > 0 && random.chance(0.5)) {
      const [inCookie, inPath = inCookie] = random.pick(site.sessions).split('|') as [string, string?];
      const value = `${random.pick(['s', 'abc.1', ''])}${random.pick(['.', '.', '!', ':'])}${random.pick(site.routes)}`;
      const how = random.below(4);
      if (how < 2) cookie = `Cookie: ${random.maybe(0.3, () => 'q=1; ')}${inCookie}=${value}\r\n`;
      else if (how === 2) path += `;${inPath}=${value}`;
      else path += `?${random.maybe(0.3, () => 'a=b&')}${inPath}=${value}`;
    } else if (random.chance(0.2)) path += random.pick(['?a=b', '?', '?a=%20&c', '?x=http://y/']);
    const method = random.chance(0.1) ? 'HEAD' : 'GET';
    return `${method} ${path} HTTP/1.1\r\nHost: ${site.name}\r\n${cookie}Connection: close\r\n\r\n`;
  });
}
