import type { PlainHistory, PlainOperation, PlainTransaction } from "../plain.ts";

/** Whether a committed transaction read what its own earlier operations rule out, reads or writes (`internal`). */
export function contradictsItself(history: PlainHistory): boolean {
  return committedOf(history).some(({ operations }) =>
    operations.some((operation, place) => {
      if (operation.value === undefined) return false;
      const earlier = operations
        .slice(0, place)
        .filter(({ key, value }) => key === operation.key && value !== undefined);
      if (operation.kind === "read") {
        const last = earlier.at(-1);
        return last !== undefined && last.value !== operation.value;
      }
      if (operation.kind !== "read-list") return false;
      const lastRead = earlier.findLastIndex(({ kind }) => kind === "read-list");
      const base = earlier[lastRead]?.value;
      const appended = appendsOf(earlier.slice(lastRead + 1));
      return typeof base === "object"
        ? !same(operation.value, [...base, ...appended])
        : !same(operation.value.slice(-appended.length), appended) && appended.length > 0;
    }),
  );
}

/** Whether a committed transaction did not read its own last writes after them, whatever it read before. */
export function contradictsOwnWrites(history: PlainHistory): boolean {
  return committedOf(history).some(({ operations }) =>
    operations.some((operation, place) => {
      const earlier = operations.slice(0, place).filter(({ key }) => key === operation.key);
      if (operation.value === undefined) return false;
      if (operation.kind === "read") {
        const last = earlier.findLast(({ kind }) => kind === "write");
        return last !== undefined && last.value !== operation.value;
      }
      if (operation.kind !== "read-list") return false;
      const appended = appendsOf(earlier);
      return appended.length > 0 && !same(operation.value.slice(-appended.length), appended);
    }),
  );
}

function committedOf({ transactions }: PlainHistory): readonly PlainTransaction[] {
  return transactions.filter(({ status }) => status === "committed");
}

function appendsOf(operations: readonly PlainOperation[]): number[] {
  return operations.flatMap((operation) => (operation.kind === "append" ? [operation.value] : []));
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
