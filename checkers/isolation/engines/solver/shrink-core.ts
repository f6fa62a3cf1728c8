import type { Edge } from "../../decision.ts";
import { Initial, type Reading } from "../../reading.ts";
import { restrict } from "../../restrict.ts";
import { cycleByForcing } from "./forcing.ts";
import type { Effort } from "./order.ts";
import type { Rules } from "./rules.ts";
import type { Solution } from "./solve.ts";

/** Visits of nodes and edges that the shrinking of one core may take, besides what the budget leaves. */
const ShrinkEffort = 20_000_000;
/** Larger cores are not taken apart one by one. */
const Large = 400;

type Solve = (reading: Reading, rules: Rules, effort: Effort) => Solution;
type Contradiction = Extract<Solution, { readonly result: "cycle" | "core" }>;

/**
 * Makes a contradiction small: as long as some of its nodes without the others still contradict one another, the others go. A cycle that
 * comes out is as good as it gets; and what is left of a core is explained by a cycle of forced orders if they suffice.
 * Deterministic; what the effort does not allow stays as it is.
 */
export function shrinkCore(
  reading: Reading,
  rules: Rules,
  core: readonly number[],
  solve: Solve,
): Contradiction {
  const effort: Effort = { left: ShrinkEffort };
  let kept = Int32Array.from([Initial, ...core]);
  let part = restrict(reading, kept);
  const attempt = (some: Int32Array): Contradiction | undefined => {
    // `some` are nodes of the part.
    const smaller = restrict(part, some);
    const solution = solve(smaller, rules, effort);
    if (solution.result !== "cycle" && solution.result !== "core") return undefined;
    const nodes = some.map((node) => kept[node]!);
    if (solution.result === "cycle")
      return { result: "cycle", cycle: solution.cycle.map((edge) => renamed(edge, nodes)) };
    const rest = Int32Array.from([Initial, ...solution.core]);
    part = restrict(smaller, rest);
    kept = rest.map((node) => nodes[node]!);
    return { result: "core", core: [...kept.subarray(1)] };
  };
  const all = (): Int32Array => Int32Array.from(kept.keys());

  const first = attempt(all());
  // A core that is none would be a fault of the search: the whole is one for certain.
  if (first === undefined)
    return { result: "core", core: Array.from({ length: reading.nodes - 1 }, (_, i) => i + 1) };
  if (first.result === "cycle") return first;
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    if (size < kept.length / Large) break;
    for (let at = 1; at < kept.length && effort.left > 0;) {
      const before = kept.length;
      const without = all().filter((i) => i < at || i >= at + size);
      const result = without.length === kept.length ? undefined : attempt(without);
      if (result?.result === "cycle") return result;
      if (result === undefined || kept.length === before) at += size;
    }
  }
  const cycle = cycleByForcing(part, rules, effort);
  if (cycle !== undefined) return { result: "cycle", cycle: cycle.map((edge) => renamed(edge, kept)) };
  return { result: "core", core: [...kept.subarray(1)] };
}

/** An edge of a part as one of the whole; so are its reasons, which may be shared: each is made once, after its own. */
function renamed(edge: Edge, nodes: Int32Array): Edge {
  const done = new Map<Edge, Edge>();
  const stack = [edge];
  while (stack.length > 0) {
    const one = stack.at(-1)!;
    const open = (one.because ?? []).filter((reason) => !done.has(reason));
    if (open.length > 0 && !done.has(one)) {
      stack.push(...open);
      continue;
    }
    stack.pop();
    const { because, ...rest } = one;
    done.set(one, {
      ...rest,
      from: nodes[one.from]!,
      to: nodes[one.to]!,
      ...(because === undefined ? {} : { because: because.map((reason) => done.get(reason)!) }),
    });
  }
  return done.get(edge)!;
}
