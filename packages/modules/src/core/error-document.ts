import {
  type DirectiveContext,
  type DirectiveDeclaration,
  type ExpressionCaptures,
  isUrl,
  type RequestRecord,
  reasonPhrase,
  take2,
} from '@httpd-ts/kernel';
import { type CoreDirectoryConfig, coreDirectory } from './core-config.ts';
import { leadingInteger } from './parse-number.ts';

/** Text to show gets a `"` in front, so that it is told from a path. httpd: server/core.c set_error_document */
function asResponse(text: string): string {
  if (!text.includes(' ') && (text.startsWith('/') || isUrl(text))) return text;
  return `"${text}`;
}

function setErrorDocument(
  config: CoreDirectoryConfig,
  [code, text]: readonly [string, string],
  cmd: DirectiveContext,
): string | undefined {
  const status = leadingInteger(code);
  if (reasonPhrase(status) === undefined) return `Unsupported HTTP response code ${code}`;
  const response = asResponse(text);
  if (status === 401 && isUrl(response)) {
    const { file, line } = cmd.node;
    cmd.warn(
      `[core:notice] AH00113: ${file}:${line} cannot use a full URL in a 401 ErrorDocument directive --- ignoring!`,
      true,
    );
    return undefined;
  }
  config.errorDocuments ??= new Map();
  if (text.toLowerCase() === 'default') {
    config.errorDocuments.set(status, null);
    return undefined;
  }
  const expression = cmd.expression(response, 'string');
  if ('error' in expression) return `Cannot parse expression in ErrorDocument: ${expression.error}`;
  config.errorDocuments.set(status, expression);
  return undefined;
}

/** The ErrorDocument of a status. httpd: server/core.c ap_response_code_string */
export function customResponse(request: RequestRecord, status: number): string | undefined {
  const expression = coreDirectory.of(request).errorDocuments?.get(status);
  if (expression === undefined || expression === null) return undefined;
  const captures: ExpressionCaptures = { match: undefined };
  const response = expression.text(request, captures);
  if (response === undefined) {
    request.log(
      'core',
      'error',
      `AH02841: core: ErrorDocument: can't evaluate require expression: ${captures.error}`,
    );
  }
  return response;
}

export const errorDocumentDirectives = {
  ErrorDocument: coreDirectory.directive({
    args: take2,
    context: 'anywhere',
    override: 'FileInfo',
    usage: 'Change responses for HTTP errors',
    set: setErrorDocument,
  }),
} satisfies Record<string, DirectiveDeclaration>;
