/**
 * The entry of a table under a name that comes from outside, or undefined. Plain indexing would find `constructor` and
 * the like in every table.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The same table with its names in lower case, for names that are looked up in any case. */
export function withLowerNames<T>(table: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(table).map(([name, entry]) => [name.toLowerCase(), entry]));
}
