import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

const launcher = fileURLToPath(new URL('../node_modules/.bin/httpd-ts', import.meta.url));

/** The httpd-ts of this clone, or undefined where it is not installed. */
export function httpdTsCommand(): string | undefined {
  return existsSync(launcher) ? launcher : undefined;
}
