import { contentLength, type Negotiation } from './negotiation.ts';
import {
  isIdentity,
  setCharsetQuality,
  setDefaultLanguageQuality,
  setEncodingQuality,
  setLanguageQuality,
  setTypeQuality,
} from './qualities.ts';
import type { Variant } from './variant.ts';

/** The variant to send, if one is good enough; `isChoice` false asks for a list of variants instead. */
export interface Selection {
  readonly best: Variant | undefined;
  readonly isChoice: boolean;
}

/** httpd: modules/mappers/mod_negotiation.c best_match */
export function selectVariant(state: Negotiation): Selection {
  const { request } = state;
  const preferred = request.env('prefer-language');
  setDefaultLanguageQuality(state);
  if (preferred !== undefined) {
    const selection = selectAmong(state, preferred);
    if (selection.isChoice && selection.best !== undefined) return selection;
  }
  return selectAmong(state, undefined);
}

function selectAmong(state: Negotiation, preferred: string | undefined): Selection {
  let best: Variant | undefined;
  let bestQuality = 0;
  for (const variant of state.variants) {
    if (isDiscarded(state, variant)) continue;
    if (preferred !== undefined && !variant.languages?.includes(preferred)) continue;
    setTypeQuality(state, variant);
    if (preferred === undefined) setLanguageQuality(state, variant);
    else Object.assign(variant, { languageQuality: 1, isDefinite: true });
    setEncodingQuality(state, variant);
    setCharsetQuality(state, variant);
    if (!state.mayChoose) continue;
    const quality = state.usesRvsa ? rvsaQuality(variant) : variant.typeQuality * variant.sourceQuality;
    const isBetter = state.usesRvsa
      ? isBetterByRvsa(variant, best, quality, bestQuality)
      : isAcceptable(variant) && isBetterByServer(state, variant, best, quality, bestQuality);
    if (!isBetter) continue;
    best = variant;
    bestQuality = quality;
  }
  const isSure = !state.usesRvsa || best?.isDefinite === true;
  return { best, isChoice: isSure && bestQuality > 0 };
}

/** Variables that mod_deflate knows also keep encoded variants back. httpd: discard_variant_by_env */
function isDiscarded({ request }: Negotiation, { encoding, mediaType }: Variant): boolean {
  if (isIdentity(encoding) || encoding === 'identity') return false;
  if (request.env('no-gzip') !== undefined) return true;
  return request.env('gzip-only-text/html') === '1' && !mediaType.startsWith('text/html');
}

const rvsaQuality = ({ typeQuality, sourceQuality, charsetQuality, languageQuality }: Variant) =>
  typeQuality * sourceQuality * charsetQuality * languageQuality;

/** RFC 2296. httpd: is_variant_better_rvsa */
function isBetterByRvsa(
  variant: Variant,
  best: Variant | undefined,
  quality: number,
  bestQuality: number,
): boolean {
  if (variant.encodingQuality === 0 || quality <= 0) return false;
  if (quality !== bestQuality) return quality > bestQuality;
  return variant.encodingQuality > (best?.encodingQuality ?? 0);
}

const isAcceptable = (variant: Variant) =>
  variant.encodingQuality !== 0 &&
  variant.languageQuality !== 0 &&
  variant.sourceQuality !== 0 &&
  variant.charsetQuality !== 0 &&
  variant.typeQuality !== 0;

/** httpd's own order of things: type, language, level, charset, encoding, length. httpd: is_variant_better */
function isBetterByServer(
  state: Negotiation,
  variant: Variant,
  best: Variant | undefined,
  quality: number,
  bestQuality: number,
): boolean {
  if (quality === 0 || quality < bestQuality) return false;
  if (quality > bestQuality || best === undefined) return true;
  const difference =
    variant.languageQuality - best.languageQuality ||
    comparePriority(variant.languageIndex, best.languageIndex) ||
    compareLevels(variant, best) ||
    compareCharsets(variant, best) ||
    variant.encodingQuality - best.encodingQuality;
  if (difference !== 0) return difference > 0;
  return contentLength(state, variant) < contentLength(state, best);
}

/** The one that comes earlier in LanguagePriority is better. */
function comparePriority(index: number, other: number): number {
  if (index === other) return 0;
  if (index === -1 || other === -1) return index === -1 ? -1 : 1;
  return other - index;
}

/** httpd: level_cmp */
function compareLevels(variant: Variant, best: Variant): number {
  if (variant.isHtml && !best.isHtml) return 0;
  if (!variant.isHtml && variant.mediaType !== best.mediaType) return 0;
  return variant.levelMatched - best.levelMatched || best.level - variant.level;
}

/** Of equals, a charset that is told wins over the usual one. */
function compareCharsets(variant: Variant, best: Variant): number {
  if (variant.charsetQuality !== best.charsetQuality) return variant.charsetQuality - best.charsetQuality;
  const isTold = ({ charset }: Variant) => charset !== '' && charset !== 'iso-8859-1';
  return isTold(variant) && !isTold(best) ? 1 : 0;
}
