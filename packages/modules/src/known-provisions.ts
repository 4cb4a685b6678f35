import {
  DECLINED,
  die,
  entryOf,
  FILTER_RANK,
  handler,
  isShownAtStart,
  type ModuleDefinition,
  type OutputFilter,
  outputFilters,
  type ProvidedName,
  postConfig,
  preConfig,
} from '@httpd-ts/kernel';
import { authnProviders } from './mod_authn_core/contract.ts';
import { authzProviders } from './mod_authz_core/contract.ts';
import { unservedRequirement } from './unserved-requirement.ts';

/** Names by which a configuration reaches a module without any directive of that module. */
interface Provisions {
  /** Handlers of SetHandler, AddHandler and media types. */
  readonly handlers?: readonly string[];
  /** Output filters of SetOutputFilter, AddOutputFilter and the like. */
  readonly filters?: readonly string[];
  /** What `Require` names. */
  readonly requirements?: readonly string[];
  /** What AuthBasicProvider and its like name. */
  readonly passwordProviders?: readonly string[];
  /** What Apache would do for being loaded alone. */
  readonly presence?: string;
  /** What the module says with `-e debug` before the directives are carried out. */
  readonly debugMessage?: string;
}

const provisions: Readonly<Record<string, Provisions>> = {
  mod_asis: { handlers: ['send-as-is', 'httpd/send-as-is'] },
  mod_auth_form: { handlers: ['form-login-handler', 'form-logout-handler', 'form-redirect-handler'] },
  mod_authn_anon: { passwordProviders: ['anon'] },
  mod_authn_dbd: { passwordProviders: ['dbd'] },
  mod_authn_dbm: { passwordProviders: ['dbm'] },
  mod_authn_socache: { passwordProviders: ['socache'] },
  mod_authnz_ldap: {
    passwordProviders: ['ldap'],
    requirements: ['ldap-user', 'ldap-group', 'ldap-dn', 'ldap-attribute', 'ldap-filter', 'ldap-search'],
  },
  mod_authz_dbd: { requirements: ['dbd-group', 'dbd-login', 'dbd-logout'] },
  mod_authz_dbm: { requirements: ['dbm-group', 'dbm-file-group'] },
  mod_bucketeer: { filters: ['BUCKETEER'] },
  mod_buffer: { filters: ['BUFFER'] },
  mod_cache: { filters: ['CACHE', 'CACHE_SAVE', 'CACHE_OUT'] },
  mod_case_filter: { filters: ['CaseFilter'] },
  mod_charset_lite: { filters: ['XLATEOUT'] },
  mod_data: { filters: ['DATA'] },
  mod_http2: { handlers: ['http2-status'] },
  mod_imagemap: { handlers: ['imap-file', 'application/x-httpd-imap'] },
  mod_info: { handlers: ['server-info'] },
  mod_ldap: { handlers: ['ldap-status'] },
  mod_lua: { handlers: ['lua-script'] },
  mod_md: { handlers: ['md-status'] },
  mod_ratelimit: { filters: ['RATE_LIMIT'] },
  mod_reflector: { handlers: ['reflector'] },
  mod_sed: { filters: ['Sed'] },
  mod_unique_id: { presence: 'UNIQUE_ID is not set in the environment of requests and in log lines' },
};

/** Refuses requests that a handler of the module would answer: the file itself may hold what nobody shall read. */
const refuseHandlers = (name: string, names: ReadonlySet<string>) =>
  handler((request) => {
    const wanted = request.handlerName ?? request.contentType ?? '';
    if (!names.has(wanted)) return DECLINED;
    request.log(
      name.replace('mod_', ''),
      'error',
      `the handler '${wanted}' is not supported by httpd-ts yet, refusing ${request.uri}`,
    );
    return 500;
  });

/** Ends the request with an error: a body that should have been changed must not go out as it is. */
const refusingFilter = (module: string, name: string): OutputFilter => ({
  name: name.toLowerCase(),
  rank: FILTER_RANK.resource,
  async apply(request) {
    request.log(
      module.replace('mod_', ''),
      'error',
      `the output filter ${name} is not supported by httpd-ts yet, refusing ${request.uri}`,
    );
    await die(500, request);
    return request.output;
  },
});

function providersOf(module: string, given: Provisions): ProvidedName[] {
  return [
    ...(given.filters ?? []).map((name) =>
      outputFilters.provide(name.toLowerCase(), refusingFilter(module, name)),
    ),
    ...(given.requirements ?? []).map((name) =>
      authzProviders.provide(name, unservedRequirement(module, name)),
    ),
    ...(given.passwordProviders ?? []).map((name) =>
      authnProviders.provide(name, {
        checkPassword: () => 'general-error',
        realmHash: () => 'general-error',
      }),
    ),
  ];
}

/** Says at start what loading the module alone would have done. */
const warnOfPresence = (name: string, presence: string) =>
  postConfig((compilation) =>
    compilation.warn(`${name} is loaded, but not supported by httpd-ts yet: ${presence}`),
  );

const sayBefore = (message: string) =>
  preConfig((compilation) => {
    if (isShownAtStart('debug', compilation.settings.startupLevel)) compilation.warn(message);
  });

/** What a module that is only declared takes part in: enough that nothing is served which it should have guarded. */
export function provisionsOf(name: string): Pick<ModuleDefinition, 'hooks' | 'providers'> {
  const given = entryOf(provisions, name) ?? {};
  const hooks = [];
  if (given.handlers !== undefined) hooks.push(refuseHandlers(name, new Set(given.handlers)));
  if (given.presence !== undefined) hooks.push(warnOfPresence(name, given.presence));
  if (given.debugMessage !== undefined) hooks.push(sayBefore(given.debugMessage));
  return { hooks, providers: providersOf(name, given) };
}
