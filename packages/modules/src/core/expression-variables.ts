import { expressionVariables } from '@httpd-ts/kernel';
import { schemeOf, serverNameOf, serverPortOf } from './canonical-name.ts';
import { documentRootOf } from './document-root.ts';
import { adminOf } from './server-identity.ts';

/** Variables of expressions that depend on the core's directives. httpd: server/util_expr_eval.c request_var_fn */
export const expressionVariableProviders = [
  expressionVariables.provide('CONN_LOG_ID', ({ connection }) => connection.logId),
  expressionVariables.provide('REQUEST_SCHEME', schemeOf),
  expressionVariables.provide('SERVER_ADMIN', adminOf),
  expressionVariables.provide('SERVER_NAME', serverNameOf),
  expressionVariables.provide('SERVER_PORT', (request) => String(serverPortOf(request))),
  expressionVariables.provide('DOCUMENT_ROOT', documentRootOf),
  expressionVariables.provide(
    'CONTEXT_DOCUMENT_ROOT',
    (request) => request.note('context-document-root') ?? documentRootOf(request),
  ),
];
