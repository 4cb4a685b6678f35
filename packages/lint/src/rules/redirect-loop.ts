import type { ServedPlan, ServerRecord } from '@httpd-ts/kernel';
import { sampleSubject } from '@httpd-ts/regex';
import { ask, type Question } from '../ask.ts';
import { rewriteLists } from '../rewriting.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { type Statement, virtualHostOf } from '../statements.ts';

/** As many redirects one behind the other as browsers follow, about. */
const patience = 12;

/** Requests are made for so many lines at most; each is answered within some tens of microseconds. */
const maximumSamples = 3000;

interface Sample {
  readonly statement: Statement;
  /** Whether rules beside it ask for files, which may be there on another machine. */
  readonly asksFiles?: boolean;
  /** Whether it leads into a directory that is not at hand, whose own `.htaccess` may end the rewriting. */
  readonly leadsToUnknown?: boolean;
  readonly paths: readonly string[];
}

/** Paths that a pattern should match, as they are asked for. */
function pathsFor(pattern: string): readonly string[] {
  const paths = ([0, 1] as const).flatMap((repeats) => {
    const text = sampleSubject(pattern, repeats);
    if (text === undefined || /[^\x21-\x7e]/.test(text)) return [];
    const path = text.startsWith('/') ? text : `/${text}`;
    return path.includes('?') || path.includes('//') ? [] : [path];
  });
  return [...new Set(paths)];
}

