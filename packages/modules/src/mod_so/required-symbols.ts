/** A module that must be loaded before, and the symbol the loader misses first without it. */
interface Requirement {
  readonly module: string;
  readonly symbol: string;
}

const of = (module: string, symbol: string): Requirement => ({ module, symbol });

/** What modules take from others when they are loaded, as a running httpd 2.4.71 said of each alone. */
export const requiredSymbols: Readonly<Record<string, Requirement>> = {
  cache_disk_module: of('cache_module', 'ap_cache_cacheable_headers_in'),
  cache_socache_module: of('cache_module', 'ap_cache_cacheable_headers_in'),
  dav_fs_module: of('dav_module', 'dav_do_find_liveprop'),
  dav_lock_module: of('dav_module', 'dav_push_error'),
  proxy_ajp_module: of('proxy_module', 'proxy_module'),
  proxy_balancer_module: of('proxy_module', 'proxy_hcmethods'),
  proxy_connect_module: of('proxy_module', 'ap_proxy_tunnel_create'),
  proxy_express_module: of('proxy_module', 'proxy_module'),
  proxy_fcgi_module: of('proxy_module', 'proxy_module'),
  proxy_fdpass_module: of('proxy_module', 'proxy_hook_canon_handler'),
  proxy_ftp_module: of('proxy_module', 'ap_proxy_canonenc'),
  proxy_hcheck_module: of('proxy_module', 'proxy_hcmethods'),
  proxy_http2_module: of('proxy_module', 'ap_proxy_location_reverse_map'),
  proxy_http_module: of('proxy_module', 'ap_proxy_location_reverse_map'),
  proxy_scgi_module: of('proxy_module', 'proxy_hook_canon_handler'),
  proxy_uwsgi_module: of('proxy_module', 'proxy_module'),
  proxy_wstunnel_module: of('proxy_module', 'ap_proxy_pass_brigade'),
  session_cookie_module: of('session_module', 'ap_hook_session_save'),
  session_crypto_module: of('session_module', 'ap_hook_session_encode'),
  session_dbd_module: of('session_module', 'ap_hook_session_save'),
};
