import { entryOf } from '@httpd-ts/kernel';
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
  /** The workers whose name may begin its URLs. */
  readonly workers: WorkerIndex;
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

/** A port that httpd leaves out of the URL and then does not find again: it asks port 0. httpd: UWSGI_DEFAULT_PORT */
const unnamedPorts: Readonly<Record<string, number>> = { uwsgi: 3031 };

/** httpd: ap_proxy_port_of_scheme */
export function portOfScheme(scheme: string): number {
  return entryOf(defaultPorts, scheme) ?? 0;
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
    const port = host.port === 0 || host.port === entryOf(unnamedPorts, scheme) ? defaultPort : host.port;
    const name = host.hostname.includes(':') ? `[${host.hostname}]` : host.hostname;
    const shown = port === defaultPort ? name : `${name}:${port}`;
    const canonical = `${scheme}://${shown}`;
    const prefix = canonical.toLowerCase();
    const workers = new WorkerIndex(
      this.workers.filter((worker) => worker.name.startsWith(prefix) || worker.isMatch),
    );
    return { scheme, hostname: host.hostname, port, canonical, host: port === 80 ? name : shown, workers };
  }
}

/** Finds the worker with the longest name that begins a URL, however many there are. httpd: ap_proxy_get_worker_ex */
export class WorkerIndex {
  /** Of two with one name the first counts. */
  private readonly plain = new Map<string, Placed>();
  /** Lengths of the plain names, each once, the longest first. */
  private readonly lengths: number[] = [];
  /** Workers of ProxyPassMatch, those with the longest names first. */
  private readonly patterns: Placed[] = [];
  private count = 0;

  constructor(workers: readonly Worker[] = []) {
    for (const worker of workers) this.add(worker);
  }

  get size(): number {
    return this.count;
  }

  add(worker: Worker): void {
    const placed = { worker, order: this.count++ };
    const { length } = worker.name;
    if (worker.isMatch) {
      insertSorted(this.patterns, placed, (other) => other.worker.name.length < length);
    } else if (!this.plain.has(worker.name)) {
      this.plain.set(worker.name, placed);
      if (!this.lengths.includes(length)) insertSorted(this.lengths, length, (other) => other < length);
    }
  }

  /** `authorityEnd` is where the path of the URL begins. */
  find(url: string, authorityEnd: number, kind: 'any' | 'plain' | 'pattern' = 'any'): Worker | undefined {
    const plain = kind === 'pattern' ? undefined : this.findPlain(url, authorityEnd);
    const pattern = kind === 'plain' ? undefined : this.findPattern(url, authorityEnd);
    if (plain === undefined || pattern === undefined) return (plain ?? pattern)?.worker;
    const longer = plain.worker.name.length - pattern.worker.name.length;
    return (longer > 0 || (longer === 0 && plain.order < pattern.order) ? plain : pattern).worker;
  }

  private findPlain(url: string, authorityEnd: number): Placed | undefined {
    for (const length of this.lengths) {
      if (length < authorityEnd) return undefined;
      const found = length <= url.length ? this.plain.get(url.slice(0, length)) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private findPattern(url: string, authorityEnd: number): Placed | undefined {
    return this.patterns.find(({ worker: { name } }) => {
      if (name.length < authorityEnd || name.length > url.length) return false;
      return matchesName(url, 0, name, 0) === 0;
    });
  }
}

interface Placed {
  readonly worker: Worker;
  readonly order: number;
}

/** Puts an item before the first that `isBehind` it. */
function insertSorted<Item>(items: Item[], item: Item, isBehind: (other: Item) => boolean): void {
  const at = items.findIndex(isBehind);
  items.splice(at < 0 ? items.length : at, 0, item);
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
