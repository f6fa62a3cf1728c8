import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { counted, duration } from "../../text.ts";
import type { SpaceTime } from "../../space-time/space-time.ts";
import { failure, loadSpaceTime, spaceTime, spot, summary } from "../report/state.ts";
import { Diagram } from "../space-time/diagram.tsx";
import { layOut } from "../space-time/layout.ts";
import { After, Before, linksOf, standing } from "../space-time/past-and-future.ts";

/** The messages of a run: what each node did, and what made it do so. */
export function SpaceTimePage() {
  useEffect(() => void loadSpaceTime(), []);
  if (failure.value !== "") return <p class="callout bad">{failure.value}</p>;
  const diagram = spaceTime.value;
  if (diagram === undefined) return <p class="muted page">Unpacking the trace…</p>;
  return <Drawn diagram={diagram} />;
}

function Drawn({ diagram }: { diagram: SpaceTime }) {
  const [hovered, setHovered] = useState(-1);
  const [storyOnly, setStoryOnly] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(800);
  useEffect(() => {
    const measure = (): void => setRoom(place.current?.clientWidth ?? 800);
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  const links = useMemo(() => linksOf(diagram), [diagram]);
  const pinned = spot.value;
  const active = hovered >= 0 ? hovered : pinned;
  const stands = useMemo(() => (active < 0 ? undefined : standing(links, active)), [links, active]);
  const story = useMemo(
    () => (storyOnly && pinned >= 0 ? standing(links, pinned) : undefined),
    [links, storyOnly, pinned],
  );
  const layout = useMemo(
    () =>
      layOut(diagram, room, (step) =>
        story === undefined ? true : step === pinned || story[step] === Before,
      ),
    [diagram, room, story],
  );
  const { before, after } = diagram.leftOut;
  return (
    <div class="page wide">
      <h2>Messages</h2>
      <p class="muted">
        {diagram.untimed === true
          ? "Each column is a node, each row an event; "
          : "Each column is a node, time goes down; "}
        what a step is connected to above it is what made it happen. Point at a step to see its past and its
        future, click to keep it.
      </p>
      {diagram.untimed === true ? <LogLegend diagram={diagram} /> : <Legend />}
      {before + after === 0 ? null : (
        <p class="muted small">
          {before === 0 ? "" : `${counted(before, "event")} before the first row`}
          {before > 0 && after > 0 ? " and " : ""}
          {after === 0 ? "" : `${counted(after, "event")} after the last one`} are not in this file; the trace
          of the run holds them.
        </p>
      )}
      <div class="with-inspector">
        <div ref={place}>
          <Diagram
            spaceTime={diagram}
            layout={layout}
            stands={stands}
            active={active}
            pinned={pinned}
            onHover={setHovered}
            onPin={(step) => (spot.value = step)}
          />
        </div>
        <StepPanel
          diagram={diagram}
          active={active}
          stands={stands}
          pinned={pinned}
          storyOnly={storyOnly}
          onStory={setStoryOnly}
        />
      </div>
    </div>
  );
}

function LogLegend({ diagram }: { diagram: SpaceTime }) {
  return (
    <p class="space-time-legend small muted">
      <span class="sample receive">● event</span>
      {diagram.steps.some(({ blamed }) => blamed === true) ? (
        <span class="sample crash">● an anomaly is about it</span>
      ) : null}
    </p>
  );
}

function Legend() {
  const { kinds, spans } = summary.faults;
  const used = kinds.filter((_, kind) => spans.some((span) => span.kind === kind));
  return (
    <p class="space-time-legend small muted">
      <span class="sample receive">● message</span>
      <span class="sample timer">■ timer</span>
      <span class="sample request">◆ client</span>
      <span class="sample crash">✕ crash, or a message lost</span>
      {used.map(({ name, color }) => (
        <span key={name}>
          <i style={{ background: color }} /> {name}
        </span>
      ))}
    </p>
  );
}

function StepPanel({
  diagram,
  active,
  stands,
  pinned,
  storyOnly,
  onStory,
}: {
  diagram: SpaceTime;
  active: number;
  stands: Uint8Array | undefined;
  pinned: number;
  storyOnly: boolean;
  onStory: (only: boolean) => void;
}) {
  const step = diagram.steps[active];
  if (step === undefined || stands === undefined)
    return (
      <aside class="inspector">
        <h3>No step chosen</h3>
        <p class="muted small">j and k go from step to step, Esc lets go.</p>
      </aside>
    );
  let past = 0;
  let future = 0;
  for (const stand of stands) {
    if (stand === Before) past++;
    else if (stand === After) future++;
  }
  const neither = stands.length - past - future - 1;
  return (
    <aside class="inspector">
      <header>
        <h3>
          {diagram.places[step.place]}{" "}
          {diagram.untimed === true ? null : <span class="muted">{duration(step.time)}</span>}
        </h3>
      </header>
      <ul class="step-details">
        {step.details.map((detail, i) => (
          <li key={i}>{detail}</li>
        ))}
      </ul>
      {step.clock === undefined ? null : (
        <dl>
          <dt>clock</dt>
          <dd class="mono small">{step.clock}</dd>
        </dl>
      )}
      <p class="small muted">
        {counted(past, "step")} led to it, {counted(future, "step")} followed from it, {neither} had nothing
        to do with it.
      </p>
      <label class="small">
        <input
          type="checkbox"
          checked={storyOnly}
          disabled={pinned < 0}
          onChange={(event) => onStory(event.currentTarget.checked)}
        />{" "}
        only what led to it
      </label>
    </aside>
  );
}
