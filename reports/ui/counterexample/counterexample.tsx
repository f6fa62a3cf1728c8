import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { counted } from "../../text.ts";
import { rowOfEvent, type Operations } from "../report/operations.ts";
import { moveStep } from "../report/keys.ts";
import { selected, step, stepMost } from "../report/state.ts";
import { operationText } from "../timeline/operation-text.ts";
import { Diagram } from "./diagram.tsx";
import type { Nonlinearizable, Path } from "../../evidence.ts";
import { BoxesMax, layOut, points } from "./layout.ts";

/** Operations of an attempt that are drawn at a time, so that each can be read. */
const DrawnMax = 12;

const nobody: ReadonlySet<number> = new Set();
const emptyPath: Path = { before: 0, order: [], states: [], refused: [] };

/** Why no order of the operations makes sense: each longest attempt, step by step, and where it gets stuck. */
export function Counterexample({
  evidence,
  operations,
}: {
  evidence: Nonlinearizable;
  operations: Operations;
}) {
  const [which, setWhich] = useState(0);
  const [axis, setAxis] = useState<"order" | "time">("order");
  const [width, setWidth] = useState(900);
  const place = useRef<HTMLDivElement>(null);
  const path: Path = evidence.paths[which] ?? emptyPath;
  const at = step.value < 0 ? path.order.length : Math.min(step.value, path.order.length);
  const atEnd = at === path.order.length;
  const part = Math.min(
    Math.floor(Math.max(0, at - 1) / DrawnMax) * DrawnMax,
    Math.max(0, path.order.length - DrawnMax),
  );
  const indices = useMemo(() => drawn(evidence, path, part), [evidence, path, part]);
  const layout = useMemo(() => layOut(operations, indices, axis), [operations, indices, axis]);
  const placed = useMemo(
    () => points(layout, operations, path, 24 / Math.max(300, width)),
    [layout, path, width],
  );
  const stuck = evidence.operation === undefined ? -1 : rowOfEvent(operations, evidence.operation);

  useEffect(() => {
    stepMost.value = path.order.length;
  }, [path]);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const name = (index: number): string => operationText(operations, rowOfEvent(operations, index));
  const small = useMemo(() => layOut(operations, evidence.shrunk, axis), [operations, evidence, axis]);
  return (
    <section class="counterexample" ref={place} aria-label="Counterexample">
      {small.boxes.length === 0 ? null : (
        <>
          <h3>The heart of it</h3>
          <p>
            {small.boxes.length === 1
              ? "This operation alone contradicts"
              : `These ${counted(small.boxes.length, "operation")} alone contradict`}{" "}
            the {evidence.model || "model"}: nothing can be left out.
            {evidence.verified ? " Trying every order confirmed it." : ""}
          </p>
          <Diagram
            operations={operations}
            layout={small}
            points={[]}
            step={0}
            stuck={stuck}
            refused={nobody}
            width={width}
            onSelect={(row) => (selected.value = row)}
          />
          {evidence.allowed.length === 0 ? null : (
            <p>
              The operation marked red could have answered{" "}
              <span class="mono">{evidence.allowed.slice(0, 8).join(", ")}</span>
              {evidence.allowed.length > 8 ? ", …" : ""}.
            </p>
          )}
        </>
      )}
      <h3>The longest attempts at an explanation</h3>
      <div class="toolbar">
        <div class="stepper" role="group" aria-label="Steps of the linearization">
          <button onClick={() => (step.value = 0)} disabled={at === 0} aria-label="First step">
            «
          </button>
          <button onClick={() => moveStep(-1)} disabled={at === 0} aria-label="Previous step (k)">
            ‹
          </button>
          <span class="step-count" aria-live="polite">
            operation {path.before + at} of {path.before + path.order.length}
          </span>
          <button onClick={() => moveStep(1)} disabled={atEnd} aria-label="Next step (j)">
            ›
          </button>
          <button onClick={() => (step.value = -1)} disabled={atEnd} aria-label="Last step">
            »
          </button>
        </div>
        {evidence.paths.length > 1 ? (
          <label class="select">
            Attempt{" "}
            <select
              value={which}
              onChange={(event) => {
                setWhich(Number(event.currentTarget.value));
                step.value = -1;
              }}
            >
              {evidence.paths.map((candidate, i) => (
                <option key={i} value={i}>
                  {i + 1} of {evidence.paths.length}:{" "}
                  {counted(candidate.before + candidate.order.length, "operation")} placed
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <label class="select">
          Axis{" "}
          <select
            value={axis}
            onChange={(event) => setAxis(event.currentTarget.value === "time" ? "time" : "order")}
          >
            <option value="order">order of events</option>
            <option value="time">time</option>
          </select>
        </label>
      </div>
      <StateLine path={path} at={at} model={evidence.model || "model"} name={name} />
      <Diagram
        operations={operations}
        layout={layout}
        points={placed}
        step={path.before + at}
        stuck={stuck}
        refused={new Set(atEnd ? path.refused.map(({ operation }) => rowOfEvent(operations, operation)) : [])}
        width={width}
        onSelect={(row) => (selected.value = row)}
      />
      {layout.boxes.length >= BoxesMax ? (
        <p class="muted small">The first {BoxesMax} operations are drawn.</p>
      ) : null}
      {atEnd ? (
        <div class="callout bad">
          <h4>Dead end</h4>
          {path.refused.length === 0 ? (
            <p>No operation that could come next is allowed here.</p>
          ) : (
            <>
              <p>Every operation that could come next is refused by the {evidence.model || "model"}:</p>
              <ul>
                {path.refused.map((refusal, i) => (
                  <li key={i}>
                    <button
                      class="link mono"
                      onClick={() => (selected.value = rowOfEvent(operations, refusal.operation))}
                    >
                      {name(refusal.operation)}
                    </button>{" "}
                    in state <span class="mono">{refusal.state}</span>
                    {refusal.reason === "" ? "" : `: ${refusal.reason}`}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      ) : (
        <p class="muted small">
          The numbers give an order in which the operations may have taken effect. Step on (<kbd>j</kbd>) to
          see where it gets stuck.
        </p>
      )}
      <details class="twin">
        <summary>This attempt as a table</summary>
        <table>
          <thead>
            <tr>
              <th>Step</th>
              <th>Operation</th>
              <th class="left">What</th>
              <th class="left">State after</th>
            </tr>
          </thead>
          <tbody>
            {path.order.map((index, i) => (
              <tr key={i} class={i + 1 === at ? "current" : ""}>
                <td>{path.before + i + 1}</td>
                <td>{index}</td>
                <td class="left mono">{name(index)}</td>
                <td class="left mono">{path.states[i] ?? ""}</td>
              </tr>
            ))}
            {path.refused.map((refusal, i) => (
              <tr key={`refused-${i}`}>
                <td>refused</td>
                <td>{refusal.operation}</td>
                <td class="left mono">{name(refusal.operation)}</td>
                <td class="left">{refusal.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function StateLine(props: { path: Path; at: number; model: string; name: (index: number) => string }) {
  const { path, at, model, name } = props;
  const state = at === 0 ? undefined : path.states[at - 1];
  const previous = at < 2 ? undefined : path.states[at - 2];
  if (at === 0)
    return (
      <p class="state-line muted">
        {path.before === 0
          ? `The ${model} is in its initial state; no operation has been placed.`
          : `${counted(path.before, "operation")} before these were placed without trouble.`}
      </p>
    );
  return (
    <p class="state-line">
      <span class="muted">
        After <span class="mono">{name(path.order[at - 1] ?? -1)}</span> the {model} is{" "}
      </span>
      <strong class="mono">{state}</strong>
      {previous === undefined || previous === state ? null : (
        <span class="muted">
          {" "}
          (was <span class="mono">{previous}</span>)
        </span>
      )}
    </p>
  );
}

/**
 * A part of the attempt; with its last part those that could come next, and those in flight with the one that
 * is stuck.
 */
function drawn(evidence: Nonlinearizable, path: Path, part: number): number[] {
  const order = path.order.slice(part, part + DrawnMax);
  if (part + DrawnMax < path.order.length) return order;
  return [
    ...order,
    ...path.refused.map(({ operation }) => operation),
    ...(evidence.operation === undefined ? [] : [evidence.operation]),
    ...evidence.window.slice(0, DrawnMax),
  ];
}
