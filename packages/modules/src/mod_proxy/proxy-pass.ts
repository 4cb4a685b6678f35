import { type DirectiveContext, isPattern, nextWord } from '@httpd-ts/kernel';
import { type ProxyAlias, proxyDirectory, serverDraft } from './config.ts';
import {
  balancerFor,
  hasNothingBehindSocket,
  isBalancerUrl,
  keyAndValue,
  setParameter,
  withoutSocket,
  workerFor,
} from './define-worker.ts';

interface PassLine {
  path: string | undefined;
  url: string | undefined;
  isRegex: boolean;
  noCanon: boolean;
  interpolate: boolean;
  mapping: 'encoded' | 'servlet' | undefined;
  /** Most lines have none. */
  parameters: Map<string, string> | undefined;
}

const badParameter = "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'.";

/** ProxyPass and ProxyPassMatch. httpd: modules/proxy/mod_proxy.c add_pass */
export function addPass(raw: string, cmd: DirectiveContext, isMatch: boolean): string | undefined {
  const line = readLine(raw, cmd, isMatch);
  if (typeof line === 'string') return line;
  const { path, url } = line;
  if (path === undefined || url === undefined) {
    return 'ProxyPass|ProxyPassMatch needs a path when not defined in a location';
  }
  const regex = line.isRegex ? cmd.regex(path) : undefined;
  if (typeof regex === 'string') return 'Regular expression could not be compiled.';
  const alias: ProxyAlias = {
    fake: path,
    real: url,
    regex,
    noCanon: line.noCanon,
    interpolate: line.interpolate,
    mapping: line.mapping,
    definedAt: cmd.node,
  };
  if (cmd.path === undefined) serverDraft(cmd).aliases.push(alias);
  else proxyDirectory.draft(cmd.directory).alias = alias;
  return url === '!' ? undefined : setTarget(line, url, cmd, isMatch);
}

function readLine(raw: string, cmd: DirectiveContext, isMatch: boolean): PassLine | string {
  const line: PassLine = {
    path: cmd.path,
    url: undefined,
    // A section's path with wildcards in it is an expression, of <LocationMatch> and of <Location> alike.
    isRegex: isMatch || (cmd.path !== undefined && isPattern(cmd.path)),
    noCanon: false,
    interpolate: false,
    mapping: undefined,
    parameters: undefined,
  };
  const cursor = { text: raw, at: 0 };
  while (cursor.at < raw.length) {
    const complaint = takeWord(line, nextWord(cursor), cmd, isMatch);
    if (complaint !== undefined) return complaint;
  }
  return line;
}

function takeWord(line: PassLine, word: string, cmd: DirectiveContext, isMatch: boolean): string | undefined {
  if (line.path === undefined) {
    if (word !== '~') line.path = word;
    else if (isMatch) return "ProxyPassMatch invalid syntax ('~' usage).";
    else line.isRegex = true;
    return undefined;
  }
  if (line.url === undefined) {
    line.url = word;
    return undefined;
  }
  switch (word.toLowerCase()) {
    case 'nocanon':
      line.noCanon = true;
      return undefined;
    case 'interpolate':
      line.interpolate = true;
      return undefined;
    // Read, and without effect in httpd too.
    case 'noquery':
      return undefined;
  }
  const pair = keyAndValue(word);
  if (pair === undefined) {
    return cmd.path !== undefined && line.url.startsWith('/')
      ? 'ProxyPass|ProxyPassMatch can not have a path when defined in a location.'
      : badParameter;
  }
  if (pair[0].toLowerCase() !== 'mapping') {
    line.parameters ??= new Map();
    line.parameters.set(pair[0].toLowerCase(), pair[1]);
    return undefined;
  }
  const mapping = pair[1].toLowerCase();
  if (mapping !== 'encoded' && mapping !== 'servlet') return 'unknown mapping';
  line.mapping = mapping;
  return undefined;
}

