const isDigit = (char: string | undefined) => char !== undefined && char >= '0' && char <= '9';
const isSpace = (char: string | undefined) => char !== undefined && /[\t-\r ]/.test(char);

/** The longer run of digits is greater; of equal runs the first difference counts. httpd: apr_strnatcmp.c compare_right */
function compareNumbers(a: string, b: string): number {
  let bias = 0;
  for (let i = 0; ; i++) {
    const [inA, inB] = [isDigit(a[i]), isDigit(b[i])];
    if (!inA || !inB) return inA === inB ? bias : inA ? 1 : -1;
    if (bias === 0 && a[i] !== b[i]) bias = a[i]! < b[i]! ? -1 : 1;
  }
}

/** Digits as behind a decimal point. httpd: apr_strnatcmp.c compare_left */
function compareFractions(a: string, b: string): number {
  for (let i = 0; ; i++) {
    const [inA, inB] = [isDigit(a[i]), isDigit(b[i])];
    if (!inA || !inB) return inA === inB ? 0 : inA ? 1 : -1;
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
}

/** Compares texts so that numbers within them are in order. httpd: apr_strnatcmp, apr_strnatcasecmp */
export function compareNatural(a: string, b: string, ignoreCase: boolean): number {
  const [left, right] = ignoreCase ? [a.toUpperCase(), b.toUpperCase()] : [a, b];
  for (let i = 0, j = 0; ; i++, j++) {
    while (isSpace(left[i])) i++;
    while (isSpace(right[j])) j++;
    if (isDigit(left[i]) && isDigit(right[j])) {
      const compare = left[i] === '0' || right[j] === '0' ? compareFractions : compareNumbers;
      const result = compare(left.slice(i), right.slice(j));
      if (result !== 0) return result;
    }
    if (i >= left.length && j >= right.length) return 0;
    const [x, y] = [left[i] ?? '', right[j] ?? ''];
    if (x !== y) return x < y ? -1 : 1;
  }
}
