import { fileURLToPath } from 'node:url';

/** The command as npm installs it. */
export const launcher = fileURLToPath(new URL('../../packages/cli/bin/httpd-ts', import.meta.url));
