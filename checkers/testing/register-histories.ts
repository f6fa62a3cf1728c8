/**
 * Random histories of one register, small or large: a few processes, a correct register that takes
 * effect at moments of its choice, also long after a client gave up, and now and then a lie. Determined by
 * their seed alone.
 */
import type { History } from "../../histories/history.ts";
import { isJsonArray, sameValue, type Json } from "../../histories/json.ts";
import type { Model } from "../linearizability/model.ts";
import { Refused, unknownOutput } from "../linearizability/model.ts";
import { casRegister } from "../linearizability/models/register.ts";
import { recordClients, type ClosedLoop } from "./closed-loop.ts";

export interface RegisterHistoryOptions extends ClosedLoop {
  /** How many values are written again and again; absent: every write has its own. */
  readonly values?: number;
  /** Shares of operations, out of 1: compare-and-sets, those that see a value missing, those that do nothing. */
  readonly cas?: number;
  readonly differ?: number;
  readonly ping?: number;
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

/** A random history of `observedRegister`. */
export function registerHistory(seed: number, options: RegisterHistoryOptions): History {
  const random = randomNumbers(seed);
  const { values, cas = 0, differ = 0, ping = 0 } = options;
  const written: number[] = [0];
  let current = 0;
  const below = (n: number): number => Math.floor(random() * n);
  const fresh = (): number => (values === undefined ? written.length : below(values));
  const recent = (): number => written[Math.max(0, written.length - 1 - below(4))]!;
  return recordClients(random, options, {
    next() {
      const at = random();
      const f = at < cas ? "cas" : at < cas + differ ? "differ" : at < cas + differ + ping ? "ping" : random() < 0.5 ? "read" : "write"; // prettier-ignore
      let value: Json = null;
      if (f === "write") value = fresh();
      else if (f === "cas") value = [random() < 0.7 ? current : recent(), fresh()];
      else if (f === "differ") value = recent();
      if (f === "write") written.push(Number(value));
      else if (isJsonArray(value)) written.push(Number(value[1]));
      return { f, value };
    },
    act(pending) {
      if (pending.f === "read") pending.result = current;
      else if (pending.f === "write") current = Number(pending.value);
      else if (pending.f === "cas") {
        const [from, to] = isJsonArray(pending.value) ? pending.value : [];
        if (from === current) current = Number(to);
        else pending.state = "failed";
      } else if (pending.f === "differ" && pending.value === current) pending.state = "failed";
    },
    lieAbout(pending) {
      if (pending.f === "read") pending.result = random() < 0.9 ? recent() : written.length + 5;
    },
  });
}
