import type { Anomaly, Verdict } from "../verdict.ts";

/** So many contradictions of each type are told in full; the others are counted. */
const told = 8;

/** What a checker found, as anomalies of several types, counted, the first of each told. */
export class Contradictions {
  readonly #first: Anomaly[] = [];
  readonly #counts = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** `explain` is asked only where the contradiction is told. */
  add(type: string, operations: readonly number[], explain: () => string): void {
    const count = (this.#counts.get(type) ?? 0) + 1;
    this.#counts.set(type, count);
    if (count <= told)
      this.#first.push({
        type,
        operations: [...new Set(operations)].toSorted((a, b) => a - b),
        explanation: explain(),
      });
  }

  /**
   * The verdict: invalid if there is a contradiction, else unknown where `open` says why nothing can be said, else valid.
   */
  verdict(
    checker: string,
    statistics: Readonly<Record<string, number>>,
    open: string | undefined,
    notes: readonly string[] = [],
  ): Verdict {
    const all = [...notes];
    for (const [type, count] of this.#counts)
      if (count > told) all.push(`${count - told} more anomalies of type ${type} are not told one by one.`);
    const base = {
      checker,
      anomalies: this.#first,
      statistics: { ...statistics, ...Object.fromEntries(this.#counts) },
      ...(all.length === 0 ? {} : { notes: all }),
    };
    if (this.#counts.size > 0) return { ...base, valid: false };
    return open === undefined ? { ...base, valid: true } : { ...base, valid: "unknown", reason: open };
  }
}

/** What is said of operations that a checker does not know: nothing of them is judged. */
export function otherFunctions(names: ReadonlySet<string>): string[] {
  return names.size === 0
    ? []
    : [`Operations of other functions are not judged: ${[...names].toSorted().join(", ")}.`];
}
