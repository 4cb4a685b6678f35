/** What other modules may ask of the core. */
export { allowHeader } from './allow-header.ts';
export { acceptSizedBody, requestBodyLimitOf } from './body-limit.ts';
export { constructUrl, schemeOf, serverNameOf, serverPortOf } from './canonical-name.ts';
export { clientHost, connectionHost, lookUpClientHost } from './client-host.ts';
export { meetsConditions, setLastModified } from './conditions.ts';
export { discardRequestBody } from './default-handler.ts';
export {
  answerWithoutFile,
  belowDocumentRoot,
  documentRootOf,
  setContext,
  setDocumentRoot,
  translateToDocumentRoot,
} from './document-root.ts';
export { etagOf, setEtag, validatorsOf, variantListValidator, withVariantList } from './etag.ts';
export { hostnameLookupsOf } from './hostname-lookups.ts';
export { isRegisteredMethod } from './limit.ts';
export { allowMethods, isKnownMethod, knownMethods } from './methods.ts';
export {
  checkThreadedMpm,
  chooseMpm,
  type MpmMessages,
  mpmNumber,
  mpmNumbers,
  programName,
  spareWorkers,
  threadDirectives,
} from './mpm-common.ts';
export {
  clampedLong,
  leadingInteger,
  leadingLong,
  leadingOffset,
  parseTimeout,
  wholeInteger,
} from './parse-number.ts';
export { readArguments, sectionArgument, unclosedSection } from './reading.ts';
export { addScriptVariables } from './script-environment.ts';
export { takeScriptHeaders } from './script-headers.ts';
export { addServerComponent, adminOf, httpdVersion, signature } from './server-identity.ts';
export { traceModeOf, traceRequest } from './trace.ts';
export { canonicalAddress, isNumeric } from './virtual-host.ts';
