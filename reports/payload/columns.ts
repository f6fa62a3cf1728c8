/**
 * Columns of whole numbers as bytes that gzip well: optionally the differences of neighbours, then the
 * lowest bytes of all numbers, then the next lowest, and so on ("byte planes"), so that the high bytes,
 * which hardly change, stand together. Shared by the writer and the page; pure, and the same on both sides.
 */

/** How a column is written: as it is, or as differences (for columns that never decrease). */
export type ColumnCode = "plain" | "delta";

export interface ColumnEntry {
  readonly name: string;
  readonly code: ColumnCode;
  /** Bytes a number takes: 1 to 7. */
  readonly width: number;
}

export interface ColumnSource {
  readonly name: string;
  readonly code: ColumnCode;
  /** Whole numbers from 0 to 2^53 − 1; never decreasing under `delta`. */
  readonly values: ArrayLike<number>;
}

/** Columns of equal length as one run of bytes, and the entries needed to read them back. */
export function encodeColumns(
  rows: number,
  columns: readonly ColumnSource[],
): { entries: ColumnEntry[]; bytes: Uint8Array<ArrayBuffer> } {
  const entries = columns.map(({ name, code, values }) => ({
    name,
    code,
    width: widthOf(values, code, rows),
  }));
  const bytes = new Uint8Array(entries.reduce((sum, { width }) => sum + width * rows, 0));
  let offset = 0;
  for (const [at, { values, code }] of columns.entries()) {
    const width = entries[at]?.width ?? 1;
    let previous = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row] ?? 0;
      let rest = code === "delta" ? value - previous : value;
      previous = value;
      for (let plane = 0; plane < width; plane++) {
        bytes[offset + plane * rows + row] = rest % 256;
        rest = Math.floor(rest / 256);
      }
    }
    offset += width * rows;
  }
  return { entries, bytes };
}

/** Reads back what `encodeColumns` wrote. */
export function decodeColumns(
  rows: number,
  entries: readonly ColumnEntry[],
  bytes: Uint8Array,
): Map<string, Float64Array<ArrayBuffer>> {
  const columns = new Map<string, Float64Array<ArrayBuffer>>();
  let offset = 0;
  for (const { name, code, width } of entries) {
    const values = new Float64Array(rows);
    let weight = 1;
    for (let plane = 0; plane < width; plane++) {
      for (let row = 0; row < rows; row++) values[row]! += (bytes[offset + row] ?? 0) * weight;
      offset += rows;
      weight *= 256;
    }
    if (code === "delta") for (let row = 1; row < rows; row++) values[row]! += values[row - 1] ?? 0;
    columns.set(name, values);
  }
  return columns;
}

function widthOf(values: ArrayLike<number>, code: ColumnCode, rows: number): number {
  let largest = 0;
  let previous = 0;
  for (let row = 0; row < rows; row++) {
    const value = values[row] ?? 0;
    const written = code === "delta" ? value - previous : value;
    if (!Number.isSafeInteger(written) || written < 0)
      throw new RangeError(`a column holds whole numbers from 0 up, found ${written} at row ${row}`);
    if (written > largest) largest = written;
    previous = value;
  }
  let width = 1;
  while (largest >= 256 ** width) width++;
  return width;
}
