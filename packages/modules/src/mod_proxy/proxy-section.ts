import { type ConfigVector, type DirectiveContext, isPattern, nextWord, OVERRIDE } from '@httpd-ts/kernel';
import type { Regex } from '@httpd-ts/regex';
import { serverDraft } from './config.ts';
import { balancerFor, isBalancerUrl, keyAndValue, setParameter, workerFor } from './define-worker.ts';

/** `<Proxy>` and `<ProxyMatch>`. httpd: modules/proxy/mod_proxy.c proxysection */
export function proxySection(raw: string, cmd: DirectiveContext, isMatch: boolean): string | undefined {
  const end = raw.lastIndexOf('>');
  if (end < 0) return `${cmd.name}> directive missing closing '>'`;
  const text = raw.slice(0, end);
  const cursor = { text, at: 0 };
  const path = withoutProxyPrefix(nextWord(cursor));
  const regex: Regex | string | undefined = isMatch ? cmd.regex(path) : undefined;
  if (typeof regex === 'string') return 'Regex could not be compiled';
  const records: ConfigVector = [];
  cmd.walk(cmd.node.children ?? [], {
    directory: records,
    path,
    override: OVERRIDE.all | OVERRIDE.accessConf | OVERRIDE.proxyConf,
  });
  serverDraft(cmd).sections.push({
    kind: 'proxy',
    path,
    ...(regex === undefined ? {} : { regex }),
    isPattern: regex === undefined && isPattern(path),
    records,
    definedAt: { file: cmd.node.file, line: cmd.node.line },
  });
  return cursor.at < text.length ? setParameters(cursor, path, cmd, isMatch) : undefined;
}

function withoutProxyPrefix(path: string): string {
  return path.slice(0, 6).toLowerCase() === 'proxy:' ? path.slice(6) : path;
}

/** Parameters on the section's own line: `<Proxy balancer://x lbmethod=bytraffic>`. */
function setParameters(
  cursor: { readonly text: string; at: number },
  path: string,
  cmd: DirectiveContext,
  isMatch: boolean,
): string | undefined {
  if (isMatch) return 'Multiple <ProxyMatch> arguments not (yet) supported.';
  if (isPattern(path)) return '<Proxy> arguments are not supported for wildchar url.';
  if (!path.includes(':')) return '<Proxy> arguments are not supported for non url.';
  const target = isBalancerUrl(path) ? balancerFor(cmd, path) : workerFor(cmd, path, {});
  if (typeof target === 'string') return `<Proxy ${target}`;
  const subject = 'worker' in target ? target.worker : target;
  while (cursor.at < cursor.text.length) {
    const pair = keyAndValue(nextWord(cursor));
    if (pair === undefined) {
      return "Invalid Proxy parameter. Parameter must be in the form 'key=value'";
    }
    const complaint = setParameter(cmd, subject, pair[0], pair[1]);
    if (complaint !== undefined) return `<Proxy ${complaint} ${pair[0]}=${pair[1]}; ${path}`;
  }
  return undefined;
}
