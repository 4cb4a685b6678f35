import {
  escapeHtml,
  escapeUri,
  isRedirect,
  lookupUri,
  type RequestRecord,
  runSubrequest,
} from '@httpd-ts/kernel';
import { escapeShellCommand } from '../escape-shell-command.ts';
import { addQueryVariables, passBody, type SsiElement, valued } from '../mod_include/contract.ts';
import { commandOutput } from './command-output.ts';
import { scriptEnvironment } from './script-environment.ts';
import type { ScriptKind } from './script-kind.ts';

/** `<!--#exec cmd|cgi="…" -->` httpd: modules/generators/cgi_common.h handle_exec */
export function execElement(kind: ScriptKind): SsiElement {
  return async function* exec(document, attributes) {
    const { isPrinting, request } = document;
    const complain = (message: string, level: 'error' | 'warn' = 'error') =>
      request.log(kind.module, level, `${message} in ${request.filename}`);
    if (attributes.length === 0)
      complain('AH03195: missing argument for exec element', isPrinting ? 'error' : 'warn');
    if (!isPrinting) return;
    if (attributes.length === 0 || !document.mayExecute) {
      if (attributes.length > 0) complain('AH01228: exec used but not allowed');
      document.fail();
      return;
    }
    for (const { name, value } of valued(attributes)) {
      if (name === 'cmd') {
        yield* passBody(document, await runCommand(request, document.expand(value, 'kept'), kind));
        continue;
      }
      const found = name === 'cgi' ? await lookupScript(request, document.expand(value)) : undefined;
      if (found === undefined) {
        complain(
          name === 'cgi'
            ? `AH01230: invalid CGI ref "${value}"`
            : `AH01231: unknown parameter "${name}" to tag exec`,
        );
        document.fail();
        return;
      }
      const { status, body } = await runSubrequest(found);
      const location = isRedirect(status) ? found.headersOut.get('Location') : undefined;
      if (location !== undefined) {
        const shown = escapeHtml(location);
        document.write(`<a href="${shown}">${shown}</a>`);
      }
      yield* passBody(document, body);
    }
  };
}

/** What a shell makes of a command in the place of the document. httpd: include_cmd */
async function runCommand(request: RequestRecord, command: string, kind: ScriptKind) {
  const { filename = '', pathInfo, subprocessEnv, server } = request;
  if (pathInfo !== '') {
    subprocessEnv.set('PATH_INFO', escapeShellCommand(pathInfo));
    const found = await lookupUri(escapeUri(pathInfo), request);
    if (found.filename !== undefined) subprocessEnv.set('PATH_TRANSLATED', found.filename + found.pathInfo);
  }
  addQueryVariables(request);
  const script = server.plan.world.scripts.run({
    path: '/bin/sh',
    args: ['-c', command],
    environment: scriptEnvironment(request),
    directory: filename.slice(0, filename.lastIndexOf('/') + 1),
  });
  return commandOutput(request, script, kind);
}

/** The script itself, without anything behind its name; it is asked what the document was asked. httpd: include_cgi */
async function lookupScript(request: RequestRecord, uri: string): Promise<RequestRecord | undefined> {
  const found = await lookupUri(uri, request);
  const isScript = found.pathInfo === '' && found.args === undefined && found.finfo?.type === 'file';
  if (found.status !== 200 || !isScript) return undefined;
  found.pathInfo = request.pathInfo;
  found.args = request.args;
  found.contentType = 'application/x-httpd-cgi';
  return found;
}
