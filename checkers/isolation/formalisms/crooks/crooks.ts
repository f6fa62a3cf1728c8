import { levelText, type PlainHistory, type PlainTransaction, type PlainVerdicts } from "../plain.ts";
import type { LevelName, Strength } from "../../levels.ts";
import {
  executions,
  ownListsBuildOnParent,
  readStates,
  runsOfReadStates,
  writes,
  type Execution,
  type Run,
} from "./executions.ts";
import { isConsistentWithItself } from "./own-operations.ts";

/** The levels that the paper has, and causal consistency, which is parallel snapshot isolation without write conflicts. */
export const crooksLevels: readonly (readonly [LevelName, Strength])[] = [
  ["read-committed", "plain"],
  ["read-atomic", "plain"],
  ["causal-consistency", "plain"],
  ["causal-consistency", "strong-session"],
  ["causal-consistency", "strong"],
  ["parallel-snapshot-isolation", "plain"],
  ["parallel-snapshot-isolation", "strong-session"],
  ["parallel-snapshot-isolation", "strong"],
  ["snapshot-isolation", "plain"],
  ["snapshot-isolation", "strong-session"],
  ["snapshot-isolation", "strong"],
  ["ansi-snapshot-isolation", "plain"],
  ["ansi-snapshot-isolation", "strong-session"],
  ["ansi-snapshot-isolation", "strong"],
  ["serializable", "plain"],
  ["serializable", "strong-session"],
  ["serializable", "strong"],
];

/**
 * Isolation as clients see it (Crooks, Pu, Alvisi and Clement 2017), to the letter: a level holds if some execution
 * passes every transaction's commit test. Tries every execution. Read uncommitted, whose test is always true, is left out.
 */
export function judgeByCrooks(history: PlainHistory): PlainVerdicts {
  const open = new Set(crooksLevels);
  const sound = isConsistentWithItself(history);
  for (const execution of executions(history)) {
    const facts = new Facts(execution, history.timed);
    if (!facts.preread()) continue;
    const ownReads = sound && ownListsBuildOnParent(execution);
    for (const level of open) {
      const [name, strength] = level;
      // The paper takes for granted that transactions read their own writes, and what they have read.
      if (name !== "read-committed" && !ownReads) continue;
      if (passes(facts, name, strength)) open.delete(level);
    }
    if (open.size === 0) break;
  }
  return new Map(
    crooksLevels.map((level) => [levelText({ name: level[0], strength: level[1] }), !open.has(level)]),
  );
}

function passes(facts: Facts, name: LevelName, strength: Strength): boolean {
  const everyone = (test: (at: number) => boolean): boolean =>
    facts.execution.order.every((_, at) => test(at));
  switch (name) {
    case "read-committed":
      return true;
    case "read-atomic":
      return facts.someRuns((runs) => everyone((at) => facts.readsAtomically(runs, at)));
    case "causal-consistency":
      return facts.someRuns((runs) => facts.seesCauses(runs, strength, false));
    case "parallel-snapshot-isolation":
      return facts.someRuns((runs) => facts.seesCauses(runs, strength, true));
    case "snapshot-isolation":
      return everyone((at) => facts.hasSnapshot(at, (s) => facts.holdsAll(at, s, strength)));
    case "ansi-snapshot-isolation":
      return (
        facts.keepsTo("strong", true) &&
        everyone((at) => facts.hasSnapshot(at, (s) => facts.holdsAll(at, s, strength)))
      );
    case "serializable":
      return everyone((at) => facts.isComplete(at, at) && facts.holdsAll(at, at, strength));
    default:
      return false;
  }
}

/** The run of read states chosen for operation `place` of the transaction at `at`: `runs[at][place]`. */
type Runs = readonly (readonly Run[])[];

class Facts {
  readonly execution: Execution;
  readonly #timed: boolean;

  constructor(execution: Execution, timed: boolean) {
    this.execution = execution;
    this.#timed = timed;
  }

  /** PREREAD of every transaction. */
  preread(): boolean {
    return this.execution.order.every(({ operations }, at) =>
      operations.every((_, place) => readStates(this.execution, at, place).length > 0),
    );
  }

