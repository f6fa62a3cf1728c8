/**
 * Random histories of one register, small or large: a few processes, a correct register that takes
 * effect at moments of its choice, also long after a client gave up, and now and then a lie. Determined by
 * their seed alone.
 */
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import { isJsonArray, sameValue, type Json } from "../../histories/json.ts";
import type { Model } from "../linearizability/model.ts";
import { Refused, unknownOutput } from "../linearizability/model.ts";
import { casRegister } from "../linearizability/models/register.ts";

export interface RegisterHistoryOptions {
  readonly operations: number;
  readonly processes: number;
  /** How many values are written again and again; absent: every write has its own. */
  readonly values?: number;
  /** Shares of operations, out of 1: compare-and-sets, those that see a value missing, those that do nothing. */
  readonly cas?: number;
  readonly differ?: number;
  readonly ping?: number;
  /** Share of operations whose outcome stays unknown; that fail; that lie. */
  readonly unknown?: number;
  readonly fail?: number;
  readonly lie?: number;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A register, initially 0, of which an operation may also see that it does not hold a value (differ), or
 * see nothing at all (ping).
 */
export function observedRegister(): Model {
  const plain = casRegister(0);
  return {
    ...plain,
    name: "observed-register",
    operations: [
      ...plain.operations,
      { f: "differ", argument: "a value", result: "ignored", meaning: "saw another value" },
      { f: "ping", argument: "ignored", result: "ignored", meaning: "nothing" },
    ],
    changes: (input) => input.f === "write" || input.f === "cas",
    observes: (input) => input.f !== "write" && input.f !== "ping",
    step(state, input, output) {
      if (input.f === "ping") return state;
      if (input.f !== "differ") return plain.step(state, input, output);
      return output !== unknownOutput && sameValue(state, input.value)
        ? new Refused("it did hold it")
        : state;
    },
    structure: {
      kind: "register",
      initial: 0,
      direct: { read: "read", write: "write" },
      meaning({ f, value }, output) {
        if (f === "ping") return { does: "nothing" };
        if (f === "differ") return output === unknownOutput ? { does: "nothing" } : { does: "differ", value };
        if (f === "read")
          return output === unknownOutput ? { does: "nothing" } : { does: "read", value: output };
        if (f === "write") return { does: "write", value };
        const [from = null, to = null] = isJsonArray(value) ? value : [];
        return { does: "cas", from, to };
      },
    },
    ties(input, output) {
      if (input.f === "differ" || input.f === "ping") return { gives: [], takes: [] };
      return plain.ties?.(input, output) ?? { gives: [], takes: [] };
    },
  };
}

interface Pending {
  readonly process: number;
  readonly f: string;
  value: Json;
  result: Json;
  /** `fail`: it could not take effect. */
  state: "pending" | "done" | "failed";
  lies: boolean;
}

/** A random history of `observedRegister`. */
export function registerHistory(seed: number, options: RegisterHistoryOptions): History {
  const random = randomNumbers(seed);
  const { operations, processes, values } = options;
  const { cas = 0, differ = 0, ping = 0, unknown = 0, fail = 0, lie = 0 } = options;
  const builder = new HistoryBuilder();
  const open: (Pending | undefined)[] = Array.from({ length: processes }, () => undefined);
  const names = open.map((_, i) => i);
  const ghosts: Pending[] = [];
  const written: number[] = [0];
  let current = 0;
  let begun = 0;
  const below = (n: number): number => Math.floor(random() * n);
  const fresh = (): number => (values === undefined ? written.length : below(values));
  const recent = (): number => written[Math.max(0, written.length - 1 - below(4))]!;

  const takeEffect = (pending: Pending): void => {
    if (pending.state !== "pending") return;
    pending.state = "done";
    if (pending.f === "read") pending.result = current;
    else if (pending.f === "write") current = Number(pending.value);
    else if (pending.f === "cas") {
      const [from, to] = isJsonArray(pending.value) ? pending.value : [];
      if (from === current) current = Number(to);
      else pending.state = "failed";
    } else if (pending.f === "differ" && pending.value === current) pending.state = "failed";
  };
  const invoke = (slot: number): void => {
    const at = random();
    const f = at < cas ? "cas" : at < cas + differ ? "differ" : at < cas + differ + ping ? "ping" : random() < 0.5 ? "read" : "write"; // prettier-ignore
    let value: Json = null;
    if (f === "write") value = fresh();
    else if (f === "cas") value = [random() < 0.7 ? current : recent(), fresh()];
    else if (f === "differ") value = recent();
    if (f === "write") written.push(Number(value));
    else if (isJsonArray(value)) written.push(Number(value[1]));
    open[slot] = { process: names[slot]!, f, value, result: value, state: "pending", lies: random() < lie };
    builder.add({ time: builder.length, process: names[slot]!, type: "invoke", f, value });
    begun++;
  };
  const complete = (slot: number, pending: Pending): void => {
    const { process, f } = pending;
    open[slot] = undefined;
    if (random() < unknown) {
      builder.add({ time: builder.length, process, type: "info", f, value: pending.value });
      names[slot]! += processes;
      if (pending.state === "pending" && random() < 0.7) ghosts.push(pending);
      return;
    }
    if (pending.state === "pending" && random() < fail) {
      builder.add({ time: builder.length, process, type: "fail", f, value: pending.value });
      return;
    }
    if (!pending.lies) takeEffect(pending);
    else if (f === "read") pending.result = random() < 0.9 ? recent() : written.length + 5;
    const type = pending.state === "failed" && !pending.lies ? "fail" : "ok";
    builder.add({
      time: builder.length,
      process,
      type,
      f,
      value: type === "ok" ? pending.result : pending.value,
    });
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
