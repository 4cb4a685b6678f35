import {
  defineModule,
  handler,
  openLogs,
  perDirectory,
  perServer,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { ssiElements } from '../mod_include/contract.ts';
import { execElement } from './exec-element.ts';
import { handleScript } from './handle-script.ts';
import type { ErrorOutput, ScriptKind } from './script-kind.ts';
import { logComplaint, openScriptLogs, scriptLogDirectives, scriptLogRecord } from './script-log.ts';
import { scriptTimeoutDirective, scriptTimeoutOf, scriptTimeoutRecord } from './script-timeout.ts';
import { summaries } from './summaries.ts';

const logConfig = perServer(scriptLogRecord);
const timeoutConfig = perDirectory(scriptTimeoutRecord);

/** httpd: include/httpd.h HUGE_STRING_LEN */
const longestLine = 8191;

/** Each line of standard error becomes a line of the error log. httpd: log_script_err */
function errorLines(request: RequestRecord): ErrorOutput {
  let rest = '';
  const write = (line: string) => complain(request, line);
  return {
    take(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) write(line.replace(/\r$/, ''));
      for (; rest.length >= longestLine; rest = rest.slice(longestLine)) write(rest.slice(0, longestLine));
    },
    end() {
      if (rest !== '') write(rest);
      rest = '';
    },
  };
}

function complain(request: RequestRecord, text: string): void {
  request.log('cgi', 'error', `AH01215: stderr from ${request.filename}: ${text}`);
  logComplaint(logConfig.of(request), request, request.status, text);
}

const kind: ScriptKind = {
  module: 'cgi',
  numbers: {
    execOff: 'AH02809',
    includedNph: 'AH02810',
    notFound: 'AH02811',
    directory: 'AH02812',
    pathInfo: 'AH02813',
    bodyFailed: 'AH01225',
  },
  timeoutMs: (request) => scriptTimeoutOf(timeoutConfig, request),
  scriptLog: (request) => logConfig.of(request),
  logStartFailure: (request, error) => complain(request, `${error}: exec of '${request.filename}' failed`),
  errorOutput: errorLines,
  logTimeout: (request) =>
    request.log('cgi', 'warn', `AH01220: Timeout waiting for output from CGI script ${request.filename}`),
  waitsForErrors: true,
};

/** Programs that answer requests (CGI). */
export const modCgi = defineModule({
  name: 'mod_cgi',
  identifier: 'cgi_module',
  httpd: 'modules/generators/mod_cgi.c',
  summaries,
  directives: {
    ...scriptLogDirectives(logConfig),
    CGIScriptTimeout: scriptTimeoutDirective(timeoutConfig, 'CGIScriptTimeout'),
  },
  hooks: [
    openLogs((compilation) => openScriptLogs(logConfig, compilation)),
    handler((request) => handleScript(request, kind)),
  ],
  providers: [ssiElements.provide('exec', execElement(kind))],
});
