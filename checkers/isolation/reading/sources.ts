import { NullValue } from "../../../histories/value-table.ts";
import { Aborted, type Transactions } from "../transactions.ts";
import { None, type Writes } from "./writes.ts";

// What a source can be besides an operation.
/** The initial transaction. */
export const FromInitial = -2;
/** One of several transactions that wrote the same. */
export const FromSeveral = -3;
/** Nobody: nobody wrote it. */
export const FromNobody = -4;

/**
 * The operation that wrote `value` to the register `key`, as a transaction saw it that is not `reader`. Of several, those that no
 * level forbids come first: final writes of transactions that were not aborted; then their other writes; then writes of aborted ones.
 * Only those count that `accept` accepts, of the initial transaction as operation `None`.
 */
export function registerSource(
  { status }: Transactions,
  writes: Writes,
  key: number,
  value: number,
  reader: number,
  accept?: (write: number) => boolean,
): number {
  let final = value === NullValue && (accept === undefined || accept(None)) ? FromInitial : None;
  let intermediate = None;
  let aborted = None;
  for (let i = writes.find(key, value); i !== None; i = writes.same[i]!) {
    const writer = writes.owner[i]!;
    if (writer === reader || (accept !== undefined && !accept(i))) continue;
    if (status[writer] === Aborted) aborted = aborted === None ? i : aborted;
    else if (writes.after[i] !== None) intermediate = intermediate === None ? i : intermediate;
    else if (final === None) final = i;
    else return FromSeveral;
  }
  if (final !== None) return final;
  if (intermediate !== None) return intermediate;
  return aborted === None ? FromNobody : aborted;
}

/** The transactions that may have written a value to a register which several wrote; −1 for the initial one. */
export function writersOf(
  { status }: Transactions,
  writes: Writes,
  key: number,
  value: number,
  accept?: (write: number) => boolean,
): readonly number[] {
  const found: number[] = value === NullValue && (accept === undefined || accept(None)) ? [-1] : [];
  for (let i = writes.find(key, value); i !== None; i = writes.same[i]!) {
    if (accept !== undefined && !accept(i)) continue;
    if (status[writes.owner[i]!] !== Aborted && writes.after[i] === None) found.push(writes.owner[i]!);
  }
  return found;
}
