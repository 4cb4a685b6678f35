import { startServer } from '../process/start-server.ts';

// Starts a server on the modules for tests: `node start.ts ROOT THREADS [foreground]`.
const [root = '', threads = '2', how] = process.argv.slice(2);
process.exitCode = await startServer({
  configFile: `${root}/httpd.conf`,
  serverRoot: root,
  threads: Number(threads),
  modulesSource: new URL('./modules.ts', import.meta.url).href,
  commandLine: `httpd -d ${root}`,
  foreground: how === 'foreground',
});
