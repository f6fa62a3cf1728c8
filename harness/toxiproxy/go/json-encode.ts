/** JSON as Go's `json.Marshal` writes it: no spaces, and safe to stand inside HTML. */

const htmlEscapes = /[<>&\u2028\u2029]/g;

export function encodeString(text: string): string {
  return JSON.stringify(text).replaceAll(
    htmlEscapes,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A 64-bit number; integers and floating-point numbers print alike. */
export function encodeNumber(number: number): string {
  return Object.is(number, -0) ? "-0" : String(number);
}

/** The shortest decimal that reads back as this 32-bit number: 0.1, not 0.10000000149011612. */
export function encodeFloat32(number: number): string {
  if (number === 0) return encodeNumber(number);
  for (let digits = 1; digits < 10; digits++) {
    const shorter = Number(number.toPrecision(digits));
    if (Math.fround(shorter) === number) return encodeNumber(shorter);
  }
  return encodeNumber(number);
}

/** An object whose members are already encoded, in the order given. */
export function encodeObject(members: Iterable<readonly [name: string, encoded: string]>): string {
  return `{${Array.from(members, ([name, encoded]) => `${encodeString(name)}:${encoded}`).join(",")}}`;
}

export function encodeArray(encoded: readonly string[]): string {
  return `[${encoded.join(",")}]`;
}
