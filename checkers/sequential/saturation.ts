import { canonical } from "../../histories/json.ts";
import { isKnown, type Programs } from "./programs.ts";

/** Why one operation came before another in every order. */
export interface Forced {
  readonly from: number;
  readonly to: number;
  readonly kind: "process" | "read" | "overwritten" | "overwriting";
  /** The read that the last two kinds follow from. */
  readonly read?: number;
}

/** What must come before what in every order that explains the programs. */
export interface Order {
  /**
   * Before operation i must stand `clock[i * processes + p]` operations of process p; undefined when the
   * programs are too large to say.
   */
  readonly clock?: Int32Array;
  /** Operations that had to come before one another in a circle: no order explains the programs. */
  readonly cycle?: readonly Forced[];
}

/** Entries of clocks that are still worth computing. */
const MostEntries = 1 << 25;

/**
 * Necessary conditions for sequential consistency of registers, in polynomial time (as in the gradual checking
 * of Zennou, Bouajjani, Enea & Erradi 2019): what a process did first came first; what was read was written
 * before; and where a value was written once only, so that each read of it tells whose write it saw,
 *
 * - another write of the register that came before the read came before the write that was seen;
 * - another write that came after the write that was seen came after the read;
 *
 * for else it would stand between the two. Both are applied until nothing new follows. A circle refutes; none
 * proves nothing, but shows the search what it need not try. Unknown operations count as readers only
 * when their own write was seen: the others may never have happened, and nothing comes after them.
 *
 * Since what comes before an operation is a first part of each process, a clock says it (Fidge, Mattern 1988).
 */
export function saturate(programs: Programs): Order {
  const { length, processes } = programs;
  const width = processes.length;
  if (programs.objects[0]?.alphabet.model.structure?.kind !== "register" || length * width > MostEntries)
    return {};
  return new Saturation(programs).run();
}

const Unread = -2;
const Initial = -1;

class Saturation {
  readonly #programs: Programs;
  readonly #width: number;
  readonly #clock: Int32Array;
  readonly #after: Forced[][];
  /** Operation → the only one that can have written what it saw; `Initial`; `Unread`: it tells nothing. */
  readonly #source: Int32Array;
  /** Object and process → writes in order. */
  readonly #writes: number[][][];

  constructor(programs: Programs) {
    const { length, processes, objects } = programs;
    this.#programs = programs;
    this.#width = processes.length;
    this.#clock = new Int32Array(length * this.#width);
    this.#after = Array.from({ length }, () => []);
    this.#source = new Int32Array(length).fill(Unread);
    this.#writes = objects.map(() => processes.map(() => []));
  }

