import { NullValue } from "../../../histories/value-table.ts";
import { NoVersion, Read, Unread, Write, type Transactions } from "../transactions.ts";
import type { Meaning } from "./meaning-of-versions.ts";
import type { VersionedValue, VersionShape } from "./versioned-value.ts";

/** A shape that values may tell versions by, and what it means in a history; undefined where none of its values are there. */
export interface ShapeInHistory {
  readonly shape: VersionShape;
  readonly meaning: Meaning | undefined;
}

/**
 * The transactions without reads of values of a shape that were written by nobody, unless as the value in them: if they tell versions after all,
 * nothing is wrong with them; if they do not, they were never written. Where nothing tells which it is, values with versions that were
 * written count as open too.
 */
export function openVersionsIn(transactions: Transactions, shapes: readonly ShapeInHistory[]): Transactions {
  const doubtful = shapes.filter(({ meaning }) => meaning === "data" || meaning === "either");
  if (doubtful.length === 0) return transactions;
  const { kind, key, history } = transactions;
  const value = transactions.value.slice();
  const { valueTable } = history;
  const told = (number: number): VersionedValue | undefined => {
    if (number <= NullValue) return undefined;
    const json = valueTable.get(number);
    for (const { shape } of doubtful) {
      const found = shape(json);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const isEither = doubtful.some(({ meaning }) => meaning === "either");
  /** Key → values that were written to it, as a whole and without their versions. */
  const whole = new Map<number, Set<number>>();
  const inner = new Map<number, Set<number>>();
  const enter = (sets: Map<number, Set<number>>, k: number, number: number): void => {
    const known = sets.get(k);
    if (known === undefined) sets.set(k, new Set([number]));
    else known.add(number);
  };
  let open = 0;
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] !== Write) continue;
    const found = told(value[i]!);
    enter(whole, key[i]!, value[i]!);
    enter(inner, key[i]!, found === undefined ? value[i]! : valueTable.number(found.value));
    if (isEither && found !== undefined && found.version !== NoVersion) open++;
  }
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] !== Read || whole.get(key[i]!)?.has(value[i]!) === true) continue;
    const found = told(value[i]!);
    if (found === undefined) continue;
    const number = valueTable.number(found.value);
    if (number !== NullValue && inner.get(key[i]!)?.has(number) !== true) continue;
    value[i] = Unread;
    open++;
  }
  return open === 0 ? transactions : { ...transactions, value, openVersions: open };
}