  /** COMPLETE: state s is a read state of all operations of the transaction at `at`. */
  isComplete(at: number, s: number): boolean {
    const { operations } = this.execution.order[at]!;
    return operations.every((_, place) => readStates(this.execution, at, place).includes(s));
  }

  /** A state that is COMPLETE and NO-CONF, and suits. */
  hasSnapshot(at: number, suits: (s: number) => boolean): boolean {
    const { order } = this.execution;
    for (let s = 0; s <= at; s++) {
      const between = order.slice(s, at);
      const conflict = between.some((other) =>
        other.operations.some(
          ({ kind, key }) => (kind === "write" || kind === "append") && writes(order[at]!, key),
        ),
      );
      if (!conflict && this.isComplete(at, s) && suits(s)) return true;
    }
    return false;
  }

  /** Whether state s holds all that the strength lets precede the transaction at `at`. */
  holdsAll(at: number, s: number, strength: Strength): boolean {
    return this.execution.order.every(
      (other, i) => !this.#precedes(other, this.execution.order[at]!, strength) || i < s,
    );
  }

  /** Whether the execution has no transaction after one that it precedes; `onlyTime`: by time alone. */
  keepsTo(strength: Strength, onlyTime = false): boolean {
    const { order } = this.execution;
    return order.every((a, i) =>
      order.slice(0, i).every((b) => !(onlyTime ? this.#isBefore(a, b) : this.#precedes(a, b, strength))),
    );
  }

  #isBefore(a: PlainTransaction, b: PlainTransaction): boolean {
    return this.#timed && a.end < b.begin;
  }

  #precedes(a: PlainTransaction, b: PlainTransaction, strength: Strength): boolean {
    if (strength === "plain" || a === b) return false;
    return (a.session === b.session && a.begin < b.begin) || (strength === "strong" && this.#isBefore(a, b));
  }

  /** Whether some choice of runs for all operations suits. */
  someRuns(suits: (runs: Runs) => boolean): boolean {
    const { order } = this.execution;
    const choose = (runs: readonly (readonly Run[])[], at: number): boolean => {
      const transaction = order[at];
      if (transaction === undefined) return suits(runs);
      const chooseOne = (chosen: readonly Run[]): boolean =>
        chosen.length === transaction.operations.length
          ? choose([...runs, chosen], at + 1)
          : runsOfReadStates(this.execution, at, chosen.length).some((run) => chooseOne([...chosen, run]));
      return chooseOne([]);
    };
    return choose([], 0);
  }

  readsAtomically(runs: Runs, at: number): boolean {
    const { operations } = this.execution.order[at]!;
    return runs[at]!.every(({ first }) => {
      const producer = this.execution.order[first - 1];
      return operations.every(
        ({ key }, place) =>
          producer === undefined || !writes(producer, key) || first <= runs[at]![place]!.last,
      );
    });
  }

  /** CAUS-VIS, with or without write conflicts among the causes; a session's or time's earlier transactions are causes too. */
  seesCauses(runs: Runs, strength: Strength, conflicts: boolean): boolean {
    if (!this.keepsTo(strength)) return false;
    const { order } = this.execution;
    const causes: Set<number>[] = [];
    for (const [at, transaction] of order.entries()) {
      const direct = new Set<number>();
      for (const { first } of runs[at]!) if (first > 0) direct.add(first - 1);
      for (let i = 0; i < at; i++) {
        const both = transaction.operations.some(
          ({ kind, key }) => (kind === "write" || kind === "append") && writes(order[i]!, key),
        );
        if ((conflicts && both) || this.#precedes(order[i]!, transaction, strength)) direct.add(i);
      }
      const all = new Set([...direct, ...[...direct].flatMap((i) => [...causes[i]!])]);
      causes.push(all);
      for (const i of all)
        for (const [place, { key }] of transaction.operations.entries())
          if (writes(order[i]!, key) && i + 1 > runs[at]![place]!.last) return false;
    }
    return true;
  }
}
