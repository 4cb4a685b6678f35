import { type OutputFilter, providerKind } from '@httpd-ts/kernel';

export { brokenMark, converterFromUtf8, toUtf8 } from './convert.ts';
export { PieceConverter, usualRoom } from './convert-pieces.ts';
export { LostEnd } from './lost-end.ts';
export { complainOfBytes, sniffedCharset } from './xml2enc-filter.ts';

/** Finds out the charset of a page before mod_proxy_html reads it; registered as `default`. httpd: ENCIO_INPUT_CHECKS */
export const sniffingXml2enc = providerKind<OutputFilter>('xml2enc');
