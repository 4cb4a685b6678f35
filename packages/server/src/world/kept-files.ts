import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptTexts } from '@httpd-ts/kernel';

/** Where a server keeps what is to outlive it. httpd: server/core.c ap_runtime_dir_relative */
export function runtimeFolder(settings: {
  readonly serverRoot: string;
  readonly defaultRuntimeDir: string | undefined;
}): string {
  return settings.defaultRuntimeDir ?? join(settings.serverRoot, 'logs');
}

const prefix = 'httpd-ts-';
const suffix = '.json';

/** The texts of a folder by name. Those that cannot be read are left out. */
export function readKeptFiles(folder: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const file of listed(folder)) {
    if (!file.startsWith(prefix) || !file.endsWith(suffix)) continue;
    try {
      const name = file.slice(prefix.length, -suffix.length);
      texts.set(name, readFileSync(join(folder, file), 'latin1'));
    } catch {}
  }
  return texts;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Writes a text under a new file name first, so that nobody finds half of it. */
export function writeKeptFile(folder: string, name: string, text: string): void {
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error(`a name of a kept text cannot be ${name}`);
  const path = join(folder, prefix + name + suffix);
  writeFileSync(`${path}.new`, text, { encoding: 'latin1', mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Texts in files of a folder, for a server in one process. */
export function keptFiles(folder: () => string): KeptTexts {
  return {
    read: (name, orEarlier) => (orEarlier ? readKeptFiles(folder()).get(name) : undefined),
    write: (name, { text, outlivesServer }) => {
      if (outlivesServer) writeKeptFile(folder(), name, text);
    },
    follow: () => {},
  };
}
