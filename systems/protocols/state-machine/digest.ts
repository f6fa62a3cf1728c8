/**
 * The digest of a set of texts, kept up to date as members come and go: the sum of their hashes, which
 * does not depend on an order. Two words of 32 bits; against chance, not against an adversary.
 */
export type Digest = readonly [number, number];

export const emptyDigest: Digest = [0, 0];

/** The digest with one member more. */
export function including([high, low]: Digest, member: string): Digest {
  return [(high + hash(member, 0x811c9dc5)) >>> 0, (low + hash(member, 0x9e3779b9)) >>> 0];
}

/** The digest with one member less. */
export function excluding([high, low]: Digest, member: string): Digest {
  return [(high - hash(member, 0x811c9dc5)) >>> 0, (low - hash(member, 0x9e3779b9)) >>> 0];
}

export function digestText([high, low]: Digest): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

/** FNV-1a from a basis of one's own, with the last mixing steps of MurmurHash3, so that sums of similar texts differ. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
