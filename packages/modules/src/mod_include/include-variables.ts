import { type RequestRecord, unescapeUrl } from '@httpd-ts/kernel';
import { addScriptVariables } from '../core/contract.ts';
import { escapeShellCommand } from '../escape-shell-command.ts';
import { includeTime } from './include-time.ts';
import { cString } from './text-codings.ts';

/** Of the document that a client asked for: the variables, by their names in lower case, that are made when asked for. */
const unmade = { name: 'variables of a parsed document that are yet to be made' };

const lazyNames = ['DATE_LOCAL', 'DATE_GMT', 'LAST_MODIFIED', 'USER_NAME'];

/**
 * Puts into the environment what a parsed document knows of itself. Those of a program are there as well.
 * httpd: modules/filters/mod_include.c add_include_vars
 */
export async function addIncludeVariables(request: RequestRecord): Promise<void> {
  const { filename = '', uri, pathInfo, args } = request;
  await addScriptVariables(request, filename);
  const { subprocessEnv: env } = request;
  env.set('DATE_LOCAL', '');
  env.set('DATE_GMT', '');
  env.set('LAST_MODIFIED', '');
  env.set('DOCUMENT_URI', uri);
  if (pathInfo !== '') env.set('DOCUMENT_PATH_INFO', pathInfo);
  env.set('DOCUMENT_ARGS', args ?? '');
  env.set('USER_NAME', '');
  const slash = filename.lastIndexOf('/');
  env.set('DOCUMENT_NAME', slash < 0 ? uri : filename.slice(slash + 1));
  request.setState(unmade, new Set(lazyNames.map((name) => name.toLowerCase())));
}

/** The document's environment is that of the one it is included in. */
export function shareVariables(request: RequestRecord, outer: RequestRecord): void {
  request.subprocessEnv = outer.subprocessEnv;
  request.setState(unmade, outer.state(unmade));
}

/** What the document was asked. httpd: includes_filter, add_ssi_vars */
export function addQueryVariables({ args, subprocessEnv }: RequestRecord): void {
  if (args === undefined) return;
  subprocessEnv.set('QUERY_STRING', args);
  subprocessEnv.set('QUERY_STRING_UNESCAPED', escapeShellCommand(cString(unescapeUrl(args, 'decode').text)));
}

/** A variable of the environment. httpd: get_include_var, add_include_vars_lazy */
export function includeVariable(
  request: RequestRecord,
  name: string,
  timeFormat: string,
): string | undefined {
  const value = request.env(name);
  const lower = name.toLowerCase();
  const left = request.state<Set<string>>(unmade);
  if (value === undefined || left?.has(lower) !== true) return value;
  const made = makers.get(lower)!(request, timeFormat);
  setIncludeVariable(request, name, made);
  return made;
}

/** Sets a variable, whatever it would have been. */
export function setIncludeVariable(request: RequestRecord, name: string, value: string): void {
  request.subprocessEnv.set(name, value);
  request.state<Set<string>>(unmade)?.delete(name.toLowerCase());
}

type Maker = (request: RequestRecord, timeFormat: string) => string;

const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['date_local', (request, format) => includeTime(request, request.requestTimeMs, format)],
  ['date_gmt', (request, format) => includeTime(request, request.requestTimeMs, format, 'gmt')],
  ['last_modified', (request, format) => includeTime(request, request.finfo?.mtimeMs ?? 0, format)],
  ['user_name', ({ finfo, server }) => server.plan.world.system.userName(finfo?.uid ?? 0) ?? '<unknown>'],
]);

/** Makes all variables that show a time anew. httpd: handle_config */
export function setTimes(request: RequestRecord, timeFormat: string): void {
  for (const name of ['date_local', 'date_gmt', 'last_modified']) {
    setIncludeVariable(request, name.toUpperCase(), makers.get(name)!(request, timeFormat));
  }
}
