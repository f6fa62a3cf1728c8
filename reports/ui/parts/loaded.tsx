import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Operations } from "../report/operations.ts";
import { failure, loadOperations, operations } from "../report/state.ts";

interface Props {
  readonly children: (operations: Operations) => ComponentChildren;
  /** Whether there is something to show without any operation. */
  readonly evenNone?: boolean;
}

/** Shows what needs the operations once they are unpacked. */
export function Loaded({ children, evenNone = false }: Props) {
  useEffect(() => void loadOperations(), []);
  if (failure.value !== "") return <p class="callout bad">{failure.value}</p>;
  const table = operations.value;
  if (table === undefined) return <p class="muted page">Unpacking the operations…</p>;
  if (table.rows === 0 && !evenNone)
    return (
      <div class="page">
        <h2>No operations</h2>
        <p class="muted">The history holds no operation of a client, so there is nothing to draw.</p>
      </div>
    );
  return <>{children(table)}</>;
}