/** The lines that redirect, or rewrite again and again, with paths that should meet them. */
function samplesOf(configuration: Configuration): readonly Sample[] {
  const samples: Sample[] = [];
  // Whether an absolute path leads out of the directory of a .htaccess is known only where it says that it is the top one.
  const isTop = configuration.statements.named('rewritebase').some(({ args }) => args[0] === '/');
  const mayLeave = configuration.kind === 'htaccess' && !isTop;
  for (const { scope, rules, isPerDirectory } of rewriteLists(configuration)) {
    const base = isPerDirectory ? urlPathOf(scope, configuration) : '';
    if (base === undefined) continue;
    const asksFiles = rules.some(({ conditions }) =>
      conditions.some(({ pattern }) => /^-[a-zA-Z]$/.test(pattern)),
    );
    for (const { statement, pattern, isNegated, flags, substitution } of rules) {
      const redirects = flags.has('R') || /^https?:/i.test(substitution);
      if (flags.has('P') || substitution === '-' || !(redirects || isPerDirectory)) continue;
      if (mayLeave && substitution.startsWith('/')) continue;
      const paths = isNegated ? ['/'] : pathsFor(pattern);
      const leadsToUnknown =
        configuration.kind === 'htaccess' &&
        [substitution, ...paths.map((path) => path.slice(1))].some((target) =>
          isMissingDirectory(target, statement.node.file, configuration),
        );
      samples.push({ statement, asksFiles, leadsToUnknown, paths: paths.map((path) => base + path) });
    }
  }
  for (const statement of configuration.statements.named(
    'redirect',
    'redirectpermanent',
    'redirecttemp',
    'redirectmatch',
  )) {
    const source = statement.args.find((word) => /^[/^(.]/.test(word));
    if (source === undefined) continue;
    const isPattern = statement.name === 'redirectmatch';
    samples.push({
      statement,
      paths: isPattern ? pathsFor(source) : [source, `${source.replace(/\/$/, '')}/a`],
    });
  }
  return samples;
}

/** Whether a relative target begins with a directory that does not lie beside the file. */
function isMissingDirectory(target: string, file: string, { world }: Configuration): boolean {
  const [, directory] = /^((?:[^/$%?]+\/)+)/.exec(target) ?? [];
  if (directory === undefined || /^[a-z]+:/i.test(target)) return false;
  const info = world.files.stat(`${file.slice(0, file.lastIndexOf('/') + 1)}${directory}`);
  return typeof info === 'string' || info.type !== 'directory';
}

/** The URL path of a directory section, where it lies below the DocumentRoot of its server; without a slash at the end. */
function urlPathOf(scope: Statement | undefined, { statements, kind }: Configuration): string | undefined {
  if (scope === undefined) return kind === 'htaccess' ? '' : undefined;
  const path = scope.args.at(-1)?.replace(/\/+$/, '');
  if (scope.name !== 'directory' || scope.args.length !== 1 || path === undefined || /[*?[]/.test(path))
    return undefined;
  const server = virtualHostOf(scope);
  const roots = statements.named('documentroot').filter((root) => root.parent === server);
  const root = roots.at(-1)?.args[0]?.replace(/\/+$/, '');
  if (root === undefined || !`${path}/`.startsWith(`${root}/`)) return undefined;
  return path.slice(root.length);
}

/** Servers by the line of their `<VirtualHost>`. */
function serversByPlace(plan: ServedPlan): ReadonlyMap<string, ServerRecord> {
  return new Map(plan.servers.map((server) => [placeOf(server.definedAt), server]));
}

const placeOf = (at: { readonly file: string; readonly line: number } | undefined) =>
  `${at?.file}:${at?.line}`;

function listeningPorts({ listen, servers }: ServedPlan): ReadonlySet<number> {
  return new Set([
    ...listen.map(({ port }) => port),
    ...servers.flatMap(({ addresses }) => addresses.map(({ port }) => port)),
  ]);
}

/** The first request of a browser that means a server. */
function entranceOf(
  server: ServerRecord,
  plan: ServedPlan,
): Omit<Question, 'target'> & { readonly address: string } {
  const [address] = server.addresses;
  const port = address?.port || plan.listen[0]?.port || 80;
  return {
    isTls: port === 443,
    host: (server.hostname ?? 'localhost').toLowerCase(),
    port,
    address: address?.address ?? '127.0.0.1',
  };
}

const insideServer = 'itself, inside the server';

/** Follows redirects within the configuration; the URLs of a circle, or undefined where the way ends. */
async function findLoop(plan: ServedPlan, ports: ReadonlySet<number>, first: Question, address: string) {
  const seen: string[] = [];
  let question = first;
  for (let step = 0; step <= patience; step++) {
    const url = `http${question.isTls ? 's' : ''}://${question.host}:${question.port}${question.target}`;
    if (seen.includes(url)) return [...seen.slice(seen.indexOf(url)), url];
    seen.push(url);
    const answer = await ask(plan, question, address);
    if (answer?.status === 500 && answer.messages.some((text) => /^AH0012[124]: /.test(text))) {
      return [url, insideServer];
    }
    if (answer === undefined || answer.status < 300 || answer.status > 399 || answer.location === undefined)
      return undefined;
    const next = targetOf(answer.location, question);
    if (next === undefined || !ports.has(next.port) || !answersFor(plan, next, first, address))
      return undefined;
    question = next;
  }
  return seen;
}

function targetOf(location: string, from: Question): Question | undefined {
  const [, scheme, host, port, target = ''] =
    /^(https?):\/\/([^/:?#]+)(?::(\d+))?([^#]*)/i.exec(location) ?? [];
  if (host === undefined)
    return location.startsWith('/') ? { ...from, target: location.replace(/#.*/, '') } : undefined;
  const isTls = scheme!.toLowerCase() === 'https';
  return {
    isTls,
    host: host.toLowerCase(),
    port: port === undefined ? (isTls ? 443 : 80) : Number(port),
    target: target.startsWith('/') ? target : `/${target}`,
  };
}

/** Whether the host of a redirect is one of this configuration: that of the first request, or the name of a server. */
function answersFor(plan: ServedPlan, { host, port }: Question, first: Question, address: string): boolean {
  if (host === first.host) return true;
  const server = plan.virtualHosts.forAddress(address, port).byName(host);
  return (
    server.hostname?.toLowerCase() === host || server.names.includes(host) || server.wildNames.length > 0
  );
}

export const redirectLoop = defineRule({
  name: 'redirect-loop',
  severity: 'warning',
  what: 'A redirect leads back to where it came from. Found by asking the configuration itself, in memory.',
  why: 'Browsers give up with "too many redirects"; the page cannot be reached.',
  instead: 'Exclude what was redirected already, by a condition on the host, the scheme or the path.',
  bad: {
    config:
      'Listen 80\nServerName a.example\nRewriteEngine On\nRewriteRule ^/(.*)$ http://a.example/$1 [R=301,L]\n',
    line: 4,
  },
  good: {
    config:
      'Listen 80\nServerName a.example\nRewriteEngine On\nRewriteCond %{HTTP_HOST} !^www\\.\nRewriteRule ^/(.*)$ http://www.a.example/$1 [R=301,L]\n',
  },
  async check(configuration, report) {
    const { plan } = configuration;
    if (plan === undefined) return;
    const servers = serversByPlace(plan);
    const ports = listeningPorts(plan);
    const reported = new Set<Statement>();
    for (const { statement, paths, asksFiles, leadsToUnknown } of samplesOf(configuration).slice(
      0,
      maximumSamples,
    )) {
      const server = servers.get(placeOf(virtualHostOf(statement)?.node)) ?? plan.mainServer;
      const { address, ...entrance } = entranceOf(server, plan);
      for (const target of paths) {
        if (reported.has(statement)) break;
        const loop = await findLoop(plan, ports, { ...entrance, target }, address);
        if (loop === undefined || ((asksFiles || leadsToUnknown) && loop.at(-1) === insideServer)) continue;
        reported.add(statement);
        const way = loop.slice(0, 4).map(shown).join(' -> ');
        report({ at: statement, text: `redirects in a circle: ${way}${loop.length > 4 ? ' -> ...' : ''}` });
      }
    }
  },
});

const shown = (url: string) =>
  url.replace(/^(http:\/\/[^/]*):80\//, '$1/').replace(/^(https:\/\/[^/]*):443\//, '$1/');
