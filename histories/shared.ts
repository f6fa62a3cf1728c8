type NumberArray = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array | Float64Array;

/** A copy of an array in memory that threads share. */
export function shared<Column extends NumberArray>(column: Column): Column {
  const Same = column.constructor as new (buffer: SharedArrayBuffer) => Column;
  const copy = new Same(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}
