import type { ValueArena } from "../value-arena.ts";

const ReadKey = /\["r",(\{[^}]*\}|[^,]*),/g;
/** Nothing but writes of null. */
const SetUp = /^\[(?:\["w",(?:\{[^}]*\}|[^,]*),null\],?)+\]$/;
const WriteKey = /\["w",(\{[^}]*\}|[^,]*),/g;

/**
 * Of transactions that did nothing but write initial values, the one that is the initial transaction itself,
 * which some tools record as a transaction like any other: it is the first of its session and writes at least
 * two keys, among them all that anyone read. Any other write of an initial value is a write as others are.
 *
 * `session` has the session of each transaction; the values are texts as `MicroOperations` writes them.
 */
export function initialTransactions(
  values: ValueArena,
  session: Int32Array,
  candidates: ReadonlySet<number>,
): Set<number> {
  const found = new Set<number>();
  if (candidates.size === 0) return found;
  const begun = new Set<number>();
  const first = new Set<number>();
  session.forEach((each, transaction) => {
    if (!begun.has(each)) first.add(transaction);
    begun.add(each);
  });
  let read: Set<string> | undefined;
  for (const candidate of candidates) {
    if (!first.has(candidate)) continue;
    const text = values.text(candidate);
    if (!SetUp.test(text)) continue;
    const written = new Set(keysOf(text, WriteKey));
    if (written.size < 2) continue;
    read ??= keysRead(values);
    let all = true;
    for (const key of read) all &&= written.has(key);
    if (all) found.add(candidate);
  }
  return found;
}

function keysRead(values: ValueArena): Set<string> {
  const keys = new Set<string>();
  for (let i = 0; i < values.length; i++) for (const key of keysOf(values.text(i), ReadKey)) keys.add(key);
  return keys;
}

function* keysOf(text: string, pattern: RegExp): Generator<string> {
  for (const match of text.matchAll(pattern)) yield match[1] ?? "";
}
