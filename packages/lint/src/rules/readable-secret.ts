import { serverRootRelative } from '@httpd-ts/kernel';
import { type Configuration, defineRule } from '../rule.ts';

/** Directives that name a file nobody but the server should read. */
const secrets: Readonly<Record<string, string>> = {
  sslcertificatekeyfile: 'the private key',
  sslproxymachinecertificatefile: 'a file with private keys',
  sslsessionticketkeyfile: 'the ticket key',
  sslsrpverifierfile: 'the password file',
  authuserfile: 'the password file',
  authdigestfile: 'the password file',
  authdbmuserfile: 'the password file',
  sessioncryptopassphrasefile: 'the passphrase file',
};

const readableByAll = 0o004;
const writableByAll = 0o002;

function modeOf(path: string, { world }: Configuration): number | undefined {
  const info = world.files.stat(path);
  return typeof info === 'object' && info.type === 'file' ? info.mode : undefined;
}

export const readableSecret = defineRule({
  name: 'readable-secret',
  severity: 'warning',
  what: 'A private key or password file can be read by every user of the machine, or a configuration file can be written by them.',
  why: 'Whoever can run a program here (a script of one site among many) can take the key, or become root at the next restart.',
  instead:
    'chmod 600 for keys, which are read before User takes effect; chmod 640 with the group of the server for password files.',
  bad: {
    config: 'SSLCertificateKeyFile /etc/ssl/key.pem\n',
    line: 1,
    files: { '/etc/ssl/key.pem': 'key' },
    modes: { '/etc/ssl/key.pem': 0o644 },
  },
  good: {
    config: 'SSLCertificateKeyFile /etc/ssl/key.pem\n',
    files: { '/etc/ssl/key.pem': 'key' },
    modes: { '/etc/ssl/key.pem': 0o600 },
  },
  check(configuration, report) {
    const { statements, sources, serverRoot } = configuration;
    for (const [name, what] of Object.entries(secrets)) {
      for (const statement of statements.named(name)) {
        const [path = ''] = statement.args;
        if (path === '' || path.includes(':') || path.includes('${')) continue;
        const mode = modeOf(serverRootRelative(serverRoot, path), configuration);
        if (mode === undefined || (mode & readableByAll) === 0) continue;
        report({
          at: statement,
          word: path,
          text: `every user can read ${what} ${path} (mode ${octal(mode)})`,
        });
      }
    }
    for (const file of sources.files) {
      const mode = modeOf(file.name, configuration);
      if (mode === undefined || (mode & writableByAll) === 0) continue;
      report({
        file,
        offset: 0,
        length: 0,
        line: 1,
        text: `every user can write this file (mode ${octal(mode)})`,
      });
    }
  },
});

const octal = (mode: number) => (mode & 0o7777).toString(8);
