/** A table of a report; the first column names the row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a scenario found. */
export interface Report {
  readonly tables: readonly Table[];
  /** What was left out and why, or how to read a figure. */
  readonly notes: readonly string[];
  /** A picture of the figures, as SVG. */
  readonly picture?: string;
  /** What was measured, kept beside results.md so that one part can be measured again. */
  readonly measured?: unknown;
}

function columnWidths(table: Table): number[] {
  const lines = [table.columns, ...table.rows];
  return table.columns.map((_, column) => Math.max(3, ...lines.map((line) => line[column]!.length)));
}

function padded(table: Table, separator: string): string[] {
  const widths = columnWidths(table);
  return [table.columns, ...table.rows].map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join(separator),
  );
}

/** The table for a terminal. */
export function terminalTable(table: Table): string {
  return padded(table, '  ')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

/** The table in Markdown. */
export function markdownTable(table: Table): string {
  const [head, ...rows] = padded(table, ' | ');
  const dashes = columnWidths(table).map((width, column) => (column === 0 ? '-' : ':').padStart(width, '-'));
  const rule = dashes.join(' | ');
  return [head!, rule, ...rows].map((line) => `| ${line} |`).join('\n');
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Bytes as MiB with one decimal. */
export function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

/** A ratio to Apache's figure, or a dash where there is none. */
export function ratio(value: number, apache: number | undefined): string {
  return apache === undefined || apache === 0 ? '-' : `${(value / apache).toFixed(2)}×`;
}
