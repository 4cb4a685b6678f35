export { type AddressPort, readAddressPort } from './address-port.ts';
export { trimBlanks, trimEndBlanks, trimStartBlanks } from './blanks.ts';
export { BodyDecoder, type BodyFraming, type BodyState } from './body-decoder.ts';
export { type ByteView, latin1Text } from './byte-view.ts';
export { hasToken, isChunked, parseStrictLength } from './framing.ts';
export { defaultHeadOptions, type HeadOptions, type LogLine, registeredMethods } from './head-options.ts';
export { HeaderTable, type HeaderVisitor, type LineSpans } from './header-table.ts';
export { type RequestHead, type RequestHeadError, RequestHeadReader } from './request-head.ts';
export {
  defaultResponseHeadOptions,
  type ResponseHead,
  type ResponseHeadError,
  type ResponseHeadOptions,
  ResponseHeadReader,
} from './response-head.ts';
export { parseTarget, portNumber, readUri, type Uri } from './uri.ts';
export {
  areFit,
  checkResponseHeaders,
  chunkEnd,
  formatChunkSize,
  formatLastChunk,
  formatRequestHead,
  formatResponseHead,
} from './write-head.ts';
