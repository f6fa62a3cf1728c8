import type { EdgeKind } from "../../isolation/decision.ts";
import type { Transactions } from "../../isolation/transactions.ts";
import type { ClaimedEdge } from "./claims.ts";

/** A claimed edge with the number of its key in the columns; −1 if it has none. */
export interface NumberedEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  readonly key: number;
  readonly because: readonly NumberedEdge[];
}

/**
 * The edges of a cycle with all that they are inferred from, each after its reasons; `undefined` if the reasons go round
 * in a circle.
 */
export function reasonsFirst(cycle: readonly ClaimedEdge[]): ClaimedEdge[] | undefined {
  const ordered: ClaimedEdge[] = [];
  const settled = new Set<ClaimedEdge>();
  const entered = new Set<ClaimedEdge>();
  const stack = [...cycle];
  for (let edge = stack.at(-1); edge !== undefined; edge = stack.at(-1)) {
    if (settled.has(edge)) {
      stack.pop();
      continue;
    }
    const open = (edge.because ?? []).filter((reason) => !settled.has(reason));
    if (open.length > 0) {
      if (entered.has(edge)) return undefined;
      entered.add(edge);
      stack.push(...open);
      continue;
    }
    stack.pop();
    settled.add(edge);
    ordered.push(edge);
  }
  return ordered;
}

/** Edges with the numbers of their keys, those that they are inferred from first. */
export class NumberedEdges {
  readonly all: readonly NumberedEdge[];
  readonly #numbered = new Map<ClaimedEdge, NumberedEdge>();

  constructor({ history, keys }: Transactions, ordered: readonly ClaimedEdge[]) {
    this.all = ordered.map((edge) => {
      const { from, to, kind, key } = edge;
      const number = key === undefined ? -1 : keys.indexOf(history.valueTable.number(key));
      const numbered = { from, to, kind, key: number, because: this.of(edge.because ?? []) };
      this.#numbered.set(edge, numbered);
      return numbered;
    });
  }

  of(edges: readonly ClaimedEdge[]): NumberedEdge[] {
    return edges.flatMap((edge) => this.#numbered.get(edge) ?? []);
  }
}

/** Whether each edge starts where the one before it ends. */
export function isPath(
  edges: readonly Pick<ClaimedEdge, "from" | "to">[],
  from: number,
  to: number,
): boolean {
  return (
    edges.length > 0 &&
    edges[0]!.from === from &&
    edges.at(-1)!.to === to &&
    edges.every((edge, i) => i === 0 || edges[i - 1]!.to === edge.from)
  );
}
