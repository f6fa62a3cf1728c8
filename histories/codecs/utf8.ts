import { isUtf8 } from "node:buffer";
import { Fault } from "./decoder.ts";

/** How many bytes at the end begin a character that is not complete. */
export function incompleteTail(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = bytes[end - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    // Bytes that begin no character of several bytes.
    if (byte < 0xc2 || byte > 0xf4) return 0;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** The fault of the first byte in `bytes[start, end)` that is not UTF-8. */
export function invalidUtf8(bytes: Buffer, start: number, end: number): Fault {
  // The longest valid prefix, by halving: a prefix that ends inside a character counts as valid.
  let good = start;
  let bad = end;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    const tail = incompleteTail(bytes, good, middle);
    if (isUtf8(bytes.subarray(start, middle - tail))) good = middle;
    else bad = middle;
  }
  const at = Math.max(start, good - incompleteTail(bytes, start, good));
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return new Fault(at, "E_UTF8", "UTF-8", `byte 0x${byte}`);
}
