import { createRequire } from 'node:module';
import { build, buildDirectory } from '../scripts/build.ts';

const { freshBuild } = createRequire(import.meta.url)('../packages/cli/bin/fresh-build.cjs') as {
  freshBuild(directory: string): string | undefined;
};

/** The command line is started some hundred times, so the build is worth the second it takes. */
export async function setup(): Promise<void> {
  if (freshBuild(buildDirectory) === undefined) await build();
}
