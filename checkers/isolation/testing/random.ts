import * as fc from "fast-check";
import type { PlainHistory, PlainOperation, PlainTransaction } from "../formalisms/plain.ts";

/** What a generated history may hold. */
export interface RandomHistoryOptions {
  /** At most so many transactions; 6 if not told. */
  readonly transactions?: number;
  readonly keys?: number;
  /** Which objects: registers, lists, or of each some; any if not told. */
  readonly objects?: "registers" | "lists" | "mixed";
  /** Whether one value may be written twice, the initial one among them; either if not told. */
  readonly duplicates?: boolean;
  /** Whether histories of completions only come up. */
  readonly untimed?: boolean;
}

interface Move {
  readonly thread: number;
  readonly act: number;
  readonly a: number;
  readonly b: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  thread: fc.nat(2),
  act: fc.nat(23),
  a: fc.nat(5),
  b: fc.nat(11),
});

/** How the store serves transactions: what a read finds. */
const flavours = ["latest", "snapshot", "checked", "lagging", "sessions", "partial", "any"] as const;

/**
 * Random small histories: three sessions run transactions against a simulated store whose isolation is random, that
 * forgets, repeats and shows unfinished work now and then. About half of them violate some level.
 */
export function randomHistories(options: RandomHistoryOptions = {}): fc.Arbitrary<PlainHistory> {
  return fc
    .record({
      flavour: fc.constantFrom(...flavours),
      objects:
        options.objects === undefined
          ? fc.constantFrom("registers", "lists", "mixed")
          : fc.constant(options.objects),
      duplicates:
        options.duplicates === undefined ? fc.nat(3).map((n) => n === 0) : fc.constant(options.duplicates),
      lies: fc.constantFrom(0, 1, 4),
      keys: fc.integer({ min: 1, max: options.keys ?? 3 }),
      untimed: options.untimed === true ? fc.nat(5).map((n) => n === 0) : fc.constant(false),
      moves: fc.array(move, { minLength: 6, maxLength: 44, size: "max" }),
    })
    .map(({ moves, untimed, ...how }) => {
      const history = new Play({ ...how, most: options.transactions ?? 6 }).run(moves);
      return untimed ? withoutTimes(history) : history;
    });
}

/** The same transactions, of which only the completions were recorded. */
function withoutTimes({ transactions }: PlainHistory): PlainHistory {
  const inOrder = transactions.toSorted((a, b) => a.end - b.end || a.begin - b.begin);
  return {
    timed: false,
    transactions: inOrder.map((transaction, i) => ({
      ...transaction,
      begin: i,
      end: transaction.end === Infinity ? Infinity : i,
    })),
  };
}

interface Open {
  readonly number: number;
  readonly session: number;
  readonly begin: number;
  /** Commits that it sees. */
  readonly snapshot: number;
  readonly chance: number;
  readonly operations: PlainOperation[];
}

interface Commit {
  readonly session: number;
  readonly number: number;
  readonly operations: readonly PlainOperation[];
}

interface How {
  readonly flavour: (typeof flavours)[number];
  readonly objects: string;
  readonly duplicates: boolean;
  /** Of twelve reads, so many are lies. */
  readonly lies: number;
  readonly keys: number;
  readonly most: number;
}

class Play {
  readonly #how: How;
  readonly #done: (PlainTransaction | undefined)[] = [];
  readonly #commits: Commit[] = [];
  readonly #open: (Open | undefined)[] = [];
  readonly #ghosts: Open[] = [];
  readonly #aborted: PlainOperation[] = [];
  readonly #sessions = [0, 1, 2];
  #event = 0;
  #fresh = 1;

  constructor(how: How) {
    this.#how = how;
  }

