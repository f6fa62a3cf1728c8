import { duration, count } from "../../text.ts";
import { outcomeNames, type Operations } from "../report/operations.ts";
import { anomalies, keyName, selected, summary, valueOf } from "../report/state.ts";
import { go } from "../report/route.ts";
import { CopyButton } from "../parts/copy.tsx";
import { Outcome } from "../parts/badge.tsx";

/** All that is known of the selected operation. */
export function Inspector({ operations }: { operations: Operations }) {
  const row = selected.value;
  if (row < 0 || row >= operations.rows)
    return (
      <aside class="inspector empty" aria-label="Selected operation">
        <p class="muted">Click an operation to see all that is known of it.</p>
      </aside>
    );
  const index = operations.index[row] ?? 0;
  const completion = operations.completion[row] ?? index;
  const start = operations.start[row] ?? 0;
  const end = operations.end[row] ?? start;
  const outcome = outcomeNames[operations.outcome[row] ?? 3] ?? "info";
  const f = summary.functions[operations.f[row] ?? 0] ?? "?";
  const key = keyName(operations.key[row] ?? -1);
  const node = summary.nodes[operations.node[row] ?? -1];
  const value = valueOf(index);
  const faults = summary.faults.spans.filter((span) => span.start <= end && span.end >= start);
  const part = anomalies.filter((anomaly) =>
    anomaly.operations.some((at) => at === index || at === completion),
  );
  const raw = JSON.stringify({
    index,
    completion: completion === index ? null : completion,
    time: start,
    process: operations.process[row],
    f,
    outcome,
    ...(key === "" ? {} : { key }),
    ...(node === undefined ? {} : { node }),
    ...(value === undefined ? {} : { argument: value[1], result: value[2], error: value[3] }),
  });
  return (
    <aside class="inspector" aria-label="Selected operation" aria-live="polite">
      <header>
        <h3>
          <span class="mono">{f}</span> <Outcome name={outcome} />
        </h3>
        <button class="quiet" aria-label="Close" onClick={() => (selected.value = -1)}>
          ✕
        </button>
      </header>
      <dl>
        <dt>Operation</dt>
        <dd class="mono">{completion === index ? count(index) : `${count(index)} – ${count(completion)}`}</dd>
        <dt>Process</dt>
        <dd class="mono">{operations.process[row]}</dd>
        {node === undefined ? null : (
          <>
            <dt>Node</dt>
            <dd class="mono">{node}</dd>
          </>
        )}
        {key === "" ? null : (
          <>
            <dt>Key</dt>
            <dd class="mono">{key}</dd>
          </>
        )}
        <dt>Invoked at</dt>
        <dd>{(start / 1e9).toFixed(6)} s</dd>
        <dt>{completion === index ? "Completed" : outcome === "info" ? "Gave up after" : "Took"}</dt>
        <dd>{completion === index ? "never" : duration(end - start)}</dd>
        {value === undefined ? null : (
          <>
            <dt>Argument</dt>
            <dd class="mono value">{value[1]}</dd>
            <dt>Result</dt>
            <dd class="mono value">{value[2] ?? "none"}</dd>
          </>
        )}
        {typeof value?.[3] !== "string" ? null : (
          <>
            <dt>Error</dt>
            <dd class="mono value">{value[3]}</dd>
          </>
        )}
        {faults.length === 0 ? null : (
          <>
            <dt>During</dt>
            <dd>
              {[...new Set(faults.map(({ kind }) => summary.faults.kinds[kind]?.name ?? "fault"))].join(", ")}
            </dd>
          </>
        )}
      </dl>
      {value === undefined ? (
        <p class="muted small">The values of this operation are not in this file.</p>
      ) : null}
      {outcome === "info" ? (
        <p class="muted small">
          Nobody knows whether this took effect: it may have, at any moment from its invocation on.
        </p>
      ) : null}
      {part.map((anomaly) => (
        <p key={anomaly.id} class="callout">
          <button class="link" onClick={() => go("anomaly", anomaly.id)}>
            Part of {anomaly.type}
          </button>
        </p>
      ))}
      <details>
        <summary>Raw</summary>
        <pre class="raw">{raw}</pre>
        <CopyButton text={raw} label="Copy" />
      </details>
    </aside>
  );
}
