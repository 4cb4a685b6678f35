import { escapeHtml, escapePathSegment } from '@httpd-ts/kernel';
import { contentLength, type Negotiation } from './negotiation.ts';
import type { Variant } from './variant.ts';

const languagesOf = ({ languages }: Variant) =>
  languages === undefined || languages.length === 0 ? undefined : languages.join(',');

/** Sets Alternates, Vary and TCN. httpd: modules/mappers/mod_negotiation.c set_neg_headers */
export function setNegotiationHeaders(state: Negotiation, isChoice: boolean): void {
  const { request, variants } = state;
  const headers = request.errHeadersOut;
  if (state.sendsAlternates && variants.length > 0) {
    headers.merge('Alternates', variants.map((variant) => alternate(state, variant)).join(', '));
  }
  const vary = varyNames(state);
  if (vary.length > 0) headers.merge('Vary', vary.join(', '));
  if (state.isTransparent) headers.set('TCN', isChoice ? 'choice' : 'list');
}

/** Names of the headers by which the variants differ. */
function varyNames({ isTransparent, variants }: Negotiation): string[] {
  const differs = (part: (variant: Variant) => string | undefined) =>
    variants.some((variant) => (part(variant) ?? '') !== (part(variants[0]!) ?? ''));
  const names = isTransparent ? ['negotiate'] : [];
  if (differs(({ mediaType }) => mediaType)) names.push('accept');
  if (differs(languagesOf)) names.push('accept-language');
  if (differs(({ charset }) => charset)) names.push('accept-charset');
  if (differs(({ encoding }) => encoding)) names.push('accept-encoding');
  return names;
}

/** One element of Alternates (RFC 2295). */
function alternate(state: Negotiation, variant: Variant): string {
  const attributes = [
    ['type', variant.mediaType],
    ['charset', variant.charset],
    ['language', languagesOf(variant)],
    ['encoding', variant.encoding],
    ['length', variantLength(state, variant)],
  ];
  const text = attributes.map(([name, value]) => (value ? ` {${name} ${value}}` : '')).join('');
  return `{"${escapePathSegment(variant.fileName)}" ${quality(variant.sourceQuality)}${text}}`;
}

/** A file with a handler may be a script, whose output has a length of its own. */
function variantLength(state: Negotiation, variant: Variant): string | undefined {
  if (variant.found?.handlerName !== undefined) return undefined;
  const length = contentLength(state, variant);
  return length < 0 ? undefined : String(length);
}

/** Three digits, those at the end left out as far as they are zero. */
function quality(value: number): string {
  const text = value.toFixed(3).slice(0, 5);
  if (!text.endsWith('0')) return text;
  return text.endsWith('000') ? text[0]! : text.replace(/0+$/, '');
}

/** The list of variants for the pages of 300, 406 and 506. httpd: make_variant_list */
export function variantList({ variants }: Negotiation): string {
  const items = variants.map((variant) => {
    const parts = [
      ['type', variant.mediaType],
      ['language', languagesOf(variant)],
      ['charset', variant.charset],
      ['encoding', variant.encoding],
    ];
    const text = parts.map(([name, value]) => (value ? `, ${name} ${value}` : '')).join('');
    const { fileName, description } = variant;
    return `<li><a href="${escapePathSegment(fileName)}">${escapeHtml(fileName)}</a> ${description}${text}</li>\n`;
  });
  return `Available variants:\n<ul>\n${items.join('')}</ul>\n`;
}
