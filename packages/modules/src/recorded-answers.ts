import { type MemoryFile, type MemoryWorldOptions, memoryWorld } from '@httpd-ts/kernel/memory-world';
import { bodySource } from './body-source.ts';
import { type InMemoryServer, inMemoryServer } from './in-memory-server.ts';
import { standardModules } from './standard-modules.ts';

/** Answers of a running httpd to requests under one configuration. */
export interface Recording {
  /** The version that gave the answers. */
  readonly server: string;
  readonly config: readonly string[];
  readonly files: Readonly<Record<string, RecordedFile>>;
  readonly answers: readonly RecordedAnswer[];
}

type RecordedFile =
  | string
  | { readonly link: string }
  | { readonly text?: string; readonly length?: number; readonly mtimeMs: number };

export interface RecordedAnswer {
  /** Method and target. */
  readonly request: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: string;
  /** Without those that tell of the moment and the connection. */
  readonly responseHeaders: readonly string[];
  readonly body: string;
}

const fileOf = (file: RecordedFile): MemoryFile => {
  if (typeof file === 'string' || 'link' in file) return file;
  return { text: file.text ?? '\0'.repeat(file.length ?? 0), mtimeMs: file.mtimeMs };
};

const mimeTypes = `text/html html\ntext/plain txt\ntext/css css\nimage/png png\nimage/gif gif\napplication/octet-stream bin\napplication/gzip gz\n`;

/** A world in memory with a configuration and the files it speaks of. */
export function configuredWorld(
  config: string,
  files: Readonly<Record<string, RecordedFile>>,
  options: MemoryWorldOptions,
) {
  const preamble = 'ServerName localhost\nListen 80\nTypesConfig /etc/mime.types\nErrorLog /var/error.log\n';
  const world = Object.entries(files).map(([path, file]) => [path, fileOf(file)] as const);
  return memoryWorld({
    ...options,
    files: {
      '/etc/httpd.conf': preamble + config,
      '/etc/mime.types': mimeTypes,
      '/var/': '',
      ...Object.fromEntries(world),
    },
  });
}

/** All modules, of the MPMs the usual one. */
const modules = standardModules.filter(({ name }) => name !== 'mpm_prefork' && name !== 'mpm_worker');

/** A server on that world; throws what the configuration is refused for. */
export function configuredServer(world: ReturnType<typeof configuredWorld>): InMemoryServer {
  const server = inMemoryServer(world, modules);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  return server;
}

const unrecorded = /^(?:Date|Server|Connection|Transfer-Encoding):/;

/** What a server answers, in the form of a recording. */
export async function answerOf(
  server: InMemoryServer,
  request: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Pick<RecordedAnswer, 'status' | 'responseHeaders' | 'body'>> {
  const response = await server.request(request, { Connection: 'close', ...headers });
  const source = bodySource(response.body, server.plan.world.files);
  let body = '';
  for (let chunk = await source.pull(); chunk !== null; chunk = await source.pull()) {
    body += Array.from(chunk, (byte) => String.fromCharCode(byte)).join('');
  }
  const lines = response.headers.entries().map(([name, value]) => `${name}: ${value}`);
  return {
    status: response.statusLine,
    responseHeaders: lines.filter((line) => !unrecorded.test(line)),
    body,
  };
}
