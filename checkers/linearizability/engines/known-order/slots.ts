import type { Calls } from "../../calls.ts";

/** A place in the order that an unknown call must have taken. */
export interface Slot {
  /** How many known calls stand before it. */
  readonly before: number;
  /** The earliest return of a known call after it: what takes the place began before. */
  readonly deadline: number;
  /** The actions that fit. */
  readonly kinds: ReadonlySet<number>;
}

/**
 * An unknown call for each slot, none for two; `undefined` when there is no such choice. A maximum matching by
 * augmenting paths (Berge 1957). Calls of one kind differ only in their begin, and what is in time for one slot is in
 * time for all later ones.
 */
export function fillSlots(
  { begin, action }: Calls,
  unknown: readonly number[],
  slots: readonly Slot[],
): number[] | undefined {
  const byKind = new Map<number, number[]>();
  for (const call of unknown) {
    const kind = byKind.get(action[call]!);
    if (kind === undefined) byKind.set(action[call]!, [call]);
    else kind.push(call);
  }
  const slotOf = new Map<number, number>();

  const place = (first: number): boolean => {
    // Breadth-first, by the way on which each call was come upon: `from` is the slot that asked for it.
    const from = new Map<number, number>();
    const open = [first];
    for (const slot of open) {
      const { deadline, kinds } = slots[slot]!;
      for (const kind of kinds)
        for (const call of byKind.get(kind) ?? []) {
          if (begin[call]! >= deadline) break;
          if (from.has(call)) continue;
          from.set(call, slot);
          const holder = slotOf.get(call);
          if (holder !== undefined) {
            open.push(holder);
            continue;
          }
          hand(call, from);
          return true;
        }
    }
    return false;
  };
  const hand = (free: number, from: ReadonlyMap<number, number>): void => {
    let call: number | undefined = free;
    while (call !== undefined) {
      const slot: number = from.get(call)!;
      const before: number | undefined = callOf[slot];
      slotOf.set(call, slot);
      callOf[slot] = call;
      call = before;
    }
  };
  const callOf: (number | undefined)[] = slots.map(() => undefined);
  if (!slots.every((_, slot) => place(slot))) return undefined;
  return callOf.map((call) => call ?? -1);
}
