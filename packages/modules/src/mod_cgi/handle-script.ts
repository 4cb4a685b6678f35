import {
  DECLINED,
  effectiveOptions,
  type HookResult,
  type HookStatus,
  OPTIONS,
  type RequestRecord,
  walkConfig,
} from '@httpd-ts/kernel';
import { addScriptVariables } from '../core/contract.ts';
import { queryWords } from './query-words.ts';
import { scriptEnvironment } from './script-environment.ts';
import { ScriptExchange } from './script-exchange.ts';
import type { ScriptKind } from './script-kind.ts';
import { logComplaint } from './script-log.ts';

const handlerNames = new Set(['cgi-script', 'application/x-httpd-cgi']);

/** Runs the file of a request as a program. httpd: modules/generators/mod_cgi.c cgi_handler, mod_cgid.c cgid_handler */
export function handleScript(request: RequestRecord, kind: ScriptKind): HookResult {
  if (!handlerNames.has(request.handlerName ?? request.contentType ?? '')) return DECLINED;
  return checkScript(request, kind) ?? runScript(request, kind);
}

function checkScript(request: RequestRecord, kind: ScriptKind): HookStatus | undefined {
  const { numbers } = kind;
  const { finfo, pathInfo, usedPathInfo } = request;
  const refuse = (status: HookStatus, number: string, reason: string) => {
    request.log(kind.module, 'error', `${number}: stderr from ${request.filename}: ${reason}`);
    logComplaint(kind.scriptLog(request), request, status, reason);
    return status;
  };
  const mayRun = (effectiveOptions(walkConfig.of(request)) & OPTIONS.execCgi) !== 0;
  const isScriptAliased = request.note('alias-forced-type')?.toLowerCase() === 'cgi-script';
  if (!mayRun && !isScriptAliased)
    return refuse(403, numbers.execOff, 'Options ExecCGI is off in this directory');
  if (isNph(request) && request.protocol === 'INCLUDED')
    return refuse(403, numbers.includedNph, 'attempt to include NPH CGI script');
  if (finfo === undefined) return refuse(404, numbers.notFound, 'script not found or unable to stat');
  if (finfo.type === 'directory')
    return refuse(403, numbers.directory, 'attempt to invoke directory as script');
  if (usedPathInfo === 'reject' && pathInfo !== '')
    return refuse(404, numbers.pathInfo, "AcceptPathInfo off disallows user's path");
  return undefined;
}

/** A script that writes status line and head itself. */
const isNph = ({ filename = '' }: RequestRecord) =>
  filename.startsWith('nph-', filename.lastIndexOf('/') + 1);

async function runScript(request: RequestRecord, kind: ScriptKind): Promise<HookStatus> {
  const { filename = '' } = request;
  await addScriptVariables(request, filename);
  const script = request.server.plan.world.scripts.run({
    path: filename,
    args: queryWords(request.args),
    environment: scriptEnvironment(request),
    directory: filename.slice(0, filename.lastIndexOf('/') + 1),
  });
  return new ScriptExchange(request, script, kind).answer(isNph(request));
}
