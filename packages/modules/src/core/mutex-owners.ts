/** The mutexes that `Mutex` names, with the module that has each. httpd: ap_mutex_register */
export const mutexOwners: Readonly<Record<string, string>> = {
  'watchdog-callback': 'mod_watchdog',
  'rewrite-map': 'mod_rewrite',
  proxy: 'mod_proxy',
  'proxy-balancer-shm': 'mod_proxy_balancer',
  'ssl-cache': 'mod_ssl',
  'ssl-stapling': 'mod_ssl',
  'ssl-stapling-refresh': 'mod_ssl',
  'authdigest-client': 'mod_auth_digest',
  'authn-socache': 'mod_authn_socache',
  'cache-socache': 'mod_cache_socache',
  'ldap-cache': 'mod_ldap',
  'lua-ivm-shm': 'mod_lua',
  'mpm-accept': 'mpm_prefork',
};
