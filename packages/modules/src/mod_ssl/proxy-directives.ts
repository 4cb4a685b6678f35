import {
  type DirectiveContext,
  type DirectiveDeclaration,
  entryOf,
  flag,
  rawArguments,
  type TlsVersion,
  take1,
  take12,
  words,
} from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';
import { tlsChecks } from '../known-tls-arguments.ts';
import { type PemStore, type SslProxyConfig, sslProxy, type Verification } from './config.ts';
import { type MachineCertificate, readMachineCertificates } from './machine-certificates.ts';
import { pemTexts } from './pem.ts';
import { readStore, readStoreDirectory } from './read-store.ts';

const context = 'server, proxy';

type Complaint = string | undefined;

/** The text of a file that was found to be there; a complaint when it cannot be read. Dumps read none. */
function readFile(path: string, cmd: DirectiveContext): { readonly text: string } | string {
  if (tlsChecks.isDump(cmd)) return { text: '' };
  const read = cmd.world.files.readText(path);
  return typeof read === 'string' ? `${cmd.name}: file '${path}' cannot be read (${read})` : read;
}

/** What was read, by path: many servers name one file. */
const readStores = {};

/**
 * A directive that takes certificates and lists out of a file. httpd finds what is wrong with it when it starts, not
 * when it checks the configuration.
 */
function pemFile(field: 'authorities' | 'revocationLists', usage: string): DirectiveDeclaration {
  return sslProxy.directive({
    args: take1,
    context,
    usage,
    set(config, name, cmd): Complaint {
      const complaint = tlsChecks.file([name], cmd);
      if (complaint) return complaint;
      const path = cmd.serverRootRelative(name);
      const read = readFile(path, cmd);
      if (typeof read === 'string') return read;
      const stores = cmd.memory(readStores, () => new Map<string, PemStore | string>());
      const store = stores.get(path) ?? readStore(read.text);
      stores.set(path, store);
      if (typeof store !== 'string') config[field] = store;
      else if (!cmd.settings.checkOnly) return `${cmd.name}: file '${path}' ${store}`;
      return undefined;
    },
  });
}

/** A directory of files that OpenSSL finds by the hash of a name: `9d66eef0.0`. */
function pemDirectory(
  field: 'authoritiesOfPath' | 'revocationListsOfPath',
  usage: string,
): DirectiveDeclaration {
  return sslProxy.directive({
    args: take1,
    context,
    usage,
    set(config, name, cmd): Complaint {
      const complaint = tlsChecks.directory([name], cmd);
      if (complaint) return complaint;
      config[field] = readStoreDirectory(cmd.serverRootRelative(name), cmd);
      return undefined;
    },
  });
}

function filesOf(directory: string, cmd: DirectiveContext): readonly string[] {
  const entries = cmd.world.files.readDirectory(directory);
  if (typeof entries === 'string') return [];
  return [...entries]
    .sort()
    .map((entry) => cmd.world.files.readText(`${directory.replace(/\/$/, '')}/${entry}`))
    .flatMap((read) => (typeof read === 'string' ? [] : [read.text]));
}

/** httpd finds what is wrong with certificates of its own when it starts, not when it checks the configuration. */
function takeMachineCertificates(
  config: SslProxyConfig,
  field: 'machineCertificates' | 'machineCertificatesOfPath',
  texts: readonly string[],
  cmd: DirectiveContext,
): Complaint {
  const certificates: MachineCertificate[] = [];
  for (const text of texts) {
    const read = readMachineCertificates(text);
    if (typeof read !== 'string') certificates.push(...read);
    else if (!cmd.settings.checkOnly) return `${cmd.name}: a file ${read}`;
  }
  config[field] = certificates;
  return undefined;
}

const allVersions: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Names with an optional sign before each. httpd: ssl_cmd_protocol_parse */
function protocolVersions(raw: string): readonly TlsVersion[] {
  let chosen = new Set<TlsVersion>();
  for (const word of words(raw)) {
    const bare = word.replace(/^[+-]/, '').toLowerCase();
    const named = allVersions.filter((version) => bare === 'all' || version.toLowerCase() === bare);
    if (word.startsWith('-')) for (const version of named) chosen.delete(version);
    else if (word.startsWith('+')) for (const version of named) chosen.add(version);
    else chosen = new Set(named);
  }
  return allVersions.filter((version) => chosen.has(version));
}

const verifications: Readonly<Record<string, Verification>> = {
  none: 'none',
  off: 'none',
  optional: 'optional',
  require: 'require',
  on: 'require',
  optional_no_ca: 'optional_no_ca',
};

function flagDirective(
  field: 'engine' | 'checkPeerName' | 'checkPeerCn' | 'checkPeerExpire',
  standard: 'On' | 'Off',
  usage: string,
): DirectiveDeclaration {
  return sslProxy.directive({
    args: flag,
    context,
    usage,
    default: standard,
    set: (config, on) => {
      config[field] = on;
    },
  });
}

