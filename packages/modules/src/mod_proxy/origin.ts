import { canonicalHost } from './canonical-path.ts';
import type { Worker } from './worker.ts';

/** Scheme, host and port of a URL to send requests to, with what follows from them. Made once, then remembered. */
export interface Origin {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  /** Scheme and authority in canonical form, such as `http://10.0.0.1:8080`. */
  readonly canonical: string;
  /** Value of Host towards the back end. */
  readonly host: string;
  /** The workers whose name begins with it, longest first. */
  readonly workers: readonly Worker[];
}

const defaultPorts: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ftp: 21,
  ws: 80,
  wss: 443,
  ajp: 8009,
  fcgi: 8000,
  scgi: 4000,
  uwsgi: 0,
  h2c: 80,
  h2: 443,
};

/** httpd: ap_proxy_port_of_scheme */
export function portOfScheme(scheme: string): number {
  return defaultPorts[scheme] ?? 0;
}

/** Where the path of a URL begins; its length when there is none, -1 when it is no URL with an authority. */
export function pathStart(url: string): number {
  const authority = url.indexOf('://');
  if (authority <= 0) return -1;
  const slash = url.indexOf('/', authority + 3);
  return slash < 0 ? url.length : slash;
}

const mostRemembered = 2000;

/** Finds origins by the text of scheme and authority. */
export class OriginTable {
  private readonly known = new Map<string, Origin | string>();
  private readonly workers: readonly Worker[];

  constructor(workers: readonly Worker[]) {
    this.workers = workers;
  }

  /** The origin of `http://host:port`; a text is the complaint. */
  find(authority: string): Origin | string {
    let origin = this.known.get(authority);
    if (origin === undefined) {
      origin = this.make(authority);
      if (this.known.size >= mostRemembered) this.known.clear();
      this.known.set(authority, origin);
    }
    return origin;
  }

  private make(authority: string): Origin | string {
    const colon = authority.indexOf('://');
    const scheme = authority.slice(0, colon).toLowerCase();
    const host = canonicalHost(authority.slice(colon + 3));
    if (typeof host === 'string') return host;
    const defaultPort = portOfScheme(scheme);
    const port = host.port === 0 ? defaultPort : host.port;
    const name = host.hostname.includes(':') ? `[${host.hostname}]` : host.hostname;
    const shown = port === defaultPort ? name : `${name}:${port}`;
    const canonical = `${scheme}://${shown}`;
    const prefix = canonical.toLowerCase();
    const workers = this.workers
      .filter((worker) => worker.name.startsWith(prefix) || worker.isMatch)
      .sort((a, b) => b.name.length - a.name.length);
    return { scheme, hostname: host.hostname, port, canonical, host: port === 80 ? name : shown, workers };
  }
}

/** The worker with the longest name that begins the URL. httpd: ap_proxy_get_worker_ex */
export function findWorker(
  workers: readonly Worker[],
  url: string,
  authorityEnd: number,
): Worker | undefined {
  for (const worker of workers) {
    const { name } = worker;
    if (name.length < authorityEnd || name.length > url.length) continue;
    if (worker.isMatch ? matchesName(url, 0, name, 0) === 0 : url.startsWith(name)) return worker;
  }
  return undefined;
}

/**
 * Whether a URL matches the name of a ProxyPassMatch worker, in which `$1` stands for anything.
 * 0 is a match, 1 none, -1 none however far one looks. httpd: ap_proxy_strcmp_ematch
 */
function matchesName(text: string, textAt: number, name: string, nameAt: number): number {
  let x = textAt;
  let y = nameAt;
  for (; y < name.length; x++, y++) {
    if (isReference(name, y)) {
      do y += 2;
      while (isReference(name, y));
      if (y >= name.length) return 0;
      for (; x < text.length; x++) {
        const answer = matchesName(text, x, name, y);
        if (answer !== 1) return answer;
      }
      return -1;
    }
    if (x >= text.length) return -1;
    if (name[y] === '\\' && ++y >= name.length) return -2;
    if (text[x] !== name[y]) return 1;
  }
  return 0;
}

function isReference(name: string, at: number): boolean {
  return name[at] === '$' && name.charCodeAt(at + 1) >= 48 && name.charCodeAt(at + 1) <= 57;
}
