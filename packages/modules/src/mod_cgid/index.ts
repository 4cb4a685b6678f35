import { defineModule, handler, NOT_IN, openLogs, perDirectory, perServer, take1 } from '@httpd-ts/kernel';
import {
  execElement,
  handleScript,
  openScriptLogs,
  type ScriptKind,
  scriptLogDirectives,
  scriptLogRecord,
  scriptTimeoutDirective,
  scriptTimeoutOf,
  scriptTimeoutRecord,
} from '../mod_cgi/contract.ts';
import { ssiElements } from '../mod_include/contract.ts';
import { summaries } from './summaries.ts';

const logConfig = perServer(scriptLogRecord);
const timeoutConfig = perDirectory(scriptTimeoutRecord);

/** httpd's daemon runs the scripts: they write to the error log themselves, and it knows nothing of the client. */
const kind: ScriptKind = {
  module: 'cgid',
  numbers: {
    execOff: 'AH01262',
    includedNph: 'AH01263',
    notFound: 'AH01264',
    directory: 'AH01265',
    pathInfo: 'AH01266',
    bodyFailed: 'AH01270',
  },
  timeoutMs: (request) => scriptTimeoutOf(timeoutConfig, request),
  scriptLog: (request) => logConfig.of(request),
  logStartFailure({ server, filename }, error) {
    server.errorLogger.write({
      module: 'cgid',
      level: 'error',
      message: `AH01241: exec of '${filename}' failed`,
      error,
      server,
    });
  },
  errorOutput: ({ server }) => ({ take: (text) => server.errorLogger.writeText(text), end: () => {} }),
  logTimeout: () => {},
  waitsForErrors: false,
};

/** Programs that answer requests (CGI), as servers with threads run them. */
export const modCgid = defineModule({
  name: 'mod_cgid',
  identifier: 'cgid_module',
  httpd: 'modules/generators/mod_cgid.c',
  summaries,
  directives: {
    ...scriptLogDirectives(logConfig),
    CGIDScriptTimeout: scriptTimeoutDirective(timeoutConfig, 'CGIDScriptTimeout'),
    ScriptSock: logConfig.directive({
      args: take1,
      context: 'server',
      usage: 'the name of the socket to use for communication with the cgi daemon.',
      notIn: NOT_IN.virtualHost,
      // Scripts are started without a daemon, so there is no socket.
      set: () => undefined,
    }),
  },
  hooks: [
    openLogs((compilation) => openScriptLogs(logConfig, compilation)),
    handler((request) => handleScript(request, kind)),
  ],
  providers: [ssiElements.provide('exec', execElement(kind))],
});
