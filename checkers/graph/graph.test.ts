import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { componentsOf } from "./components.ts";
import { EdgeList, graphOf, reversedGraphOf } from "./graph.ts";
import { priorityOrder } from "./priority-order.ts";
import { byChains, byWindows } from "./reachability.ts";
import { barriersOf } from "./real-time.ts";
import { topologicalOrder } from "./topological-order.ts";

const Never = 0x7fffffff;
const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 500);

type Pair = readonly [from: number, to: number];

function edgesOf(pairs: readonly Pair[]): EdgeList {
  const edges = new EdgeList(1);
  for (const [from, to] of pairs) edges.add(from, to);
  return edges;
}

/** Whether there is a path of at least one edge. */
function closureOf(nodes: number, pairs: readonly Pair[]): boolean[][] {
  const reached = Array.from({ length: nodes }, (_, a) =>
    Array.from({ length: nodes }, (__, b) => pairs.some(([from, to]) => from === a && to === b)),
  );
  for (let via = 0; via < nodes; via++)
    for (let a = 0; a < nodes; a++)
      for (let b = 0; b < nodes; b++) reached[a]![b] ||= reached[a]![via]! && reached[via]![b]!;
  return reached;
}

const graphs = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 14 }))
  .map(([nodes, pairs]) => ({ nodes, pairs: pairs.map(([a, b]): Pair => [a % nodes, b % nodes]) }));

test("a graph lists successors in the order given, a reversed one predecessors", () => {
  const edges = edgesOf([[2, 0], [0, 1], [2, 1], [2, 0]]); // prettier-ignore
  const more = edgesOf([[2, 2]]);
  const { first, to } = graphOf(3, edges, more);
  expect([...first]).toEqual([0, 1, 1, 5]);
  expect([...to]).toEqual([1, 0, 1, 0, 2]);
  const back = reversedGraphOf(3, edges, more);
  expect([...back.first]).toEqual([0, 2, 4, 5]);
  expect([...back.to]).toEqual([2, 2, 0, 2, 2]);
});

describe("by the definition", () => {
  test("components are the nodes that reach each other, numbered from where edges lead", () => {
    fc.assert(
      fc.property(graphs, ({ nodes, pairs }) => {
        const reached = closureOf(nodes, pairs);
        const { of, count, size } = componentsOf(graphOf(nodes, edgesOf(pairs)));
        expect(new Set(of).size).toBe(count);
        for (let a = 0; a < nodes; a++) {
          expect([...of].filter((c) => c === of[a]).length).toBe(size[of[a]!]);
          for (let b = 0; b < nodes; b++)
            expect(of[a] === of[b]).toBe(a === b || (reached[a]![b]! && reached[b]![a]!));
        }
        for (const [a, b] of pairs) expect(of[a]).toBeGreaterThanOrEqual(of[b]!);
      }),
      { numRuns: Runs },
    );
  });

  test("an order follows every edge, and there is none with a cycle", () => {
    const counts = { ordered: 0, cyclic: 0 };
    fc.assert(
      fc.property(graphs, ({ nodes, pairs }) => {
        const order = topologicalOrder(graphOf(nodes, edgesOf(pairs)));
        const cyclic = closureOf(nodes, pairs).some((row, a) => row[a]);
        expect(order === undefined).toBe(cyclic);
        counts[cyclic ? "cyclic" : "ordered"]++;
        if (order === undefined) return;
        expect(order.toSorted()).toEqual(Int32Array.from({ length: nodes }, (_, i) => i));
        for (const [a, b] of pairs) expect(order.indexOf(a)).toBeLessThan(order.indexOf(b));
      }),
      { numRuns: Runs },
    );
    expect(Math.min(counts.ordered, counts.cyclic)).toBeGreaterThan(Runs / 20);
  });

  test("without edges the order is that of the numbers", () => {
    expect([...topologicalOrder(graphOf(4))!]).toEqual([0, 1, 2, 3]);
  });

  test("of what may come next, that of the least priority does", () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(3), { minLength: 9, maxLength: 9 }), ({ nodes, pairs }, given) => {
        const down = pairs.filter(([a, b]) => a !== b).map(([a, b]): Pair => (a < b ? [b, a] : [a, b]));
        const left = new Set(Array.from({ length: nodes }, (_, a) => a));
        const expected: number[] = [];
        while (left.size > 0) {
          const free = [...left].filter((b) => !down.some(([a, to]) => to === b && left.has(a)));
          free.sort((a, b) => given[a]! - given[b]! || a - b);
          expected.push(free[0]!);
          left.delete(free[0]!);
        }
        const priority = Float64Array.from(given);
        expect([...priorityOrder(graphOf(nodes, edgesOf(down)), priority)]).toEqual(expected);
      }),
      { numRuns: Runs },
    );
  });

  test("barriers make one node reach another exactly if it was over before", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.nat(8), fc.nat(9)), { maxLength: 8 }),
        fc.boolean(),
        (spans, sparse) => {
          let time = 0;
          const unit = sparse ? 100_000 : 1;
          const begin = Int32Array.from(spans, ([gap]) => (time += gap) * unit);
          const end = begin.map((b, i) => (spans[i]![2] === 0 ? Never : b + spans[i]![1] * unit));
          const nodes = spans.length;
          const { edges, barriers } = barriersOf(begin, end, 0);
          const pairs = Array.from({ length: edges.count }, (_, e): Pair => [edges.from[e]!, edges.to[e]!]);
          expect(barriers).toBeLessThanOrEqual(nodes);
          const reached = closureOf(nodes + barriers, pairs);
          for (let a = 0; a < nodes; a++)
            for (let b = 0; b < nodes; b++) expect(reached[a]![b]).toBe(end[a]! < begin[b]!);
        },
      ),
      { numRuns: Runs },
    );
  });

  test("reachability by windows and by chains is that of the paths", () => {
    let yes = 0;
    fc.assert(
      fc.property(graphs, fc.array(fc.tuple(fc.nat(8), fc.nat(8))), ({ nodes, pairs }, asked) => {
        const down = pairs.filter(([a, b]) => a !== b).map(([a, b]): Pair => (a < b ? [b, a] : [a, b]));
        const reached = closureOf(nodes, down);
        const order = topologicalOrder(graphOf(nodes, edgesOf(down)))!;
        const place = new Int32Array(nodes);
        order.forEach((a, i) => (place[a] = i));
        const dag = { reversed: reversedGraphOf(nodes, edgesOf(down)), order, place };
        const questions = asked
          .map(([a, b]): Pair => [a % nodes, b % nodes])
          .toSorted((one, other) => one[1] - other[1]);
        const expected = questions.map(([a, b]) => Number(a !== b && reached[a]![b]));
        yes += expected.includes(1) ? 1 : 0;
        for (const by of [byWindows, byChains]) {
          expect([...by(dag, edgesOf(questions), false, 1e9)!.reached]).toEqual(expected);
          expect(by(dag, edgesOf(questions), false, 1e9)!.first).toBe(expected.indexOf(1));
          const one = by(dag, edgesOf(questions), true, 1e9)!;
          expect(one.first >= 0).toBe(expected.includes(1));
          if (one.first >= 0) expect(expected[one.first]).toBe(1);
        }
        if (questions.some(([a, b]) => place[a]! < place[b]!)) {
          expect(byWindows(dag, edgesOf(questions), false, 0)).toBeUndefined();
          expect(byChains(dag, edgesOf(questions), false, 0)).toBeUndefined();
        }
      }),
      { numRuns: Runs },
    );
    expect(yes).toBeGreaterThan(Runs / 20);
  });
});
