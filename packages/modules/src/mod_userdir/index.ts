import {
  asciiLowerCase,
  type Complaint,
  DECLINED,
  defineModule,
  type HookStatus,
  OK,
  perServer,
  type RequestRecord,
  rawArguments,
  translateName,
  words,
} from '@httpd-ts/kernel';
import { setContext } from '../core/contract.ts';
import { summaries } from './summaries.ts';

/** httpd: modules/mappers/mod_userdir.c userdir_config */
interface UserdirConfig {
  /** What holds for those who are in neither list. */
  everyone?: 'enabled' | 'disabled';
  /** Places to look at, in order; undefined until one is named. */
  places?: readonly string[];
  readonly enabled: Set<string>;
  readonly disabled: Set<string>;
}

/** A virtual host's lists stand in the place of the main server's. httpd: merge_userdir_config */
const userdirConfig = perServer<UserdirConfig>({
  create: () => ({ enabled: new Set(), disabled: new Set() }),
  merge(outer, inner) {
    const everyone = inner.everyone ?? outer.everyone;
    const places = inner.places ?? outer.places;
    return {
      enabled: inner.enabled,
      disabled: inner.disabled,
      ...(everyone === undefined ? {} : { everyone }),
      ...(places === undefined ? {} : { places }),
    };
  },
});

/** httpd: set_user_dir */
function setUserdir(config: UserdirConfig, raw: string): Complaint {
  const [keyword = '', ...names] = words(raw);
  if (keyword === '') return 'UserDir requires an argument.';
  const switched = /^(?:(enabled?)|disabled?)$/i.exec(keyword);
  if (switched === null) {
    config.places = words(raw);
    return undefined;
  }
  const state = switched[1] === undefined ? 'disabled' : 'enabled';
  if (names.length === 0) config.everyone = state;
  // httpd keeps them in tables, whose keys have no case.
  else for (const name of names) config[state].add(asciiLowerCase(name));
  return undefined;
}

/** `/~name` and what follows it. */
const userPath = /^\/~([^/]*)\/*?(\/[^/][\s\S]*|\/?)$/;

/** httpd: translate_userdir */
function translateUserdir(request: RequestRecord): HookStatus {
  const config = userdirConfig.of(request);
  const [, user = '', rest = ''] = userPath.exec(request.uri) ?? [];
  if (user === '' || /^\.\.?$/.test(user) || isDisabled(config, user)) return DECLINED;
  const { files } = request.server.plan.world;
  const places = config.places!;
  for (const [at, place] of places.entries()) {
    const found = placeOf(place, user, request);
    if (found === undefined) continue;
    if ('url' in found) {
      request.headersOut.set('Location', found.url + rest);
      return 302;
    }
    const isLast = at === places.length - 1;
    if (!isLast && typeof files.stat(found.path) === 'string') continue;
    request.filename = found.path + rest;
    setContext(request, request.uri.slice(0, request.uri.length - rest.length), found.path);
    request.notes.set('mod_userdir_user', user);
    return OK;
  }
  return DECLINED;
}

function isDisabled({ everyone, enabled, disabled }: UserdirConfig, user: string): boolean {
  const name = asciiLowerCase(user);
  return disabled.has(name) || (everyone === 'disabled' && !enabled.has(name));
}

/** Where a place is for a user: a directory, or a URL to go to. Undefined for users that are not known. */
function placeOf(
  place: string,
  user: string,
  request: RequestRecord,
): { readonly path: string } | { readonly url: string } | undefined {
  const isAbsolute = place.startsWith('/');
  const [, before, after = place] = /^([^*]*)\*+([\s\S]*)$/.exec(place) ?? [];
  const leadsAway = !isAbsolute && before?.includes(':') === true;
  if (leadsAway) return { url: before + user };
  if (before !== undefined && (after === '' || isAbsolute)) return { path: before + user + after };
  if (isAbsolute) return { path: `${place}/${user}` };
  const home = request.server.plan.world.system.homeDirectory(user);
  return home === undefined ? undefined : { path: `${home}/${after}` };
}

/** Directories of users below `/~name`. */
export const modUserdir = defineModule({
  name: 'mod_userdir',
  identifier: 'userdir_module',
  httpd: 'modules/mappers/mod_userdir.c',
  summaries,
  directives: {
    UserDir: userdirConfig.directive({
      args: rawArguments,
      context: 'server',
      usage:
        "the public subdirectory in users' home directories, or 'disabled', or 'disabled username username...', or 'enabled username username...'",
      set: setUserdir,
    }),
  },
  hooks: [
    translateName(translateUserdir, {
      after: ['mod_alias'],
      before: ['mod_vhost_alias'],
      when: (view) => userdirConfig.of(view).places !== undefined,
    }),
  ],
});
