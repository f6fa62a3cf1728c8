/** Multisets of numbers as lists, greatest first. */

/** What two multisets share; like both, greatest first. */
export function shared(a: readonly number[], b: readonly number[]): number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      both.push(a[i++]!);
      j++;
    } else if (a[i]! > b[j]!) i++;
    else j++;
  }
  return both;
}

/** A multiset without a part of it, from the least on. */
export function without(all: readonly number[], part: readonly number[]): number[] {
  const rest: number[] = [];
  for (let i = 0, j = 0; i < all.length; i++) {
    if (j < part.length && all[i] === part[j]) j++;
    else rest.push(all[i]!);
  }
  return rest.toReversed();
}
