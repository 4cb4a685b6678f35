import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

// Makes packages/cli/.build: the whole program in a few files, which start in a third of the time of the sources.

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = {
  main: 'packages/cli/src/main.ts',
  'serving-process': 'packages/server/src/process/serving-process.ts',
  'worker-thread': 'packages/server/src/process/worker-thread.ts',
};

/** Where the build is. */
export const buildDirectory = join(root, 'packages/cli/.build');

/** Makes the build anew. Without the bundler, as after `npm ci --omit=dev`, there is none and the sources are run. */
export async function build(): Promise<void> {
  const bundler = await import('rolldown').catch(() => undefined);
  if (bundler === undefined) return;
  const made = `${buildDirectory}.${process.pid}`;
  const bundle = await bundler.rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    logLevel: 'silent',
  });
  const { output } = await bundle.write({
    dir: made,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await bundle.close();
  const files = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const inputs = [...new Set(files)].filter((file) => isOwn(file)).map((file) => describeInput(file));
  writeFileSync(join(made, 'inputs.json'), JSON.stringify({ entry: 'main.cjs', inputs }));
  rmSync(buildDirectory, { recursive: true, force: true });
  renameSync(made, buildDirectory);
}

const isOwn = (file: string) =>
  file.startsWith(root) && !file.includes(`${sep}node_modules${sep}`) && !file.includes('\0');

/** A source file as the build lists it. */
export function describeInput(file: string, directory = buildDirectory) {
  const { size, mtimeMs } = statSync(file);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  return { path: relative(directory, file), size, mtimeMs, sha256 };
}

if (import.meta.main) {
  await build().catch((error: unknown) => {
    console.error(
      `The build failed, so the sources will be run: ${error instanceof Error ? error.message : error}`,
    );
  });
}
