import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { counted } from "../../text.ts";
import { rowOfEvent, type Operations } from "../report/operations.ts";
import { moveStep } from "../report/keys.ts";
import { selected, step, stepMost } from "../report/state.ts";
import { operationText } from "../timeline/operation-text.ts";
import { stateBand, valueBands } from "./bands.ts";
import { Diagram } from "./diagram.tsx";
import { Facts } from "./facts.tsx";
import type { Nonlinearizable, Path } from "../../evidence.ts";
import { BoxesMax, layOut, points } from "./layout.ts";

/** Operations of an attempt that are drawn at a time; more on demand. */
const DrawnAtATime = [12, 48, BoxesMax] as const;

const emptyPath: Path = { before: 0, order: [], states: [], refused: [] };

/**
 * Why no order of the operations makes sense: the few that contradict one another, in lanes by process, with
 * when their values were certainly current; step by step each longest attempt at an order, the state it comes
 * to, and where it gets stuck; and on demand what was around them.
 */
export function Counterexample({
  evidence,
  operations,
}: {
  evidence: Nonlinearizable;
  operations: Operations;
}) {
  const attempts = useMemo(() => attemptsOf(evidence), [evidence]);
  const [which, setWhich] = useState(0);
  const [axis, setAxis] = useState<"order" | "time">("order");
  const [around, setAround] = useState(false);
  const [size, setSize] = useState(0);
  const [width, setWidth] = useState(900);
  const place = useRef<HTMLDivElement>(null);
  const attempt = attempts[which];
  const path: Path = attempt?.path ?? emptyPath;
  const at = step.value < 0 ? path.order.length : Math.min(step.value, path.order.length);
  const atEnd = at === path.order.length;
  const drawnMax = DrawnAtATime[size] ?? DrawnAtATime[0];
  const part = Math.min(
    Math.floor(Math.max(0, at - 1) / drawnMax) * drawnMax,
    Math.max(0, path.order.length - drawnMax),
  );
  const indices = useMemo(
    () => drawn(evidence, path, part, drawnMax, around),
    [evidence, path, part, drawnMax, around],
  );
  const layout = useMemo(() => layOut(operations, indices, axis), [operations, indices, axis]);
  const placed = useMemo(
    () => points(layout, operations, path, 24 / Math.max(300, width)),
    [layout, path, width],
  );
  const states = stateBand(path, placed, path.before + at);
  const bands = [...valueBands(evidence, layout), ...(states === undefined ? [] : [states])];
  const stuck = evidence.operation === undefined ? -1 : rowOfEvent(operations, evidence.operation);
  const select = (index: number): void => {
    selected.value = rowOfEvent(operations, index);
  };

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
  const heart = new Set(evidence.shrunk.map((index) => rowOfEvent(operations, index))).size;
  return (
    <section class="counterexample" ref={place} aria-label="Counterexample">
      {heart === 0 ? null : (
        <p>
          {heart === 1
            ? "This operation alone contradicts"
            : `These ${counted(heart, "operation")} alone contradict`}{" "}
          the {evidence.model || "model"}: nothing can be left out.
        </p>
      )}
      <div class="toolbar">
        <div class="stepper" role="group" aria-label="Steps of the linearization">
          <button onClick={() => (step.value = 0)} disabled={at === 0} aria-label="First step (Home)">
            «
          </button>
          <button onClick={() => moveStep(-1)} disabled={at === 0} aria-label="Previous step (left arrow)">
            ‹
          </button>
          <span class="step-count" aria-live="polite">
            operation {path.before + at} of {path.before + path.order.length}
          </span>
          <button onClick={() => moveStep(1)} disabled={atEnd} aria-label="Next step (right arrow)">
            ›
          </button>
          <button onClick={() => (step.value = -1)} disabled={atEnd} aria-label="Last step (End)">
            »
          </button>
        </div>
        {attempts.length > 1 ? (
          <label class="select">
            Attempt{" "}
            <select
              value={which}
              onChange={(event) => {
                setWhich(Number(event.currentTarget.value));
                step.value = -1;
              }}
            >
              {attempts.map(({ label }, i) => (
                <option key={i} value={i}>
                  {label}
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
        {evidence.window.length === 0 ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={around}
              onChange={(event) => setAround(event.currentTarget.checked)}
            />{" "}
            {counted(evidence.window.length, "operation")} at the same time
          </label>
        )}
        {path.order.length > drawnMax ? (
          <button class="small-button" onClick={() => setSize(size + 1)}>
            Draw more
          </button>
        ) : null}
      </div>
      <StateLine path={path} at={at} model={evidence.model || "model"} name={name} />
      <Diagram
        operations={operations}
        layout={layout}
        bands={bands}
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
          <h4>{attempt?.isAround ? "As far as it goes" : "Dead end"}</h4>
          {attempt?.isAround ? (
            <p>
              This order explains all that came before.{" "}
              {evidence.operation === undefined ? null : (
                <>
                  <button class="link mono" onClick={() => select(evidence.operation ?? -1)}>
                    {name(evidence.operation)}
                  </button>{" "}
                  fits nowhere in it, nor in any other.
                </>
              )}
              {evidence.leftOut > 0
                ? ` It is an order of the last operations alone: ${counted(evidence.leftOut, "earlier one")} ${evidence.leftOut === 1 ? "was" : "were"} not looked at.`
                : ""}
            </p>
          ) : path.refused.length === 0 ? (
            <p>No operation that could come next is allowed here.</p>
          ) : (
            <>
              <p>Every operation that could come next is refused by the {evidence.model || "model"}:</p>
              <ul>
                {path.refused.map((refusal, i) => (
                  <li key={i}>
                    <button class="link mono" onClick={() => select(refusal.operation)}>
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
          The numbers give an order in which the operations may have taken effect. Step on (<kbd>→</kbd>) to
          see where it gets stuck.
        </p>
      )}
      <Facts evidence={evidence} name={name} onSelect={select} />
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
    <p class="state-line" aria-live="polite">
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

interface Attempt {
  readonly label: string;
  readonly path: Path;
  /** Whether it is an order of what came before, rather than one of the contradiction alone. */
  readonly isAround: boolean;
}

function attemptsOf({ paths, surroundings }: Nonlinearizable): Attempt[] {
  const alone = paths.map((path, i): Attempt => {
    const placed = counted(path.before + path.order.length, "operation");
    return {
      label:
        paths.length === 1
          ? `of these alone: ${placed} placed`
          : `of these alone, ${i + 1} of ${paths.length}: ${placed} placed`,
      path,
      isAround: false,
    };
  });
  if (surroundings === undefined || surroundings.order.length === 0) return alone;
  const last = counted(surroundings.order.length, "operation");
  const label = surroundings.before === 0 ? `of all before: ${last}` : `of all before: the last ${last}`;
  return [...alone, { label, path: surroundings, isAround: true }];
}

/** The operations that contradict one another, a part of the attempt, and on demand what else was in flight. */
function drawn(evidence: Nonlinearizable, path: Path, part: number, most: number, around: boolean): number[] {
  return [
    ...evidence.shrunk.slice(0, BoxesMax),
    ...path.order.slice(part, part + most),
    ...(part + most < path.order.length ? [] : path.refused.map(({ operation }) => operation)),
    ...(evidence.operation === undefined ? [] : [evidence.operation]),
    ...(around ? evidence.window.slice(0, BoxesMax) : []),
  ];
}
