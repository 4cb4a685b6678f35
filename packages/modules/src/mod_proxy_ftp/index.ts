import { defineModule, flag, take1 } from '@httpd-ts/kernel';
import { proxySchemes } from '../mod_proxy/contract.ts';
import { canonicalizeFtp } from './canonicalize-ftp.ts';
import { ftpConfig } from './config.ts';
import { handleFtp } from './handle-ftp.ts';
import { summaries } from './summaries.ts';

const context = 'server, directory';

/** FTP for mod_proxy. */
export const modProxyFtp = defineModule({
  name: 'mod_proxy_ftp',
  identifier: 'proxy_ftp_module',
  httpd: 'modules/proxy/mod_proxy_ftp.c',
  summaries,
  directives: {
    ProxyFtpListOnWildcard: ftpConfig.directive({
      args: flag,
      context,
      usage:
        'Whether wildcard characters in a path cause mod_proxy_ftp to list the files instead of trying to get them. Defaults to on.',
      default: 'On',
      set(config, on) {
        config.listOnWildcard = on;
      },
    }),
    ProxyFtpEscapeWildcards: ftpConfig.directive({
      args: flag,
      context,
      usage:
        'Whether the proxy should escape wildcards in paths before sending them to the FTP server.  Defaults to on, but most FTP servers will need it turned off if you need to manage paths that contain wildcard characters.',
      default: 'On',
      set(config, on) {
        config.escapeWildcards = on;
      },
    }),
    ProxyFtpDirCharset: ftpConfig.directive({
      args: take1,
      context,
      usage: 'Define the character set for proxied FTP listings',
      default: 'ISO-8859-1',
      set(config, charset) {
        config.directoryCharset = charset;
      },
    }),
  },
  hooks: [],
  providers: [proxySchemes.provide('ftp', { handle: handleFtp, canonicalize: canonicalizeFtp })],
});
