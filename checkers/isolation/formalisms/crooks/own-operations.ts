import type { PlainHistory, PlainTransaction } from "../plain.ts";

/** Whether every committed transaction read what its own last operation on the key left or found there. */
export function isConsistentWithItself({ transactions }: PlainHistory): boolean {
  return transactions.every((transaction) => transaction.status !== "committed" || replays(transaction));
}

function replays({ operations }: PlainTransaction): boolean {
  const registers = new Map<number, number>();
  /** A list that is known in full, or only its end. */
  const lists = new Map<number, { whole: boolean; end: readonly number[] }>();
  for (const operation of operations) {
    const { key } = operation;
    const list = lists.get(key) ?? { whole: false, end: [] };
    if (operation.kind === "write") registers.set(key, operation.value);
    else if (operation.kind === "append") lists.set(key, { ...list, end: [...list.end, operation.value] });
    else if (operation.kind === "read") {
      if (operation.value === undefined) continue;
      if ((registers.get(key) ?? operation.value) !== operation.value) return false;
      registers.set(key, operation.value);
    } else if (operation.value !== undefined) {
      const shown = operation.value;
      const from = shown.length - list.end.length;
      if (from < 0 || (list.whole && from > 0)) return false;
      if (list.end.some((element, i) => shown[from + i] !== element)) return false;
      lists.set(key, { whole: true, end: shown });
    }
  }
  return true;
}
