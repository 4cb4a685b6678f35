/** A text of which one must stand in a subject for the pattern at `place` to match. */
export interface RequiredTexts {
  readonly texts: readonly string[];
  readonly place: number;
}

/** Finds which of many texts stand in a subject, at the cost of the subject's length. */
export interface TextSearch {
  /** Places of those of which a text is found, each once. */
  find(subject: string): readonly number[];
}

/** Four bytes are one 32-bit number; shorter texts are looked for one by one. */
const gramLength = 4;

/** Bits of a table in which few of the others' grams meet those that are known. */
function filterBitsFor(grams: number): number {
  return Math.min(16, Math.max(8, 36 - Math.clz32(grams)));
}

/** A search over texts of bytes, each known by the four characters of it that the fewest others have. */
export function textSearch(required: readonly RequiredTexts[]): TextSearch {
  const usual = countGrams(required);
  const byGram = new Map<number, RequiredTexts[]>();
  const short: RequiredTexts[] = [];
  for (const entry of required) {
    if (entry.texts.some((text) => text.length < gramLength)) short.push(entry);
    else for (const text of entry.texts) push(byGram, rarestGram(text, usual), entry);
  }
  // Most grams of a subject are known to nobody; one look into a table of bytes tells.
  const bits = filterBitsFor(byGram.size);
  const hashOf = (gram: number) => Math.imul(gram, 0x9e3779b1) >>> (32 - bits);
  const filter = new Uint8Array(1 << bits);
  for (const gram of byGram.keys()) filter[hashOf(gram)] = 1;
  return {
    find(subject) {
      const found = new Set<number>();
      for (const entry of short) addIfThere(found, entry, subject);
      let gram = 0;
      for (let at = 0; at < subject.length; at++) {
        gram = (gram << 8) | subject.charCodeAt(at);
        if (filter[hashOf(gram)] === 0 || at < gramLength - 1) continue;
        for (const entry of byGram.get(gram) ?? []) addIfThere(found, entry, subject);
      }
      return [...found];
    },
  };
}

function addIfThere(found: Set<number>, { texts, place }: RequiredTexts, subject: string): void {
  if (!found.has(place) && texts.some((text) => subject.includes(text))) found.add(place);
}

function gramsOf(text: string): number[] {
  const grams: number[] = [];
  let gram = 0;
  for (let at = 0; at < text.length; at++) {
    gram = (gram << 8) | text.charCodeAt(at);
    if (at >= gramLength - 1) grams.push(gram);
  }
  return grams;
}

function countGrams(required: readonly RequiredTexts[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { texts } of required)
    for (const text of texts) for (const gram of gramsOf(text)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

function rarestGram(text: string, counts: ReadonlyMap<number, number>): number {
  return gramsOf(text).reduce((rarest, gram) => (counts.get(gram)! < counts.get(rarest)! ? gram : rarest));
}

function push(map: Map<number, RequiredTexts[]>, gram: number, entry: RequiredTexts): void {
  const entries = map.get(gram);
  if (entries === undefined) map.set(gram, [entry]);
  else entries.push(entry);
}
