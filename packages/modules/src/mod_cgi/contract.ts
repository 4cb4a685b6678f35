/** How programs are run to answer requests. */
export { execElement } from './exec-element.ts';
export { handleScript } from './handle-script.ts';
export type { ErrorOutput, ScriptKind } from './script-kind.ts';
export { openScriptLogs, scriptLogDirectives, scriptLogRecord } from './script-log.ts';
export { scriptTimeoutDirective, scriptTimeoutOf, scriptTimeoutRecord } from './script-timeout.ts';
