import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import { Ok, Info, Invoke } from "../../histories/operation.ts";
import type { Checker } from "../checker.ts";
import { Contradictions, otherFunctions } from "../simple/contradictions.ts";
import type { Verdict } from "../verdict.ts";

/** What is known of a message from outside. */
interface Message {
  readonly value: Json;
  /** Event index at which its broadcast began; and whether that failed. */
  readonly index: number;
  failed: boolean;
  /** Messages that its node had delivered before, as clients know. */
  readonly past: readonly string[];
}

/** What clients of one node know that it has delivered. */
interface Known {
  /** The last read, and what was broadcast at the node and acknowledged since it began. */
  sequence: readonly string[];
  readIndex: number;
  acknowledged: { readonly name: string; readonly index: number }[];
}

/**
 * Causal broadcast seen from outside: clients `broadcast` unique messages at nodes, and `read` what a node has delivered, in its
 * order. A node that acknowledged a message has delivered it. Each message comes after all that its node was known to
 * have delivered when its broadcast began; what a node has delivered only grows at its end; nothing is delivered twice
 * or without having been broadcast.
 */
export const causalBroadcastOfHistories: Checker = {
  name: "causal-broadcast",
  summary: "what nodes deliver of broadcasts is in causal order, without duplicate or invention",
  check,
};

function check(history: History): Verdict {
  const found = new Contradictions();
  const { type, node } = history.columns;
  const messages = new Map<string, Message>();
  const known = new Map<number, Known>();
  const others = new Set<string>();
  /** By process: where the operation that it has open began. */
  const open = new Map<Json, number>();
  let reads = 0;
  let compared = 0;
  for (let index = 0; index < history.length; index++) {
    if (!history.isClient(index)) continue;
    const f = history.f(index);
    if (f !== "broadcast" && f !== "read") {
      others.add(f);
      continue;
    }
    const at = node[index] ?? -1;
    const here = known.get(at) ?? { sequence: [], readIndex: -1, acknowledged: [] };
    known.set(at, here);
    const process = history.processOf(index);
    if (type[index] === Invoke) {
      open.set(process, index);
      if (f === "read") continue;
      const value = history.value(index);
      const past = at < 0 ? [] : [...here.sequence, ...here.acknowledged.map(({ name }) => name)];
      messages.set(canonical(value), { value, index, failed: false, past });
      continue;
    }
    const began = open.get(process) ?? -1;
    open.delete(process);
    if (f === "broadcast") {
      const name = canonical(began < 0 ? history.value(index) : history.value(began));
      if (type[index] === Ok) here.acknowledged.push({ name, index });
      else if (type[index] !== Info) {
        const message = messages.get(name);
        if (message !== undefined) message.failed = true;
      }
      continue;
    }
    if (type[index] !== Ok) continue;
    reads++;
    const list = history.value(index);
    const sequence = isJsonArray(list) ? list.map((each) => canonical(each)) : [];
    compared += judge(index, sequence, messages, found);
    if (at < 0) continue;
    // Of two reads at once either may be the later one.
    if (began > here.readIndex) {
      judgeGrowth(index, here, sequence, began, found);
      const seen = new Set(sequence);
      known.set(at, {
        sequence,
        readIndex: index,
        acknowledged: here.acknowledged.filter(({ name }) => !seen.has(name)),
      });
    }
  }
  const reason = compared === 0 ? "no evidence: no read saw a message with a known past" : undefined;
  return found.verdict(
    "causal-broadcast",
    { messages: messages.size, reads, compared },
    reason,
    otherFunctions(others),
  );
}

/** One read by itself; how many messages with a past it saw. */
function judge(
  index: number,
  sequence: readonly string[],
  messages: ReadonlyMap<string, Message>,
  found: Contradictions,
): number {
  const before = new Set<string>();
  let compared = 0;
  for (const name of sequence) {
    const message = messages.get(name);
    if (before.has(name)) found.add("duplicate-delivery", [index], () => `${name} was delivered twice.`);
    if (message === undefined) {
      found.add("never-broadcast", [index], () => `${name} was delivered, which nobody had broadcast.`);
    } else {
      if (message.failed)
        found.add(
          "failed-broadcast",
          [index, message.index],
          () => `${name} was delivered, whose broadcast failed.`,
        );
      if (message.past.length > 0) compared++;
      const lacking = message.past.find((each) => !before.has(each));
      if (lacking !== undefined)
        found.add(
          "causal-delivery",
          [message.index, index],
          () =>
            `${inWords(message.value)} was delivered without ${lacking} before it, which its node had delivered when it was asked to broadcast it.`,
        );
    }
    before.add(name);
  }
  return compared;
}

/** What a node has delivered grows at its end, and holds what it acknowledged before the read began. */
function judgeGrowth(
  index: number,
  { sequence: earlier, readIndex, acknowledged }: Known,
  sequence: readonly string[],
  began: number,
  found: Contradictions,
): void {
  const differs = earlier.findIndex((name, place) => sequence[place] !== name);
  if (differs >= 0)
    found.add(
      "order-changed",
      [readIndex, index],
      () =>
        `A node that had delivered ${earlier[differs]} in place ${differs} shows ${sequence[differs] ?? "nothing"} there later.`,
    );
  const seen = new Set(sequence);
  const lost = acknowledged.find((each) => each.index < began && !seen.has(each.name));
  if (lost !== undefined)
    found.add(
      "lost-message",
      [lost.index, index],
      () => `A node acknowledged ${lost.name}, and shows later that it has not delivered it.`,
    );
}
