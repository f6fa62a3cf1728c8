type NumberArray = Uint8Array | Int32Array | Float64Array;

/** The column with room for entry `index`: itself, or a copy of at least twice its length. */
export function withRoom<Column extends NumberArray>(column: Column, index: number): Column {
  if (index < column.length) return column;
  const Same = column.constructor as new (length: number) => Column;
  const larger = new Same(Math.max(2 * column.length, index + 1));
  larger.set(column);
  return larger;
}

/** The first n entries; copied only where that frees much. */
export function shortened<Column extends NumberArray>(column: Column, n: number): Column {
  const part = 4 * n > 3 * column.length ? column.subarray(0, n) : column.slice(0, n);
  // Of a column, such a part is a column of the same kind.
  return part as Column;
}
