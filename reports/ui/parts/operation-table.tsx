import { useRef, useState } from "preact/hooks";
import { duration } from "../../text.ts";
import { outcomeNames, rowOfEvent, type Operations } from "../report/operations.ts";
import { keyName, selected, valueOf } from "../report/state.ts";
import { operationText } from "../timeline/operation-text.ts";
import { Outcome } from "./badge.tsx";

const RowHeight = 30;
const ViewportRows = 18;
const ExcerptMax = 200;

/** Operations by row in a table that draws only the rows in sight, so that a million scroll as well as ten. */
export function OperationTable({ operations, rows }: { operations: Operations; rows: Int32Array }) {
  const [top, setTop] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  // Browsers draw nothing beyond some ten million pixels: taller tables scroll by a share.
  const full = rows.length * RowHeight;
  const tall = Math.min(full, 8_000_000);
  const viewport = Math.min(ViewportRows, rows.length) * RowHeight;
  const share = tall > viewport ? top / (tall - viewport) : 0;
  const first = Math.max(
    0,
    Math.min(rows.length - ViewportRows, Math.floor((share * (full - viewport)) / RowHeight)),
  );
  const shown = rows.subarray(first, first + ViewportRows + 1);
  return (
    <div class="table-scroll">
      <table class="operations head">
        <Head />
      </table>
      <div
        class="virtual"
        ref={place}
        style={{ height: `${viewport + 2}px` }}
        tabIndex={0}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div style={{ height: `${tall}px`, position: "relative" }}>
          <table
            class="operations"
            style={{ position: "absolute", top: `${top - (full === tall ? top % RowHeight : 0)}px` }}
          >
            <tbody>
              {Array.from(shown, (row) => (
                <Row key={row} operations={operations} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  );
}

/** A few operations by the indices of their events, in a plain table. */
export function Excerpt({ operations, indices }: { operations: Operations; indices: readonly number[] }) {
  const rows = [...new Set(indices.map((index) => rowOfEvent(operations, index)))]
    .filter((row) => row >= 0)
    .toSorted((a, b) => a - b);
  return (
    <div class="table-scroll">
      <table class="operations">
        <Head />
        <tbody>
          {rows.slice(0, ExcerptMax).map((row) => (
            <Row key={row} operations={operations} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > ExcerptMax ? (
        <p class="muted small">{rows.length - ExcerptMax} more are not listed.</p>
      ) : null}
    </div>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        <th class="c-op">Op</th>
        <th class="c-process">Process</th>
        <th class="c-time began">Invoked</th>
        <th class="c-time">Took</th>
        <th class="c-outcome left">Outcome</th>
        <th class="c-key left">Key</th>
        <th class="c-what left">What</th>
      </tr>
    </thead>
  );
}

function Row({ operations, row }: { operations: Operations; row: number }) {
  const index = operations.index[row] ?? 0;
  const start = operations.start[row] ?? 0;
  const value = valueOf(index);
  const outcome = outcomeNames[operations.outcome[row] ?? 3] ?? "info";
  const error = typeof value?.[3] === "string" ? ` (${value[3]})` : "";
  const open = operations.completion[row] === index;
  return (
    <tr class={selected.value === row ? "current" : ""} onClick={() => (selected.value = row)}>
      <td class="c-op">{index}</td>
      <td class="c-process">{operations.process[row]}</td>
      <td class="c-time began">{(start / 1e9).toFixed(4)} s</td>
      <td class="c-time">{open ? "–" : duration((operations.end[row] ?? 0) - start)}</td>
      <td class="c-outcome left">
        <Outcome name={outcome} />
      </td>
      <td class="c-key left mono">{keyName(operations.key[row] ?? -1)}</td>
      <td class="c-what left mono">
        {operationText(operations, row)}
        {error}
      </td>
    </tr>
  );
}
