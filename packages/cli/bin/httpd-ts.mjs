#!/usr/bin/env node
// The entry behind the launcher. Runs by itself too, where there is no sh: on Windows, `httpd-ts-node configtest`.
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = 24;

// Node opens its debugger at SIGUSR1 unless somebody listens; here it means a graceful restart.
process.on('SIGUSR1', () => {});

/** A cache beside the installed packages: whoever can write there could change the program anyway, unlike in /tmp. */
function compileCacheDirectory(below) {
  const candidate = join(below, 'node_modules');
  if (existsSync(candidate)) return join(candidate, '.cache', 'httpd-ts');
  const above = dirname(below);
  return above === below ? undefined : compileCacheDirectory(above);
}

if (Number.parseInt(process.versions.node, 10) < oldest) {
  console.error(`httpd-ts: needs Node.js ${oldest} or newer; this is ${process.version}`);
  process.exitCode = 1;
} else {
  const cache =
    process.env.NODE_COMPILE_CACHE ?? compileCacheDirectory(dirname(fileURLToPath(import.meta.url)));
  if (cache !== undefined) module.enableCompileCache(cache);
  const argv0 = process.env.HTTPD_TS_ARGV0 ?? 'httpd-ts';
  delete process.env.HTTPD_TS_ARGV0;
  const { main } = await import('../src/main.ts');
  process.exitCode = await main(process.argv.slice(2), argv0);
}
