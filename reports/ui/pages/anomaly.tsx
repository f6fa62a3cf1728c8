import { useEffect, useState } from "preact/hooks";
import type { Json } from "../../../histories/json.ts";
import { isJsonArray, isJsonObject } from "../../../histories/json.ts";
import type { AnomalySummary } from "../../payload/summary.ts";
import { Counterexample } from "../counterexample/counterexample.tsx";
import { readNonlinearizable } from "../../evidence.ts";
import { readIsolationAnomaly } from "../../isolation-evidence.ts";
import { IsolationCycle } from "../isolation/cycle.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Excerpt } from "../parts/operation-table.tsx";
import { go } from "../report/route.ts";
import { rowOfEvent, type Operations } from "../report/operations.ts";
import {
  anomalies,
  anomalyId,
  clampSpan,
  hasSpaceTime,
  loadEvidence,
  selected,
  summary,
  view,
} from "../report/state.ts";
import { Inspector } from "../timeline/inspector.tsx";

/** One contradiction: what it says, the evidence, and the operations that are part of it. */
export function AnomalyPage() {
  const anomaly = anomalies.find(({ id }) => id === anomalyId.value) ?? anomalies[0];
  if (anomaly === undefined)
    return (
      <div class="page">
        <h2>No anomalies</h2>
        <p class="muted">
          {summary.valid === true
            ? "No check found a contradiction in this history."
            : "No check found a contradiction; the overview says why the verdict is open all the same."}
        </p>
      </div>
    );
  return <Loaded evenNone>{(operations) => <Anomaly anomaly={anomaly} operations={operations} />}</Loaded>;
}

function Anomaly({ anomaly, operations }: { anomaly: AnomalySummary; operations: Operations }) {
  const [evidence, setEvidence] = useState<unknown>(undefined);
  useEffect(() => {
    let wanted = true;
    setEvidence(undefined);
    selected.value = -1;
    void loadEvidence(anomaly).then((found) => {
      if (wanted) setEvidence(found);
    });
    return () => {
      wanted = false;
    };
  }, [anomaly]);
  const nonlinearizable = readNonlinearizable(isJsonObject(evidence) ? evidence["evidence"] : undefined);
  const isolation = readIsolationAnomaly(isJsonObject(evidence) ? evidence["evidence"] : undefined);
  const number = anomalies.indexOf(anomaly);
  return (
    <div class="page">
      <div class="page-head">
        <h2>
          {anomaly.type} {anomaly.key === undefined ? null : <span class="muted">key {anomaly.key}</span>}
        </h2>
        {anomalies.length > 1 ? (
          <div class="stepper">
            <button
              disabled={number <= 0}
              onClick={() => go("anomaly", anomalies[number - 1]?.id)}
              aria-label="Previous anomaly"
            >
              ‹
            </button>
            <span class="select">
              <select
                aria-label="Anomaly"
                value={anomaly.id}
                onChange={(event) => go("anomaly", event.currentTarget.value)}
              >
                {anomalies.map(({ id, type, key }, i) => (
                  <option key={id} value={id}>
                    {i + 1} of {anomalies.length}: {key === undefined ? type : `key ${key}`}
                  </option>
                ))}
              </select>
            </span>
            <button
              disabled={number >= anomalies.length - 1}
              onClick={() => go("anomaly", anomalies[number + 1]?.id)}
              aria-label="Next anomaly"
            >
              ›
            </button>
          </div>
        ) : null}
      </div>
      <p class="lead">{isolation?.heading ?? anomaly.explanation}</p>
      <p class="actions">
        {anomaly.window === undefined ? null : (
          <button class="small-button" onClick={() => showOnTimeline(anomaly, operations)}>
            Show on the timeline
          </button>
        )}
        {hasSpaceTime ? (
          <button class="small-button" onClick={() => go("messages")}>
            Show the messages
          </button>
        ) : null}
        <CopyButton text={markdown(anomaly)} label="Copy as Markdown" />
      </p>
      <div class="with-inspector">
        <div>
          {nonlinearizable === undefined ? null : (
            <Counterexample key={anomaly.id} evidence={nonlinearizable} operations={operations} />
          )}
          {isolation === undefined ? null : (
            <IsolationCycle
              key={anomaly.id}
              type={anomaly.type}
              evidence={isolation}
              operations={operations}
            />
          )}
          <Script evidence={evidence} />
          {anomaly.operations.length === 0 ? null : (
            <>
              <h3>Operations that contradict one another</h3>
              <Excerpt operations={operations} indices={anomaly.operations} />
            </>
          )}
          {evidence === undefined ? (
            anomaly.block === undefined ? (
              <p class="muted small">This report holds no more evidence than the above.</p>
            ) : null
          ) : (
            <RawEvidence evidence={evidence} />
          )}
        </div>
        {selected.value >= 0 ? <Inspector operations={operations} /> : null}
      </div>
    </div>
  );
}

function showOnTimeline(anomaly: AnomalySummary, operations: Operations): void {
  const { window } = anomaly;
  if (window === undefined) return;
  const margin = Math.max(window.end - window.start, 1000) * 0.6;
  view.value = clampSpan(window.start - margin, window.end + margin);
  go("timeline");
  selected.value = rowOfEvent(operations, anomaly.operations.at(-1) ?? -1);
}

function markdown(anomaly: AnomalySummary): string {
  return [
    `### ${anomaly.type}${anomaly.key === undefined ? "" : ` (key ${anomaly.key})`}`,
    "",
    anomaly.explanation,
    "",
    `Operations: ${anomaly.operations.join(", ")}`,
    ...(summary.run === undefined ? [] : ["", "Reproduce:", "", `    ${summary.run.command}`]),
    "",
  ].join("\n");
}

/** The steps of a run that was found by exploring, where the evidence is that. */
function Script({ evidence }: { evidence: unknown }) {
  const inner = isJsonObject(evidence) ? evidence["evidence"] : undefined;
  const steps = isJsonObject(inner) && inner["kind"] === "steps" ? inner["steps"] : undefined;
  if (!isJsonArray(steps)) return null;
  return (
    <>
      <h3>Step by step</h3>
      <ol class="script">
        {steps.map((step, i) => (
          <li key={i}>{typeof step === "string" ? step : JSON.stringify(step)}</li>
        ))}
      </ol>
    </>
  );
}

const RawMax = 200_000;

function RawEvidence({ evidence }: { evidence: unknown }) {
  const inner: Json | undefined = isJsonObject(evidence) ? evidence["evidence"] : undefined;
  const text = JSON.stringify(inner ?? null, null, 2);
  return (
    <details class="twin">
      <summary>Evidence as data</summary>
      <pre class="raw">{text.length > RawMax ? `${text.slice(0, RawMax)}\n…` : text}</pre>
    </details>
  );
}