/** Defines the worker or balancer that a ProxyPass leads to, and gives it its parameters. */
function setTarget(line: PassLine, url: string, cmd: DirectiveContext, isMatch: boolean): string | undefined {
  if (isBalancerUrl(url)) {
    const balancer = balancerFor(cmd, url);
    if (typeof balancer === 'string') return `ProxyPass ${balancer}`;
    if (!isMatch) balancer.path = line.path!;
    for (const [key, value] of line.parameters ?? []) {
      const complaint = setParameter(cmd, balancer, key, value);
      if (complaint !== undefined) return `ProxyPass ${complaint}`;
    }
    return undefined;
  }
  if (hasNothingBehindSocket(url)) return 'ProxyPass|ProxyPassMatch uses an invalid "unix:" URL';
  const found = workerFor(cmd, url, { isMatch: line.isRegex });
  if (typeof found === 'string') return `ProxyPass ${found}`;
  const { worker, isShared } = found;
  for (const [key, value] of line.parameters ?? []) {
    if (isShared) {
      cmd.warn(
        `[proxy:warn] AH01146: Ignoring parameter '${key}=${value}' for worker '${worker.name}' because of worker sharing`,
      );
      continue;
    }
    const complaint = setParameter(cmd, worker, key, value);
    if (complaint !== undefined) return `ProxyPass ${complaint}`;
  }
  return undefined;
}

/** BalancerMember. httpd: modules/proxy/mod_proxy.c add_member */
export function addMember(raw: string, cmd: DirectiveContext): string | undefined {
  let path = cmd.path;
  let name: string | undefined;
  const parameters = new Map<string, string>();
  const cursor = { text: raw, at: 0 };
  while (cursor.at < raw.length) {
    const word = nextWord(cursor);
    const pair = keyAndValue(word);
    if (pair !== undefined) parameters.set(pair[0].toLowerCase(), pair[1]);
    else if (path === undefined) path = word;
    else if (name === undefined) name = word;
    else if (cmd.path !== undefined)
      return 'BalancerMember can not have a balancer name when defined in a location';
    else return "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'";
  }
  if (path === undefined) return 'BalancerMember must define balancer name when outside <Proxy > section';
  if (name === undefined) return 'BalancerMember must define remote proxy server';
  const balancer = balancerFor(cmd, path);
  if (typeof balancer === 'string') return `BalancerMember ${balancer}`;
  if (hasNothingBehindSocket(name)) return 'BalancerMember uses an invalid "unix:" URL';
  const found = workerFor(cmd, name, { balancer });
  if (typeof found === 'string') return `BalancerMember ${found}`;
  for (const [key, value] of parameters) {
    if (found.isShared) {
      const { name: worker } = found.worker;
      cmd.warn(
        `[proxy:warn] AH01150: Ignoring parameter '${key}=${value}' for worker '${worker}' because of worker sharing`,
      );
      continue;
    }
    const complaint = setParameter(cmd, found.worker, key, value);
    if (complaint !== undefined) return `BalancerMember ${complaint}`;
  }
  return undefined;
}

/** ProxySet. httpd: modules/proxy/mod_proxy.c set_proxy_param */
export function proxySet(raw: string, cmd: DirectiveContext): string | undefined {
  const cursor = { text: raw, at: 0 };
  const parent = cmd.enclosing.at(-1)?.toLowerCase();
  const isInProxy = parent === 'proxy' || parent === 'proxymatch';
  // The name of the section is read again here, up to the first `>`.
  const name = isInProxy ? (cmd.path ?? '').split('>', 1)[0]! : nextWord(cursor);
  const target = proxySetTarget(name, cmd, isInProxy, parent === 'proxymatch');
  if (typeof target === 'string') return target;
  while (cursor.at < raw.length) {
    const pair = keyAndValue(nextWord(cursor));
    if (pair === undefined) return "Invalid ProxySet parameter. Parameter must be in the form 'key=value'";
    const complaint = setParameter(cmd, target, pair[0], pair[1]);
    if (complaint !== undefined) return `ProxySet: ${complaint} ${pair[0]}=${pair[1]}; ${name}`;
  }
  return undefined;
}

function proxySetTarget(name: string, cmd: DirectiveContext, isInProxy: boolean, isMatch: boolean) {
  if (isBalancerUrl(name)) {
    const known = serverDraft(cmd).balancers.some((balancer) => name.toLowerCase().startsWith(balancer.name));
    if (!isInProxy && !known) return `ProxySet can not find '${name}' Balancer.`;
    const balancer = balancerFor(cmd, name);
    return typeof balancer === 'string' ? `ProxySet ${balancer}` : balancer;
  }
  if (hasNothingBehindSocket(name)) return 'ProxySet uses an invalid "unix:" URL';
  if (!isInProxy && !hasWorker(cmd, name)) return `ProxySet can not find '${name}' Worker.`;
  const found = workerFor(cmd, name, { isMatch });
  return typeof found === 'string' ? `ProxySet ${found}` : found.worker;
}

function hasWorker(cmd: DirectiveContext, url: string): boolean {
  const plain = withoutSocket(url);
  return plain.includes('://') && serverDraft(cmd).workers.some((worker) => plain.startsWith(worker.name));
}
