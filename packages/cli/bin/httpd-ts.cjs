#!/usr/bin/env node
// The entry behind the launcher. Runs by itself too, where there is no sh: on Windows, `httpd-ts-node configtest`.
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { dirname, join } = require('node:path');
const { freshBuild } = require('./fresh-build.cjs');

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

async function run() {
  const cache = process.env.NODE_COMPILE_CACHE ?? compileCacheDirectory(__dirname);
  if (cache !== undefined) enableCompileCache(cache);
  const argv0 = process.env.HTTPD_TS_ARGV0 ?? 'httpd-ts';
  delete process.env.HTTPD_TS_ARGV0;
  const built = freshBuild(join(__dirname, '..', '.build'));
  const { main } = built === undefined ? await import('../src/main.ts') : require(built);
  // At once: giving back the memory of a large configuration takes as long as reading a part of it.
  process.exit(await main(process.argv.slice(2), argv0));
}

if (Number.parseInt(process.versions.node, 10) < oldest) {
  console.error(`httpd-ts: needs Node.js ${oldest} or newer; this is ${process.version}`);
  process.exitCode = 1;
} else run();