  run(moves: readonly Move[]): PlainHistory {
    for (const one of moves) this.#move(one);
    for (const [thread, open] of this.#open.entries())
      if (open !== undefined) this.#complete(thread, open, thread === 0 ? "undetermined" : "committed");
    return { timed: true, transactions: this.#done.filter((transaction) => transaction !== undefined) };
  }

  #move({ thread, act, a, b }: Move): void {
    const open = this.#open[thread];
    if (open === undefined) {
      const ghost = this.#ghosts[0];
      if (act === 0 && ghost !== undefined) this.#commits.push(this.#ghosts.shift() ?? ghost);
      else if (this.#done.length < this.#how.most) this.#begin(thread, a, act, b + 12 * a);
      return;
    }
    if (act < 14 && open.operations.length < 4) this.#operate(open, act, a, b);
    else if (open.operations.length === 0) this.#operate(open, act, a, b);
    else if (act === 22) this.#complete(thread, open, "undetermined", a % 2 === 0);
    else if (act === 23) this.#complete(thread, open, "aborted", false);
    else this.#complete(thread, open, "committed");
  }

  #begin(thread: number, a: number, act: number, chance: number): void {
    const lag = this.#how.flavour === "lagging" ? a % 3 : 0;
    const open: Open = {
      number: this.#done.length,
      session: this.#sessions[thread]!,
      begin: this.#event++,
      snapshot: Math.max(0, this.#commits.length - lag),
      chance,
      operations: [],
    };
    this.#open[thread] = open;
    this.#done.push(undefined);
    if (act < 12) this.#operate(open, act, a, act);
  }

  #operate(open: Open, act: number, a: number, b: number): void {
    const key = a % this.#how.keys;
    const list = this.#isList(key);
    if (act % 2 === 0) {
      const value = this.#how.duplicates ? (b % 4 === 0 && list ? 1 : b % 4) : this.#fresh++;
      open.operations.push({ kind: list ? "append" : "write", key, value });
      return;
    }
    const seen = this.#visible(open, b);
    const lying = b < this.#how.lies;
    if (list)
      open.operations.push({ kind: "read-list", key, value: this.#listOf(open, seen, key, lying, act) });
    else open.operations.push({ kind: "read", key, value: this.#valueOf(open, seen, key, lying, act) });
  }

  /** The commits that a read sees. */
  #visible(open: Open, b: number): readonly Commit[] {
    switch (this.#how.flavour) {
      case "latest":
        return this.#commits;
      case "snapshot":
      case "checked":
        return this.#commits.slice(0, open.snapshot);
      case "lagging":
        return this.#commits.slice(0, b % 6 === 0 ? Math.max(0, open.snapshot - 1) : open.snapshot);
      case "sessions":
        // Each session sees its own at once, and of others what is not the latest.
        return this.#commits.filter(
          ({ session }, i) => session === open.session || i < open.snapshot - (open.session % 2),
        );
      case "partial":
        // Each transaction sees some of the others, whole.
        return this.#commits.filter((_, i) => ((open.chance >> (i % 6)) & 1) === 1);
      case "any":
        return this.#commits.slice(0, (open.chance * (b + 1)) % (this.#commits.length + 1));
    }
  }

  #valueOf(open: Open, seen: readonly Commit[], key: number, lying: boolean, act: number): number {
    const operations = [...seen.flatMap((commit) => commit.operations), ...open.operations];
    const written = operations.filter((operation) => operation.kind === "write" && operation.key === key);
    if (!lying) return valueOr0(written.at(-1));
    const others = this.#open.flatMap((other) => (other === open ? [] : (other?.operations ?? [])));
    const strange = [...this.#aborted, ...others, ...written.slice(0, -1)].filter(
      (operation) => operation.kind === "write" && operation.key === key,
    );
    return act === 1 ? 99 : valueOr0(strange[act % Math.max(1, strange.length)]);
  }

  #listOf(open: Open, seen: readonly Commit[], key: number, lying: boolean, act: number): number[] {
    const appended = (operations: readonly PlainOperation[]): number[] =>
      operations.flatMap((operation) =>
        operation.kind === "append" && operation.key === key ? [operation.value] : [],
      );
    const list = [...seen.flatMap((commit) => appended(commit.operations)), ...appended(open.operations)];
    if (!lying) return list;
    switch (act % 7) {
      case 0:
      case 1:
        return list.slice(0, -1);
      case 2:
        return list.toReversed();
      case 3:
        return [
          ...list,
          ...appended(this.#open.flatMap((other) => (other === open ? [] : (other?.operations ?? [])))),
        ];
      case 4:
        return [...appended(this.#aborted), ...list];
      case 5:
        return list.length > 2 ? [...list, list[0]!] : list.slice(1);
      default:
        return list.toSpliced(-2, 1);
    }
  }

  #isList(key: number): boolean {
    return this.#how.objects === "lists" || (this.#how.objects === "mixed" && key % 2 === 1);
  }

  #complete(thread: number, open: Open, status: PlainTransaction["status"], applied = true): void {
    const conflicts = this.#commits
      .slice(open.snapshot)
      .some((commit) =>
        commit.operations.some(
          (a) => isWrite(a) && open.operations.some((b) => isWrite(b) && a.key === b.key),
        ),
      );
    const outcome =
      status === "committed" && this.#how.flavour === "checked" && conflicts ? "aborted" : status;
    if (outcome === "committed" || (outcome === "undetermined" && applied)) this.#commits.push(open);
    else if (outcome === "undetermined") this.#ghosts.push(open);
    else this.#aborted.push(...open.operations);
    this.#done[open.number] = {
      status: outcome,
      session: open.session,
      begin: open.begin,
      end: outcome === "undetermined" ? Infinity : this.#event++,
      operations: outcome === "committed" ? open.operations : open.operations.map(withoutResult),
    };
    this.#open[thread] = undefined;
    if (outcome === "undetermined") this.#sessions[thread]! += 3;
  }
}

function isWrite({ kind }: PlainOperation): boolean {
  return kind === "write" || kind === "append";
}

/** Nobody was told what it read. */
function withoutResult(operation: PlainOperation): PlainOperation {
  if (operation.kind === "read") return { ...operation, value: undefined };
  return operation.kind === "read-list" ? { ...operation, value: undefined } : operation;
}

function valueOr0(operation: PlainOperation | undefined): number {
  return typeof operation?.value === "number" ? operation.value : 0;
}
