import type { ModuleDefinition } from '@httpd-ts/kernel';
import { core } from './core/index.ts';
import { knownModuleDefinitions } from './known-directives.ts';
import { modAccessCompat } from './mod_access_compat/index.ts';
import { modActions } from './mod_actions/index.ts';
import { modAlias } from './mod_alias/index.ts';
import { modAllowmethods } from './mod_allowmethods/index.ts';
import { modAsis } from './mod_asis/index.ts';
import { modAuthBasic } from './mod_auth_basic/index.ts';
import { modAuthDigest } from './mod_auth_digest/index.ts';
import { modAuthnCore } from './mod_authn_core/index.ts';
import { modAuthnFile } from './mod_authn_file/index.ts';
import { modAuthzCore } from './mod_authz_core/index.ts';
import { modAuthzGroupfile } from './mod_authz_groupfile/index.ts';
import { modAuthzHost } from './mod_authz_host/index.ts';
import { modAuthzOwner } from './mod_authz_owner/index.ts';
import { modAuthzUser } from './mod_authz_user/index.ts';
import { modAutoindex } from './mod_autoindex/index.ts';
import { modBrotli } from './mod_brotli/index.ts';
import { modCgi } from './mod_cgi/index.ts';
import { modCgid } from './mod_cgid/index.ts';
import { modDbd } from './mod_dbd/index.ts';
import { modDeflate } from './mod_deflate/index.ts';
import { modDir } from './mod_dir/index.ts';
import { modEnv } from './mod_env/index.ts';
import { modExpires } from './mod_expires/index.ts';
import { modFilter } from './mod_filter/index.ts';
import { modHeaders } from './mod_headers/index.ts';
import { modHeartbeat } from './mod_heartbeat/index.ts';
import { modHeartmonitor } from './mod_heartmonitor/index.ts';
import { modHttp } from './mod_http/index.ts';
import { modInclude } from './mod_include/index.ts';
import { modLbmethodBybusyness } from './mod_lbmethod_bybusyness/index.ts';
import { modLbmethodByrequests } from './mod_lbmethod_byrequests/index.ts';
import { modLbmethodBytraffic } from './mod_lbmethod_bytraffic/index.ts';
import { modLbmethodHeartbeat } from './mod_lbmethod_heartbeat/index.ts';
import { modLogConfig } from './mod_log_config/index.ts';
import { modLogio } from './mod_logio/index.ts';
import { modMacro } from './mod_macro/index.ts';
import { modMime } from './mod_mime/index.ts';
import { modMimeMagic } from './mod_mime_magic/index.ts';
import { modNegotiation } from './mod_negotiation/index.ts';
import { modProxy } from './mod_proxy/index.ts';
import { modProxyAjp } from './mod_proxy_ajp/index.ts';
import { modProxyBalancer } from './mod_proxy_balancer/index.ts';
import { modProxyConnect } from './mod_proxy_connect/index.ts';
import { modProxyExpress } from './mod_proxy_express/index.ts';
import { modProxyFcgi } from './mod_proxy_fcgi/index.ts';
import { modProxyFdpass } from './mod_proxy_fdpass/index.ts';
import { modProxyFtp } from './mod_proxy_ftp/index.ts';
import { modProxyHcheck } from './mod_proxy_hcheck/index.ts';
import { modProxyHtml } from './mod_proxy_html/index.ts';
import { modProxyHttp } from './mod_proxy_http/index.ts';
import { modProxyHttp2 } from './mod_proxy_http2/index.ts';
import { modProxyScgi } from './mod_proxy_scgi/index.ts';
import { modProxyUwsgi } from './mod_proxy_uwsgi/index.ts';
import { modProxyWstunnel } from './mod_proxy_wstunnel/index.ts';
import { modRemoteip } from './mod_remoteip/index.ts';
import { modReqtimeout } from './mod_reqtimeout/index.ts';
import { modRewrite } from './mod_rewrite/index.ts';
import { modSetenvif } from './mod_setenvif/index.ts';
import { modSlotmemShm } from './mod_slotmem_shm/index.ts';
import { modSo } from './mod_so/index.ts';
import { modSpeling } from './mod_speling/index.ts';
import { modSsl } from './mod_ssl/index.ts';
import { modStatus } from './mod_status/index.ts';
import { modSubstitute } from './mod_substitute/index.ts';
import { modUnixd } from './mod_unixd/index.ts';
import { modUserdir } from './mod_userdir/index.ts';
import { modVersion } from './mod_version/index.ts';
import { modVhostAlias } from './mod_vhost_alias/index.ts';
import { modWatchdog } from './mod_watchdog/index.ts';
import { modXml2enc } from './mod_xml2enc/index.ts';
import { mpmEvent } from './mpm_event/index.ts';
import { mpmPrefork } from './mpm_prefork/index.ts';
import { mpmWorker } from './mpm_worker/index.ts';

/** The modules that have a folder: those compiled into Debian's server in their order, then those that LoadModule loads. */
export const implementedModules: readonly ModuleDefinition[] = [
  core,
  modSo,
  modWatchdog,
  modHttp,
  modLogConfig,
  modLogio,
  modVersion,
  modUnixd,
  modAccessCompat,
  modActions,
  modAlias,
  modAllowmethods,
  modAsis,
  modAuthBasic,
  modAuthDigest,
  modAuthnCore,
  modAuthnFile,
  modAuthzCore,
  modAuthzHost,
  modAuthzUser,
  modAuthzGroupfile,
  modAuthzOwner,
  modAutoindex,
  modBrotli,
  modCgi,
  modCgid,
  modDeflate,
  modDbd,
  modDir,
  modEnv,
  modExpires,
  modFilter,
  modHeaders,
  modLbmethodBybusyness,
  modLbmethodByrequests,
  modLbmethodBytraffic,
  modLbmethodHeartbeat,
  modHeartbeat,
  modHeartmonitor,
  modInclude,
  modMacro,
  modMime,
  modMimeMagic,
  modNegotiation,
  modProxy,
  modProxyAjp,
  modProxyBalancer,
  modProxyFcgi,
  modProxyExpress,
  modProxyFtp,
  modProxyFdpass,
  modProxyConnect,
  modProxyHcheck,
  modProxyHtml,
  modProxyHttp,
  modProxyHttp2,
  modProxyScgi,
  modProxyUwsgi,
  modProxyWstunnel,
  modRemoteip,
  modReqtimeout,
  modRewrite,
  modSetenvif,
  modSlotmemShm,
  modSpeling,
  modSsl,
  modStatus,
  modSubstitute,
  modUserdir,
  modVhostAlias,
  modXml2enc,
  mpmEvent,
  mpmPrefork,
  mpmWorker,
];

/** All modules there are; those that nothing implements last. */
export const standardModules: readonly ModuleDefinition[] = [
  ...implementedModules,
  ...knownModuleDefinitions,
];
