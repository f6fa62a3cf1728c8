/**
 * The slow judge that the fast ones are held to: it keeps every call, and at each return asks whether what came
 * so far has a linearization.
 */
import { Alphabet } from "../linearizability/alphabet.ts";
import { Never } from "../linearizability/calls.ts";
import type { OnlineRegister } from "../linearizability/engines/online.ts";
import { Cas, Differ, Read, Write } from "../linearizability/engines/register-calls.ts";
import { searchEngine } from "../linearizability/engines/search-engine.ts";
import { Refused, type Input, type Model } from "../linearizability/model.ts";
import { StateTable } from "../linearizability/states.ts";

interface Call {
  readonly begin: number;
  end: number;
  readonly input: Input;
}

export function onlineBySearch(): OnlineRegister {
  const calls: Call[] = [];
  const open = new Map<number, Call>();
  let events = 0;
  return {
    begin(call, kind, seen, written, known) {
      const made = { begin: events++, end: Never, input: { f: String(kind), value: [seen, written] } };
      calls.push(made);
      if (known) open.set(call, made);
    },
    end(call) {
      const returned = open.get(call);
      if (returned === undefined) throw new Error(`call ${call} is not open`);
      open.delete(call);
      returned.end = events++;
      return isLinearizable(calls);
    },
    get live() {
      return calls.length;
    },
    values: () => calls.flatMap(({ input }) => input.value as readonly number[]),
    rest: undefined,
  };
}

/** A call that has not returned yet may not have taken effect; its result, known from later, is that of its effect. */
function isLinearizable(calls: readonly Call[]): boolean {
  const alphabet = new Alphabet(cells);
  const column = (of: (call: Call, position: number) => number) => Int32Array.from(calls, of);
  const decision = searchEngine.decide(
    {
      calls: {
        alphabet,
        length: calls.length,
        event: column(({ begin }) => begin),
        begin: column(({ begin }) => begin),
        end: column(({ end }) => end),
        action: column(({ input }) => alphabet.number(input, null)),
      },
      states: new StateTable(alphabet),
    },
    { steps: Infinity },
  );
  return decision?.end === "linearizable";
}

/** A register of numbers whose operations are named by their kinds. */
const cells: Model<number> = {
  name: "cells",
  summary: "",
  operations: [],
  initial: 0,
  step(state, { f, value }) {
    const [seen, written] = value as readonly [number, number];
    switch (Number(f)) {
      case Read:
        return state === seen ? state : new Refused("");
      case Differ:
        return state === seen ? new Refused("") : state;
      case Write:
        return written;
      case Cas:
        return state === seen ? written : new Refused("");
      default:
        return state;
    }
  },
  changes: () => true,
  observes: () => true,
};
