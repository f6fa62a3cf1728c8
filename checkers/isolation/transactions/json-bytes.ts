// Steps over exact JSON in bytes. Nothing is checked: what these get has been scanned when it was loaded.

const Quote = 0x22;
const Backslash = 0x5c;

/** The first place from `at` on that is no blank. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  for (;;) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** Where the value ends that begins at `at`, or at `limit`. */
export function endOfValue(bytes: Uint8Array, at: number, limit: number): number {
  const first = bytes[at]!;
  if (first === Quote) return endOfString(bytes, at);
  if (first !== 0x5b && first !== 0x7b) {
    // A number or a word ends before a comma, a bracket, a brace or a blank.
    for (at++; at < limit; at++) {
      const byte = bytes[at]!;
      if (byte === 0x2c || byte === 0x5d || byte === 0x7d || byte <= 0x20) break;
    }
    return at;
  }
  let depth = 1;
  for (at++; depth > 0; at++) {
    const byte = bytes[at]!;
    if (byte === Quote) at = endOfString(bytes, at) - 1;
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return at;
}

function endOfString(bytes: Uint8Array, at: number): number {
  for (at++; bytes[at] !== Quote; at++) if (bytes[at] === Backslash) at++;
  return at + 1;
}
