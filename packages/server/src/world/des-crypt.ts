// The tables are those of FIPS 46-3; bits are numbered from 1, most significant first, as they are there.

const initialPermutation = [
  58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40,
  32, 24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5,
  63, 55, 47, 39, 31, 23, 15, 7,
];

const expansion = [
  32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17, 16, 17, 18, 19, 20, 21,
  20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
];

const permutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];

const keyChoice1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];

const keyChoice2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

const keyShifts = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

/** Each box: four rows of sixteen hexadecimal digits. */
const substitutions = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Bits = readonly number[];

const choose = (bits: Bits, table: readonly number[]): number[] =>
  table.map((position) => bits[position - 1]!);

const inversePermutation = initialPermutation.map((_, i) => initialPermutation.indexOf(i + 1) + 1);

/** The traditional crypt(3): DES of zeroes, 25 times, with an expansion that two characters of salt disturb. */
export function desCrypt(key: Uint8Array, setting: string): string | undefined {
  if (setting.length < 2) return undefined;
  const salt = alphabet.indexOf(setting[0]!) | (alphabet.indexOf(setting[1]!) << 6);
  if (salt < 0) return undefined;
  const subkeys = keySchedule(key);
  const table = saltedExpansion(salt);
  let block: Bits = Array<number>(64).fill(0);
  for (let time = 0; time < 25; time++) block = encrypt(block, subkeys, table);
  return setting.slice(0, 2) + encode(block);
}

function keySchedule(key: Uint8Array): Bits[] {
  const bits = Array.from({ length: 64 }, (_, i) =>
    i % 8 === 7 ? 0 : ((key[i >> 3] ?? 0) >> (6 - (i % 8))) & 1,
  );
  let halves = choose(bits, keyChoice1);
  return keyShifts.map((shift) => {
    const left = halves.slice(0, 28);
    const right = halves.slice(28);
    halves = [...left.slice(shift), ...left.slice(0, shift), ...right.slice(shift), ...right.slice(0, shift)];
    return choose(halves, keyChoice2);
  });
}

/** Each salt bit that is set swaps two places of the expansion. */
function saltedExpansion(salt: number): number[] {
  const table = [...expansion];
  for (let i = 0; i < 12; i++) {
    if (((salt >> i) & 1) === 1) [table[i], table[i + 24]] = [table[i + 24]!, table[i]!];
  }
  return table;
}

function encrypt(block: Bits, subkeys: readonly Bits[], table: readonly number[]): Bits {
  const mixed = choose(block, initialPermutation);
  let left = mixed.slice(0, 32);
  let right = mixed.slice(32);
  for (const subkey of subkeys) {
    const turned = round(right, subkey, table);
    [left, right] = [right, left.map((bit, i) => bit ^ turned[i]!)];
  }
  return choose([...right, ...left], inversePermutation);
}

function round(half: Bits, subkey: Bits, table: readonly number[]): number[] {
  const expanded = table.map((position, i) => half[position - 1]! ^ subkey[i]!);
  const output: number[] = [];
  for (let box = 0; box < 8; box++) {
    const [a, b, c, d, e, f] = expanded.slice(box * 6, box * 6 + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const index = ((a << 1) | f) * 16 + ((b << 3) | (c << 2) | (d << 1) | e);
    const value = Number.parseInt(substitutions[box]![index]!, 16);
    output.push((value >> 3) & 1, (value >> 2) & 1, (value >> 1) & 1, value & 1);
  }
  return choose(output, permutation);
}

/** Sixty-four bits in eleven characters, six bits each, most significant first. */
function encode(bits: Bits): string {
  let text = '';
  for (let i = 0; i < 66; i += 6) {
    let value = 0;
    for (let bit = i; bit < i + 6; bit++) value = (value << 1) | (bits[bit] ?? 0);
    text += alphabet[value];
  }
  return text;
}
