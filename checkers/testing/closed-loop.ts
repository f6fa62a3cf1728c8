import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import type { Json } from "../../histories/json.ts";

export interface ClosedLoop {
  readonly operations: number;
  readonly processes: number;
  /** Share of operations whose outcome stays unknown; that fail; that lie. */
  readonly unknown?: number;
  readonly fail?: number;
  readonly lie?: number;
}

/** An operation under way. */
export interface Pending {
  readonly process: number;
  readonly f: string;
  readonly value: Json;
  result: Json;
  /** `failed`: it could not take effect. */
  state: "pending" | "done" | "failed";
  readonly lies: boolean;
}

/** The object that clients act on. */
export interface Simulated {
  /** What a client asks next. */
  next(): { readonly f: string; readonly value: Json };
  /** An operation takes effect, which sets its result, or cannot, which makes it failed. */
  act(pending: Pending): void;
  /** An operation returns a result that may be none of its own. */
  lieAbout(pending: Pending): void;
}

/**
 * The history of a few clients, each with one operation at a time, which takes effect at any moment of it, or long
 * after the client gave up.
 */
export function recordClients(
  random: () => number,
  { operations, processes, unknown = 0, fail = 0, lie = 0 }: ClosedLoop,
  object: Simulated,
): History {
  const builder = new HistoryBuilder();
  const open: (Pending | undefined)[] = Array.from({ length: processes }, () => undefined);
  const names = open.map((_, i) => i);
  const ghosts: Pending[] = [];
  let begun = 0;
  const below = (n: number): number => Math.floor(random() * n);
  const takeEffect = (pending: Pending): void => {
    if (pending.state !== "pending") return;
    pending.state = "done";
    object.act(pending);
  };
  const record = (type: "invoke" | "ok" | "fail" | "info", { process, f }: Pending, value: Json): void => {
    builder.add({ time: builder.length, process, type, f, value });
  };
  const invoke = (slot: number): void => {
    const { f, value } = object.next();
    const process = names[slot]!;
    const pending: Pending = { process, f, value, result: value, state: "pending", lies: random() < lie };
    open[slot] = pending;
    record("invoke", pending, value);
    begun++;
  };
  const complete = (slot: number, pending: Pending): void => {
    open[slot] = undefined;
    if (random() < unknown) {
      record("info", pending, pending.value);
      names[slot]! += processes;
      if (pending.state === "pending" && random() < 0.7) ghosts.push(pending);
      return;
    }
    if (pending.state === "pending" && random() < fail) {
      record("fail", pending, pending.value);
      return;
    }
    if (pending.lies) object.lieAbout(pending);
    else takeEffect(pending);
    if (pending.state === "failed" && !pending.lies) record("fail", pending, pending.value);
    else record("ok", pending, pending.result);
  };

  for (;;) {
    const invoking = begun < operations;
    if (!invoking && open.every((one) => one === undefined)) break;
    const ghost = below(3 * processes) === 0 ? ghosts[below(ghosts.length)] : undefined;
    if (ghost !== undefined) takeEffect(ghost);
    const slot = below(processes);
    const pending = open[slot];
    if (pending === undefined) {
      if (invoking) invoke(slot);
    } else if (random() < 0.4 && !pending.lies) takeEffect(pending);
    else complete(slot, pending);
    // Some stay open at the end.
    if (!invoking && random() < 0.03) break;
  }
  return builder.build();
}
