import { useMemo, useState } from "preact/hooks";
import { counted } from "../../text.ts";
import { Loaded } from "../parts/loaded.tsx";
import { OperationTable } from "../parts/operation-table.tsx";
import { WindowNote } from "../parts/window-note.tsx";
import type { Operations } from "../report/operations.ts";
import { keyName, marked, selected, summary, valueOf, view } from "../report/state.ts";
import { Inspector } from "../timeline/inspector.tsx";

/** The timeline as a table: every operation in the window, with simple filters. */
export function OperationsPage() {
  return <Loaded>{(operations) => <Listing operations={operations} />}</Loaded>;
}

function Listing({ operations }: { operations: Operations }) {
  const [outcome, setOutcome] = useState(0);
  const [f, setF] = useState(-1);
  const [words, setWords] = useState("");
  const { start, end } = view.value;
  const anomalous = marked.value;
  const rows = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    const inAnomaly = new Set(outcome === 4 ? anomalous : []);
    const chosen = new Int32Array(operations.rows);
    let count = 0;
    for (let row = 0; row < operations.rows; row++) {
      if ((operations.start[row] ?? 0) > end) break;
      if ((operations.end[row] ?? 0) < start) continue;
      if (outcome === 4 ? !inAnomaly.has(row) : outcome > 0 && operations.outcome[row] !== outcome) continue;
      if (f >= 0 && operations.f[row] !== f) continue;
      if (wanted !== "" && !matches(operations, row, wanted)) continue;
      chosen[count++] = row;
    }
    return chosen.slice(0, count);
  }, [operations, outcome, f, words, start, end, anomalous]);
  const used = useMemo(() => [...new Set(operations.f)].toSorted((a, b) => a - b), [operations]);
  return (
    <div class="page">
      <div class="page-head">
        <h2>Operations</h2>
        <div class="filters">
          <label class="select">
            Function{" "}
            <select value={f} onChange={(event) => setF(Number(event.currentTarget.value))}>
              <option value={-1}>all</option>
              {used.map((number) => (
                <option key={number} value={number}>
                  {summary.functions[number]}
                </option>
              ))}
            </select>
          </label>
          <label class="select">
            Outcome{" "}
            <select value={outcome} onChange={(event) => setOutcome(Number(event.currentTarget.value))}>
              <option value={0}>all</option>
              <option value={1}>ok</option>
              <option value={2}>fail</option>
              <option value={3}>info</option>
              <option value={4}>in an anomaly</option>
            </select>
          </label>
          <input
            type="search"
            placeholder="Find in values, keys, nodes"
            aria-label="Find in values, keys, nodes"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </div>
      </div>
      <WindowNote />
      <p class="muted">{counted(rows.length, "operation")}</p>
      <div class="with-inspector">
        <OperationTable operations={operations} rows={rows} />
        {selected.value >= 0 ? <Inspector operations={operations} /> : null}
      </div>
    </div>
  );
}

function matches(operations: Operations, row: number, words: string): boolean {
  const value = valueOf(operations.index[row] ?? -1);
  return [
    String(operations.index[row]),
    `p${operations.process[row]}`,
    summary.functions[operations.f[row] ?? 0] ?? "",
    summary.nodes[operations.node[row] ?? -1] ?? "",
    keyName(operations.key[row] ?? -1),
    value?.[1] ?? "",
    value?.[2] ?? "",
    value?.[3] ?? "",
  ].some((text) => text.toLowerCase().includes(words));
}
