import type { AcceptRecord } from './accept.ts';
import type { Negotiation } from './negotiation.ts';
import { isHtmlType, type Variant } from './variant.ts';

/** Sets how well a type suits Accept. httpd: modules/mappers/mod_negotiation.c set_accept_quality */
export function setTypeQuality(state: Negotiation, variant: Variant): void {
  let quality = 0;
  let isDefinite = true;
  const fiddles = !state.keepsHeaders && !state.acceptHasQuality;
  for (const accepted of state.accept ?? []) {
    const before = variant.stars;
    if (!matchesType(accepted, variant) || variant.stars === before) continue;
    quality = fiddles && variant.stars < 3 ? variant.stars / 100 : accepted.quality;
    isDefinite = variant.stars === 3;
  }
  variant.typeQuality = quality;
  variant.isDefinite &&= isDefinite;
}

/** httpd: mime_match */
function matchesType({ name, level }: AcceptRecord, variant: Variant): boolean {
  if (name === '*' || name === '*/*') {
    variant.stars = Math.max(variant.stars, 1);
    return true;
  }
  if (name.endsWith('/*') && variant.mediaType.startsWith(name.slice(0, -1))) {
    variant.stars = Math.max(variant.stars, 2);
    return true;
  }
  const isSame = name === variant.mediaType || (name === 'text/html' && isHtmlType(variant.mediaType));
  if (!isSame || level < variant.level) return false;
  variant.levelMatched = variant.level;
  variant.stars = 3;
  return true;
}

/** httpd: set_charset_quality */
export function setCharsetQuality(state: Negotiation, variant: Variant): void {
  let { charset } = variant;
  const { acceptCharset } = state;
  if (acceptCharset === undefined) {
    if (charset !== '') variant.isDefinite = false;
    return;
  }
  if (charset === '') {
    const isText = variant.mediaType.startsWith('text/') || isHtmlType(variant.mediaType);
    if (!isText || state.keepsHeaders) return;
    charset = 'iso-8859-1';
  }
  const exact = acceptCharset.find(({ name }) => name === charset);
  const star = acceptCharset.findLast(({ name }) => name === '*');
  if (exact === undefined && star !== undefined) variant.isDefinite = false;
  variant.charsetQuality = (exact ?? star)?.quality ?? (charset === 'iso-8859-1' ? 1 : 0);
}

/** Whether an encoding is none. */
export const isIdentity = (encoding: string | undefined): boolean =>
  encoding === undefined ||
  encoding === '' ||
  encoding === '7bit' ||
  encoding === '8bit' ||
  encoding === 'binary';

const withoutX = (name: string) => (name.startsWith('x-') ? name.slice(2) : name);

/** httpd: set_encoding_quality */
export function setEncodingQuality({ acceptEncoding }: Negotiation, variant: Variant): void {
  const isPlain = isIdentity(variant.encoding);
  if (acceptEncoding === undefined) {
    variant.encodingQuality = isPlain ? 1 : 0.5;
    return;
  }
  const encoding = isPlain ? 'identity' : withoutX(variant.encoding!);
  const exact = acceptEncoding.find(({ name }) => withoutX(name) === encoding);
  const star = acceptEncoding.findLast(({ name }) => name === '*');
  variant.encodingQuality = (exact ?? star)?.quality ?? (isPlain ? 0.0001 : 0);
}

/** Variants without language lose against those with one. httpd: set_default_lang_quality */
export function setDefaultLanguageQuality(state: Negotiation): void {
  const someHave = state.variants.some(({ languages }) => languages !== undefined && languages.length > 0);
  state.defaultLanguageQuality = someHave && !state.keepsHeaders ? 0.0001 : 1;
}

/** httpd: set_language_quality */
export function setLanguageQuality(state: Negotiation, variant: Variant): void {
  const { languages } = variant;
  if (languages === undefined || languages.length === 0) {
    if (!state.keepsHeaders) variant.languageQuality = state.defaultLanguageQuality;
    return;
  }
  if (state.acceptLanguage === undefined) variant.isDefinite = false;
  else matchLanguages(state.acceptLanguage, languages, state.keepsHeaders, variant);
  forceLanguage(state, languages, variant);
}

function matchLanguages(
  accepted: readonly AcceptRecord[],
  languages: readonly string[],
  keepsHeaders: boolean,
  variant: Variant,
): void {
  const star = accepted.find(({ name }) => name === '*');
  let best: AcceptRecord | undefined;
  let fiddled = 0;
  let matchedStar = false;
  for (const language of languages) {
    const { longest, prefixed } = longestMatch(accepted, language);
    if (prefixed && !keepsHeaders) fiddled = 0.001;
    if (best === undefined || (longest !== undefined && longest.quality > best.quality)) best = longest;
    if (longest === undefined && star !== undefined) matchedStar = true;
  }
  if (matchedStar && star !== undefined && (best === undefined || star.quality > best.quality)) {
    best = star;
    variant.isDefinite = false;
  }
  variant.languageQuality = best?.quality ?? fiddled;
}

/**
 * The longest range that covers a language, and whether a range before any such was more specific than the language:
 * `en-US` takes `en` and `en-GB` at a pinch.
 */
function longestMatch(accepted: readonly AcceptRecord[], language: string) {
  let longest: AcceptRecord | undefined;
  let prefixed = false;
  for (const range of accepted) {
    const { name } = range;
    if (name === '*') continue;
    const covers =
      language.startsWith(name) && (language.length === name.length || language[name.length] === '-');
    if (covers && name.length > (longest?.name.length ?? 0)) longest = range;
    const dash = name.indexOf('-');
    if (longest === undefined && dash >= 0 && language.startsWith(name.slice(0, dash))) prefixed = true;
  }
  return { longest, prefixed };
}

/** LanguagePriority decides between equals, or where nothing is acceptable. */
function forceLanguage({ config }: Negotiation, languages: readonly string[], variant: Variant): void {
  const force = config.force ?? { prefer: true, fallback: false };
  if (force === 'none') return;
  const isUnacceptable = variant.languageQuality === 0;
  if (!(force.prefer && variant.languageIndex < 0) && !(force.fallback && isUnacceptable)) return;
  const indexes = languages.map((language) => priorityOf(language, config.languagePriority ?? []));
  const best = indexes.filter((index) => index >= 0).sort((a, b) => a - b)[0];
  if (best === undefined) return;
  if (!isUnacceptable) {
    if (force.prefer) variant.languageIndex = best;
  } else if (force.fallback) {
    variant.languageIndex = best;
    variant.languageQuality = 0.0001;
    variant.isDefinite = false;
  }
}

/** httpd: find_lang_index */
function priorityOf(language: string, priority: readonly string[]): number {
  return priority.findIndex((name) => language.toLowerCase().startsWith(name.toLowerCase()));
}
