import {
  checkConfig,
  defineModule,
  fixups,
  handler,
  headerParser,
  insertErrorFilter,
  insertFilter,
  mapToStorage,
  OK,
  openLogs,
  postReadRequest,
  preConfig,
  translateName,
  typeChecker,
} from '@httpd-ts/kernel';
import { limitRequestBody } from './body-limit.ts';
import { byteRangeProviders, insertByteRanges, rangeDirectives } from './byte-ranges.ts';
import { lookUpLocalName, usesLocalName } from './canonical-name.ts';
import { limitDirectivesOfServers } from './connection-limits.ts';
import {
  contentDirectives,
  insertNamedFilters,
  overridesType,
  overrideType,
  setsFilters,
} from './content.ts';
import { defaultHandler } from './default-handler.ts';
import { documentRootDirectives, mapToFiles, translateToDocumentRoot } from './document-root.ts';
import { errorDocumentDirectives } from './error-document.ts';
import { checkErrorLogs, errorLogDirectives, openErrorLogs } from './error-log.ts';
import { etagDirectives } from './etag.ts';
import { expressionVariableProviders } from './expression-variables.ts';
import { limitDirectives } from './limit.ts';
import { listenDirectives } from './listen.ts';
import { mpmDirectives } from './mpm-common.ts';
import { optionDirectives } from './options.ts';
import { policyProviders } from './policy.ts';
import { processDirectives } from './process.ts';
import { readingDirectives } from './reading.ts';
import { sectionDirectives } from './sections.ts';
import { identityDirectives, setServerBanner } from './server-identity.ts';
import { serverNameDirectives } from './server-names.ts';
import { checkHost, checksHost, completeServerNames, requireListener, requireMpm } from './server-start.ts';
import { summaries } from './summaries.ts';
import { traceDirectives } from './trace.ts';
import { virtualHostDirectives } from './virtual-host.ts';

/** What is always there: servers, sections, files, errors, limits and the error log. */
export const core = defineModule({
  name: 'core',
  identifier: 'core_module',
  httpd: 'server/core.c',
  isStatic: true,
  summaries,
  directives: {
    ...readingDirectives,
    ...virtualHostDirectives,
    ...serverNameDirectives,
    ...identityDirectives,
    ...sectionDirectives,
    ...limitDirectives,
    ...optionDirectives,
    ...documentRootDirectives,
    ...contentDirectives,
    ...etagDirectives,
    ...rangeDirectives,
    ...errorDocumentDirectives,
    ...errorLogDirectives,
    ...limitDirectivesOfServers,
    ...traceDirectives,
    ...listenDirectives,
    ...mpmDirectives,
    ...processDirectives,
  },
  hooks: [
    preConfig(requireMpm, { order: 'really-last' }),
    checkConfig((compilation) => {
      completeServerNames(compilation);
      setServerBanner(compilation);
      checkErrorLogs(compilation);
    }),
    openLogs(openErrorLogs, { order: 'really-first' }),
    openLogs(requireListener),
    postReadRequest(checkHost, { order: 'really-first', when: checksHost }),
    ...[postReadRequest, translateName, headerParser].map((hook) =>
      hook(lookUpLocalName, { order: 'really-first', when: usesLocalName }),
    ),
    translateName(translateToDocumentRoot, { order: 'really-last' }),
    mapToStorage(mapToFiles, { order: 'really-last' }),
    typeChecker(() => OK, { order: 'really-last' }),
    fixups(limitRequestBody, { order: 'really-last' }),
    fixups(overrideType, { order: 'really-first', when: overridesType }),
    insertFilter(insertNamedFilters, { order: 'really-first', when: setsFilters }),
    insertFilter(insertByteRanges, { order: 'really-last' }),
    insertErrorFilter(insertByteRanges, { order: 'really-last' }),
    handler(defaultHandler, { order: 'really-last' }),
  ],
  providers: [...policyProviders, ...byteRangeProviders, ...expressionVariableProviders],
});
