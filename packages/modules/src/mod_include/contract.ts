import { providerKind } from '@httpd-ts/kernel';
import type { SsiDocument } from './ssi-document.ts';

/** An attribute of an element; the name is missing where it was forgotten, the value where there is none. */
export interface SsiAttribute {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Carries an element out: it writes to the document, and what it gives goes out behind that, piece by piece.
 * httpd: include_handler_fn_t
 */
export type SsiElement = (
  document: SsiDocument,
  attributes: readonly SsiAttribute[],
) => void | Promise<void> | AsyncIterable<Uint8Array>;

/** Elements by name, in lower case. httpd: ap_register_include_handler */
export const ssiElements = providerKind<SsiElement>('ssi-element');

export { addQueryVariables } from './include-variables.ts';
export { passBody } from './pass-body.ts';
export type { SsiDocument } from './ssi-document.ts';
export { valued } from './valued.ts';
