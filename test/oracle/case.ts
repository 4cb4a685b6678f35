import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BackEndScript } from './back-ends.ts';
import { standardHosts } from './hosts.ts';
import type { Mask } from './mask.ts';
import { type Exchange, parseRequests } from './parse-requests.ts';

/** The folder with all cases. */
export const behaviourFolder = join(import.meta.dirname, '../../fixtures/behaviour');

/** The server every recording comes from. */
export const apacheVersion = '2.4.71';

/** What `case.json` may say; all of it is optional. */
export interface CaseOptions {
  readonly hosts?: Readonly<Record<string, string>>;
  /** A tree below `preamble/` that lies under the case's own `root/`. */
  readonly base?: string;
  readonly masks?: readonly Mask[];
  /** Times of last change by path within the case; all others are `standardMtime`. */
  readonly mtimes?: Readonly<Record<string, string>>;
  /** Files made of repeated text: `[text, count]` by path within the case. */
  readonly generate?: Readonly<Record<string, readonly [text: string, count: number]>>;
  /** Further directories that are empty, which a repository cannot hold. */
  readonly emptyFolders?: readonly string[];
  /** The error log is compared when the case is replayed, too. */
  readonly errorLog?: boolean;
  /** Files that everybody may write to, a permission that a repository does not keep. */
  readonly writable?: readonly string[];
}

/** A case as it stands in its folder. */
export interface Case {
  /** `<module>/<case>`. */
  readonly name: string;
  readonly folder: string;
  readonly options: CaseOptions;
  readonly hosts: Readonly<Record<string, string>>;
  readonly masks: readonly Mask[];
  readonly backEnds: Readonly<Record<string, BackEndScript>>;
  readonly exchanges: readonly Exchange[];
}

/** What was observed of one exchange. Bytes are latin1: one character a byte. */
export interface Observed {
  readonly title: string;
  readonly answer: string;
  /** Whether the server had closed the connection after the answer. */
  readonly closed: boolean;
  readonly backEnds: readonly { readonly name: string; readonly received: string }[];
  readonly accessLog: readonly LogLine[];
  readonly errorLog: readonly LogLine[];
}

/** A line and the file it was written to. */
export interface LogLine {
  readonly file: string;
  readonly line: string;
}

/** `recorded.json`, written only by `npm run record`. */
export interface Recording {
  readonly server: string;
  /** Digest of the files that led to the recording, to notice a case that was edited since. */
  readonly inputs: string;
  readonly exchanges: readonly Observed[];
}

/** All cases, by name. */
export function listCases(): readonly string[] {
  return folders(behaviourFolder).flatMap((module) =>
    folders(join(behaviourFolder, module))
      .filter((name) => existsSync(join(behaviourFolder, module, name, 'requests.http')))
      .map((name) => `${module}/${name}`),
  );
}

function folders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Reads a case from its folder. */
export function loadCase(name: string): Case {
  const folder = join(behaviourFolder, name);
  const options = readJson<CaseOptions>(join(folder, 'case.json')) ?? {};
  return {
    name,
    folder,
    options,
    hosts: { ...standardHosts, ...options.hosts },
    masks: options.masks ?? [],
    backEnds: loadBackEnds(folder),
    exchanges: parseRequests(readFileSync(join(folder, 'requests.http'), 'latin1')).map((exchange) =>
      withCertificate(exchange, folder),
    ),
  };
}

/** The exchange with the certificate of its client in place of the name of the file. */
function withCertificate(exchange: Exchange, folder: string): Exchange {
  const { tls } = exchange;
  if (tls?.certificate === undefined) return exchange;
  return { ...exchange, tls: { ...tls, certificate: readFileSync(join(folder, tls.certificate), 'latin1') } };
}

/** The scripts of the back ends, with the files that their TLS names. */
function loadBackEnds(folder: string): Readonly<Record<string, BackEndScript>> {
  const scripts = readJson<Record<string, BackEndScript>>(join(folder, 'backends.json')) ?? {};
  const read = (name: string) => readFileSync(join(folder, name), 'latin1');
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => {
      if (script.tls === undefined) return [name, script];
      const { cert, key, ca } = script.tls;
      const files = { cert: read(cert), key: read(key), ...(ca === undefined ? {} : { ca: read(ca) }) };
      return [name, { ...script, tls: { ...script.tls, ...files } }];
    }),
  );
}

/** Reads what was recorded of a case, if anything was. */
export function loadRecording(folder: string): Recording | undefined {
  return readJson<Recording>(join(folder, 'recorded.json'));
}

function readJson<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

/** A digest of everything in a case except its recording. */
export function digestInputs(folder: string): string {
  const hash = createHash('sha256');
  const preamble = join(behaviourFolder, 'preamble');
  for (const path of [...filesBelow(preamble), ...filesBelow(folder)]) {
    const name = relative(path.startsWith(preamble) ? preamble : folder, path).replaceAll('\\', '/');
    if (name !== 'recorded.json') hash.update(`${name}\0`).update(contentOf(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Links count as files: what they lead to is the machine's, not the case's. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

function contentOf(path: string): Buffer | string {
  try {
    return readlinkSync(path);
  } catch {
    return readFileSync(path);
  }
}