/** What is said about TLS to back ends. httpd: modules/ssl/mod_ssl.c, the commands SSL_CMD_PXY */
export const proxyDirectives: Readonly<Record<string, DirectiveDeclaration>> = {
  SSLProxyEngine: flagDirective('engine', 'Off', "SSL switch for the proxy protocol engine ('on', 'off')"),
  SSLProxyProtocol: sslProxy.directive({
    args: rawArguments,
    context,
    usage:
      "SSL Proxy: enable or disable SSL protocol flavors ('[+-][TLSv1|TLSv1.1|TLSv1.2] ...' - see manual)",
    default: 'all -SSLv3',
    set(config, raw, cmd): Complaint {
      const complaint = tlsChecks.protocol([raw], cmd);
      if (complaint) return complaint;
      config.versions = protocolVersions(raw);
      return undefined;
    },
  }),
  SSLProxyCipherSuite: sslProxy.directive({
    args: take12,
    context,
    usage:
      "SSL Proxy: colon-delimited list of permitted SSL ciphers , optionally preceded by protocol specifier ('XXX:...:XXX' - see manual)",
    set(config, [first, second], cmd): Complaint {
      const complaint = tlsChecks.cipherSuite(second === undefined ? [first] : [first, second], cmd);
      if (complaint) return complaint;
      if (first === 'TLSv1.3' && second !== undefined) config.suites13 = second;
      else config.ciphers = second ?? first;
      return undefined;
    },
  }),
  SSLProxyVerify: sslProxy.directive({
    args: take1,
    context,
    usage: "SSL Proxy: whether to verify the remote certificate ('on' or 'off')",
    default: 'none',
    set(config, word, cmd): Complaint {
      const complaint = tlsChecks.verify([word], cmd);
      if (complaint) return complaint;
      config.verify = entryOf(verifications, word.toLowerCase())!;
      return undefined;
    },
  }),
  SSLProxyVerifyDepth: sslProxy.directive({
    args: take1,
    context,
    usage: "SSL Proxy: maximum certificate verification depth ('N' - number of intermediate certificates)",
    default: '1',
    set(config, word, cmd): Complaint {
      const complaint = tlsChecks.depth([word], cmd);
      if (complaint) return complaint;
      config.verifyDepth = leadingInteger(word);
      return undefined;
    },
  }),
  SSLProxyCACertificateFile: pemFile(
    'authorities',
    "SSL Proxy: file containing server certificates ('/path/to/file' - PEM encoded certificates)",
  ),
  SSLProxyCACertificatePath: pemDirectory(
    'authoritiesOfPath',
    "SSL Proxy: directory containing server certificates ('/path/to/dir' - contains PEM encoded certificates)",
  ),
  SSLProxyCARevocationFile: pemFile(
    'revocationLists',
    "SSL Proxy: CA Certificate Revocation List (CRL) file ('/path/to/file' - PEM encoded)",
  ),
  SSLProxyCARevocationPath: pemDirectory(
    'revocationListsOfPath',
    "SSL Proxy: CA Certificate Revocation List (CRL) path ('/path/to/dir' - contains PEM encoded files)",
  ),
  SSLProxyCARevocationCheck: sslProxy.directive({
    args: rawArguments,
    context,
    usage: 'SSL Proxy: CA Certificate Revocation List (CRL) checking mode',
    default: 'none',
    set(config, raw, cmd): Complaint {
      const complaint = tlsChecks.revocationCheck([raw], cmd);
      if (complaint) return complaint;
      const [mode, ...flags] = words(raw.toLowerCase());
      config.revocationCheck = mode as 'none' | 'leaf' | 'chain';
      config.mayLackLists = flags.length > 0;
      return undefined;
    },
  }),
  SSLProxyCheckPeerCN: flagDirective('checkPeerCn', 'On', "SSL Proxy: check the peer certificate's CN"),
  SSLProxyCheckPeerName: flagDirective(
    'checkPeerName',
    'On',
    "SSL Proxy: check the peer certificate's name (must be present in subjectAltName extension or CN",
  ),
  SSLProxyCheckPeerExpire: flagDirective(
    'checkPeerExpire',
    'On',
    "SSL Proxy: check the peer certificate's expiration date",
  ),
  SSLProxyMachineCertificateFile: sslProxy.directive({
    args: take1,
    context,
    usage: "SSL Proxy: file containing client certificates ('/path/to/file' - PEM encoded certificates)",
    set(config, name, cmd): Complaint {
      const complaint = tlsChecks.file([name], cmd);
      if (complaint) return complaint;
      const read = readFile(cmd.serverRootRelative(name), cmd);
      if (typeof read === 'string') return read;
      return takeMachineCertificates(config, 'machineCertificates', [read.text], cmd);
    },
  }),
  SSLProxyMachineCertificatePath: sslProxy.directive({
    args: take1,
    context,
    usage:
      "SSL Proxy: directory containing client certificates ('/path/to/dir' - contains PEM encoded certificates)",
    set(config, name, cmd): Complaint {
      const complaint = tlsChecks.directory([name], cmd);
      if (complaint) return complaint;
      const texts = filesOf(cmd.serverRootRelative(name), cmd);
      return takeMachineCertificates(config, 'machineCertificatesOfPath', texts, cmd);
    },
  }),
  SSLProxyMachineCertificateChainFile: sslProxy.directive({
    args: take1,
    context,
    usage:
      "SSL Proxy: file containing issuing certificates of the client certificate (`/path/to/file' - PEM encoded certificates)",
    set(config, name, cmd): Complaint {
      const complaint = tlsChecks.file([name], cmd);
      if (complaint) return complaint;
      const read = readFile(cmd.serverRootRelative(name), cmd);
      if (typeof read === 'string') return read;
      config.machineChain = pemTexts(read.text, 'certificate');
      return undefined;
    },
  }),
};
