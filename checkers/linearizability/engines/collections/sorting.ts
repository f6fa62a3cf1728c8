/** Numbers 0, 1, … of keys in [0, range) in order of their keys, equal ones in the order given. */
export function orderByKey(keys: Int32Array, range: number, given?: Int32Array): Int32Array {
  const count = given?.length ?? keys.length;
  const starts = startsOf(keys, range, given);
  const ordered = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const one = given === undefined ? i : given[i]!;
    ordered[starts[keys[one]!]!++] = one;
  }
  return ordered;
}

/** Of each key, and the end of the last, where its numbers start in their order by key. */
export function startsOf(keys: Int32Array, range: number, given?: Int32Array): Int32Array {
  const count = given?.length ?? keys.length;
  const starts = new Int32Array(range + 1);
  for (let i = 0; i < count; i++) starts[keys[given === undefined ? i : given[i]!]! + 1]!++;
  for (let key = 0; key < range; key++) starts[key + 1]! += starts[key]!;
  return starts;
}