  run(): Order {
    this.#readSources();
    const { length, processes } = this.#programs;
    const first: Forced[] = [];
    for (const operations of processes)
      operations.slice(1).forEach((to, i) => first.push({ from: operations[i]!, to, kind: "process" }));
    for (let to = 0; to < length; to++) {
      const from = this.#source[to]!;
      if (from >= 0) first.push({ from, to, kind: "read" });
    }
    for (const edge of first) if (!this.#force(edge)) return { cycle: this.#circle(edge) };
    for (let grown = true; grown;) {
      grown = false;
      for (let read = 0; read < length; read++) {
        if (this.#source[read] === Unread) continue;
        for (const edge of this.#forcedBy(read)) {
          if (this.#isBefore(edge.from, edge.to)) continue;
          if (!this.#force(edge)) return { cycle: this.#circle(edge) };
          grown = true;
        }
      }
    }
    return { clock: this.#clock };
  }

  #readSources(): void {
    const { length, object, process, action, objects } = this.#programs;
    const writers = new Map<string, number[]>();
    const sees: (string | undefined)[] = [];
    for (let i = 0; i < length; i++) {
      const { model, ...alphabet } = this.#alphabetOf(i);
      const { structure } = model;
      if (structure?.kind !== "register") continue;
      const { input, output } = alphabet.get(action[i]!);
      const meaning = structure.meaning(input, output);
      const writes =
        meaning.does === "write" ? meaning.value : meaning.does === "cas" ? meaning.to : undefined;
      const seen =
        meaning.does === "read" ? meaning.value : meaning.does === "cas" ? meaning.from : undefined;
      const name = (value: typeof seen) => `${object[i]} ${canonical(value ?? null)}`;
      if (writes !== undefined) {
        this.#writes[object[i]!]![process[i]!]!.push(i);
        const others = writers.get(name(writes));
        if (others === undefined) writers.set(name(writes), [i]);
        else others.push(i);
      }
      if (seen !== undefined) sees[i] = name(seen);
    }
    const initial = objects.map(({ alphabet }, number) => {
      const { structure } = alphabet.model;
      return `${number} ${canonical(structure?.kind === "register" ? structure.initial : null)}`;
    });
    const told: number[] = [];
    for (let i = 0; i < length; i++) if (isKnown(this.#programs, i)) told.push(i);
    for (let next = 0; next < told.length; next++) {
      const reader = told[next]!;
      const seen = sees[reader];
      if (seen === undefined || this.#source[reader] !== Unread) continue;
      const candidates = writers.get(seen) ?? [];
      const isInitial = initial[object[reader]!] === seen;
      const [only] = candidates;
      if (only === undefined && isInitial) this.#source[reader] = Initial;
      if (only === undefined || candidates.length > 1 || isInitial || only === reader) continue;
      this.#source[reader] = only;
      if (!isKnown(this.#programs, only)) told.push(only);
    }
  }

  #alphabetOf(operation: number) {
    const { alphabet } = this.#programs.objects[this.#programs.object[operation]!]!;
    return { model: alphabet.model, get: (action: number) => alphabet.get(action) };
  }

  /** What follows from a read with what is known to come before what. */
  *#forcedBy(read: number): Generator<Forced> {
    const source = this.#source[read]!;
    for (const writes of this.#writes[this.#programs.object[read]!]!) {
      let last = -1;
      let next = -1;
      for (const write of writes) {
        if (write === source || write === read) continue;
        if (this.#isBefore(write, read)) last = write;
        if (next < 0 && (source === Initial || this.#isBefore(source, write))) next = write;
      }
      if (source !== Initial && last >= 0) yield { from: last, to: source, kind: "overwritten", read };
      if (next >= 0) yield { from: read, to: next, kind: "overwriting", read };
    }
  }

  #isBefore(earlier: number, later: number): boolean {
    const { process, place } = this.#programs;
    return this.#clock[later * this.#width + process[earlier]!]! > place[earlier]!;
  }

  /** Puts one operation before another, with all that follows; false when it closes a circle. */
  #force(edge: Forced): boolean {
    if (edge.from === edge.to) return false;
    this.#after[edge.from]!.push(edge);
    if (this.#isBefore(edge.to, edge.from)) return false;
    const open = [edge];
    for (let one = open.pop(); one !== undefined; one = open.pop())
      if (this.#merge(one)) open.push(...this.#after[one.to]!);
    return true;
  }

  #merge({ from, to }: Forced): boolean {
    const { process, place } = this.#programs;
    const width = this.#width;
    let grown = false;
    for (let p = 0; p < width; p++) {
      const count = p === process[from] ? place[from]! + 1 : this.#clock[from * width + p]!;
      if (count <= this.#clock[to * width + p]!) continue;
      this.#clock[to * width + p] = count;
      grown = true;
    }
    return grown;
  }

  /** A shortest circle through an edge. */
  #circle(edge: Forced): Forced[] {
    const came = new Map<number, Forced>();
    const queue = [edge.to];
    for (let next = 0; next < queue.length; next++) {
      for (const after of this.#after[queue[next]!]!) {
        if (came.has(after.to) || after.to === edge.to) continue;
        came.set(after.to, after);
        queue.push(after.to);
      }
    }
    const circle = [edge];
    for (let at = edge.from; at !== edge.to;) {
      const step = came.get(at);
      if (step === undefined) break;
      circle.unshift(step);
      at = step.from;
    }
    return circle;
  }
}
