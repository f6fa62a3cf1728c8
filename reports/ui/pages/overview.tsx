import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isJsonObject } from "../../../histories/json.ts";
import { readIsolationAnomaly } from "../../isolation-evidence.ts";
import type { AnomalySummary, ReportSummary, VerdictSummary } from "../../payload/summary.ts";
import { count, counted, duration, percent } from "../../text.ts";
import { Diagram } from "../counterexample/diagram.tsx";
import { layOut } from "../counterexample/layout.ts";
import { CyclePicture } from "../isolation/cycle.tsx";
import { Lattice } from "../isolation/lattice.tsx";
import { Badge, validityClass } from "../parts/badge.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { Excerpt } from "../parts/operation-table.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { FaultLegend } from "../parts/window-note.tsx";
import { go } from "../report/route.ts";
import { rowOfEvent, type Operations } from "../report/operations.ts";
import {
  anomalies,
  isLog,
  loadEvidence,
  loadOperations,
  operations,
  selected,
  summary,
} from "../report/state.ts";

/** What came out and what it rests on, in plain words first. */
export function OverviewPage() {
  return (
    <div class="page overview">
      <section class={`verdict-head ${validityClass(summary.valid)}`}>
        <Badge valid={summary.valid} large />
        <p class="sentence">{summary.sentence}</p>
      </section>
      <section aria-label="Checks" class="cards">
        {summary.verdicts.length === 0 ? <p class="muted">No check was made.</p> : null}
        {summary.verdicts.map((verdict, i) => (
          <VerdictCard key={i} verdict={verdict} />
        ))}
      </section>
      {summary.verdicts.map(({ levels }, i) =>
        levels === undefined ? null : <Lattice key={i} levels={levels} />,
      )}
      <FirstAnomaly />
      {isLog ? null : <Work />}
      {summary.notes.length === 0 ? null : (
        <section>
          <h3>Notes</h3>
          <ul>
            {summary.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** What clients did, and what made the run. */
function Work() {
  return (
    <>
      <section>
        <h3>Throughput</h3>
        {summary.counts.operations === 0 ? (
          <p class="muted">There is nothing to draw.</p>
        ) : (
          <>
            <Sparkline />
            <FaultLegend />
          </>
        )}
      </section>
      <div class="columns">
        <FunctionTable />
        <Sight />
      </div>
      <Environment />
    </>
  );
}

function VerdictCard({ verdict }: { verdict: VerdictSummary }) {
  const { checker, model, valid, reason, advice, certificate, statistics, notes, found } = verdict;
  const [first] = verdict.anomalies;
  const figures = Object.entries(statistics);
  return (
    <article class={`card ${validityClass(valid)}`}>
      <header>
        <h4>
          {checker}
          {model === undefined ? null : <span class="muted"> {model}</span>}
        </h4>
        <Badge valid={valid} />
      </header>
      {valid === false && first !== undefined ? (
        <p>
          {counted(found, "anomaly", "anomalies")}.{" "}
          <button class="link" onClick={() => go("anomaly", first.id)}>
            See the evidence
          </button>
        </p>
      ) : null}
      {verdict.strongest === undefined || verdict.strongest.length === 0 ? null : (
        <p>
          <span class="muted">
            {verdict.levelsAsked === undefined
              ? "Strongest held:"
              : `Strongest held of ${verdict.levelsAsked.join(", ")} and what that implies:`}
          </span>{" "}
          {verdict.strongest.join(", ")}
        </p>
      )}
      {verdict.weakestBroken === undefined || verdict.weakestBroken.length === 0 ? null : (
        <p>
          <span class="muted">Weakest broken:</span> {verdict.weakestBroken.join(", ")}
        </p>
      )}
      {reason === undefined ? null : <p>{reason}</p>}
      {advice === undefined ? null : <p class="muted">{advice}</p>}
      {certificate === undefined ? null : (
        <p class="muted">
          {certificate.verified === true ? "✓ " : ""}
          Certificate: {certificate.kind},{" "}
          {certificate.verified === true ? "verified by separate code" : "not verified"}.
        </p>
      )}
      {valid === true && certificate === undefined && found === 0 ? (
        <p class="muted">Nothing contradicts it.</p>
      ) : null}
      {notes.map((note) => (
        <p class="muted" key={note}>
          {note}
        </p>
      ))}
      {figures.length === 0 ? null : (
        <details>
          <summary>Figures</summary>
          <dl class="figures">
            {figures.map(([name, number]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{Number.isInteger(number) ? count(number) : String(Number(number.toPrecision(4)))}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </article>
  );
}

function FirstAnomaly() {
  const [first] = anomalies;
  /** `null` where the report holds none. */
  const [evidence, setEvidence] = useState<unknown>(undefined);
  useEffect(() => {
    if (first === undefined) return;
    void loadOperations();
    void loadEvidence(first).then((found) => setEvidence(found ?? null));
  }, [first]);
  if (first === undefined) return null;
  const table = operations.value;
  const isolation = readIsolationAnomaly(isJsonObject(evidence) ? evidence["evidence"] : undefined);
  return (
    <section class="card invalid first-anomaly">
      <header>
        <h3>
          First anomaly: {first.type}
          {first.key === undefined ? null : <span class="muted"> on key {first.key}</span>}
        </h3>
        <button class="small-button primary" onClick={() => go("anomaly", first.id)}>
          Open the counterexample
        </button>
      </header>
      {isolation === undefined ? null : <p>{isolation.heading ?? first.explanation}</p>}
      {first.operations.length === 0 ? (
        <p>{first.explanation}</p>
      ) : table === undefined || evidence === undefined ? null : isolation === undefined ? (
        <Glance operations={table} anomaly={first} />
      ) : (
        <CyclePicture evidence={isolation} operations={table} />
      )}
      {anomalies.length > 1 ? (
        <p>
          {counted(anomalies.length - 1, "more anomaly", "more anomalies")}:{" "}
          {anomalies.slice(1, 9).map((anomaly, i) => (
            <span key={anomaly.id}>
              {i > 0 ? ", " : ""}
              <button class="link" onClick={() => go("anomaly", anomaly.id)}>
                {anomaly.type}
                {anomaly.key === undefined ? "" : ` on ${anomaly.key}`}
              </button>
            </span>
          ))}
          {anomalies.length > 9 ? ", …" : "."}
        </p>
      ) : null}
    </section>
  );
}

/** The operations of an anomaly in time, and the same as a table. */
function Glance({ operations: table, anomaly }: { operations: Operations; anomaly: AnomalySummary }) {
  const indices = anomaly.operations;
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(900);
  useEffect(() => setWidth(place.current?.clientWidth ?? 900), []);
  const layout = useMemo(() => layOut(table, indices.slice(0, 16), "order"), [table, indices]);
  return (
    <div ref={place}>
      <Diagram
        operations={table}
        layout={layout}
        bands={[]}
        points={[]}
        step={0}
        stuck={anomaly.focus === undefined ? -1 : rowOfEvent(table, anomaly.focus)}
        refused={new Set()}
        width={width}
        onSelect={(row) => {
          selected.value = row;
          go("operations");
        }}
      />
      <details class="twin">
        <summary>As a table</summary>
        <Excerpt operations={table} indices={indices} />
      </details>
    </div>
  );
}

function FunctionTable() {
  const rows = summary.counts.functions;
  return (
    <section>
      <h3>Operations</h3>
      {rows.length === 0 ? (
        <p class="muted">No client operation was recorded.</p>
      ) : (
        <div class="table-scroll">
          <table>
            <thead>
              <tr>
                <th class="left">Function</th>
                <th>ok</th>
                <th>fail</th>
                <th>info</th>
                <th class="left">Share</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ f, ok, fail, info }) => {
                const all = Math.max(1, ok + fail + info);
                return (
                  <tr key={f}>
                    <td class="left mono">{f}</td>
                    <td>{count(ok)}</td>
                    <td>{count(fail)}</td>
                    <td>{count(info)}</td>
                    <td class="left">
                      <span class="share" title={`${percent(ok / all)} ok`} aria-hidden="true">
                        <i class="ok" style={{ width: `${(ok / all) * 100}%` }} />
                        <i class="info" style={{ width: `${(info / all) * 100}%` }} />
                        <i class="fail" style={{ width: `${(fail / all) * 100}%` }} />
                      </span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A verdict is worth what the run could see: this says how much that was. */
function Sight() {
  const { counts, faults, run } = summary;
  const info = counts.functions.reduce((sum, tally) => sum + tally.info, 0);
  const applied = faults.kinds.filter(({ spans }) => spans > 0);
  const silent = faults.kinds.filter(({ spans }) => spans === 0).map(({ name }) => name);
  return (
    <section>
      <h3>What this run could and could not see</h3>
      <ul class="sight">
        <li>
          {counted(counts.operations, "operation")} by {counted(counts.processes, "process", "processes")} in{" "}
          {duration(counts.end - counts.start)}
          {counts.keys > 0 ? `, on ${counted(counts.keys, "key")}` : ""}.
        </li>
        {counts.operations === 0 ? null : (
          <li>
            {counts.concurrency <= 1
              ? "No two operations overlapped: nothing could race."
              : `Up to ${count(counts.concurrency)} operations at once.`}
          </li>
        )}
        {counts.operations === 0 ? null : (
          <li>
            {info === 0
              ? "The outcome of every operation is known."
              : `${count(info)} operations (${percent(info / Math.max(1, counts.operations))}) are of unknown outcome; each may or may not have happened.`}
          </li>
        )}
        <li>
          {applied.length === 0
            ? "No fault was in force: this says nothing about behaviour under faults."
            : `Faults in force: ${applied.map(({ name, spans, active }) => `${name} × ${spans} (${duration(active)})`).join(", ")}.`}
        </li>
        {silent.length === 0 ? null : <li>Asked for but never in force: {silent.join(", ")}.</li>}
        {faults.failed.length === 0 ? null : (
          <li>
            {counted(faults.failed.length, "fault was", "faults were")} asked for but not applied:{" "}
            {faults.failed.slice(0, 3).join("; ")}
            {faults.failed.length > 3 ? "; …" : "."}
          </li>
        )}
        {faults.operator === undefined ? null : (
          <li>
            The system did not come back by itself after the faults. An operator did this: {faults.operator}.
          </li>
        )}
        {run === undefined ? <li>How the run was made is not known: only its history was given.</li> : null}
      </ul>
    </section>
  );
}

function Environment() {
  const { run, source, versions } = summary;
  const rows = environmentRows(summary);
  return (
    <section>
      <h3>Run</h3>
      {run === undefined ? null : (
        <div class="reproduce">
          <code>{run.command}</code>
          <CopyButton text={run.command} label="Copy" />
        </div>
      )}
      <dl class="environment">
        {source === undefined ? null : (
          <div>
            <dt>History</dt>
            <dd class="mono">{source}</dd>
          </div>
        )}
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {versions.map(([program, version]) => (
          <div key={program}>
            <dt>{program}</dt>
            <dd class="mono">{version}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const networkNames: Readonly<Record<string, string>> = {
  namespaces: "network namespaces, with a router between them",
  proxies: "proxies",
};

function environmentRows({ run }: ReportSummary): (readonly [string, string])[] {
  if (run === undefined) return [];
  return [
    ["System", run.mutant === undefined ? run.system : `${run.system}, mutant ${run.mutant}`],
    ["Workload", run.workload],
    ["Seed", run.seed],
    ["Nodes", run.nodes.join(", ")],
    ...(run.network === undefined
      ? []
      : ([["Joined by", networkNames[run.network] ?? run.network]] as const)),
    ["Clients", `${run.concurrency}${run.rate === undefined ? "" : `, ${run.rate} operations a second`}`],
    ["Time limit", duration(run.seconds * 1e9)],
    ["Faults", run.faults.length === 0 ? "none" : run.faults.join(", ")],
    ["Started", run.started.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC")],
  ];
}
