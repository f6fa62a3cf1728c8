import { useEffect, useRef, useState } from "preact/hooks";
import { duration } from "../../text.ts";
import type { SpaceTime, StepKind } from "../../space-time/space-time.ts";
import { summary } from "../report/state.ts";
import { GutterWidth, rowY, RowHeight, type Layout, type PlacedArrow } from "./layout.ts";
import { After, Before, Concurrent } from "./past-and-future.ts";

interface Props {
  readonly spaceTime: SpaceTime;
  readonly layout: Layout;
  /** How each step stands to the one that is looked at; undefined when none is. */
  readonly stands: Uint8Array | undefined;
  /** The step that is looked at; −1: none. */
  readonly active: number;
  readonly pinned: number;
  readonly onHover: (step: number) => void;
  readonly onPin: (step: number) => void;
}

/** Rows drawn beyond those that are seen. */
const Margin = 30;

/** The diagram in a box of its own; only what is near the part that is seen is drawn. */
export function Diagram(props: Props) {
  const { layout, spaceTime, pinned, onHover } = props;
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ first: 0, last: 60 });
  const look = (): void => {
    const element = box.current;
    if (element === null) return;
    const first = Math.floor(element.scrollTop / RowHeight) - Margin;
    const last = Math.ceil((element.scrollTop + element.clientHeight) / RowHeight) + Margin;
    if (first !== seen.first || last !== seen.last) setSeen({ first, last });
  };
  useEffect(look, [layout]);
  useEffect(() => {
    const element = box.current;
    const row = layout.rowOf[pinned] ?? -1;
    if (element === null || row < 0) return;
    const y = rowY(row);
    if (y < element.scrollTop + 20 || y > element.scrollTop + element.clientHeight - 60)
      element.scrollTop = Math.max(0, y - element.clientHeight / 2);
  }, [pinned, layout]);
  return (
    <div class="space-time-box" ref={box} onScroll={look} onMouseLeave={() => onHover(-1)} tabIndex={-1}>
      <div class="space-time-head" style={{ minWidth: `${layout.width}px` }}>
        <span style={{ left: "8px" }}>{spaceTime.untimed === true ? "" : "time"}</span>
        {spaceTime.places.map((name, place) => (
          <span key={name} class="place" style={{ left: `${layout.columns[place] ?? 0}px` }}>
            {name}
          </span>
        ))}
      </div>
      <svg
        class="space-time"
        width={layout.width}
        height={layout.height}
        role="group"
        aria-label="What each node did, from above to below, and the messages between them"
      >
        <Faults {...props} />
        <Lives layout={layout} seen={seen} />
        <Steps {...props} seen={seen} />
        <Arrows {...props} seen={seen} />
      </svg>
    </div>
  );
}

interface Seen {
  readonly first: number;
  readonly last: number;
}

/** Bars beside the time: while which fault was on. */
function Faults({ layout, spaceTime }: Props) {
  const { kinds, spans } = summary.faults;
  const place = new Map<number, number>();
  for (const { kind } of spans) if (!place.has(kind)) place.set(kind, place.size);
  return (
    <g class="space-time-faults">
      {spans.map(({ kind, start, end, detail }, i) => {
        const first = layout.rows.findIndex((step) => (spaceTime.steps[step]?.time ?? 0) >= start);
        if (first < 0) return null;
        const after = layout.rows.findIndex((step) => (spaceTime.steps[step]?.time ?? 0) > end);
        const last = after < 0 ? layout.rows.length : after;
        if (last <= first) return null;
        const { name, color } = kinds[kind] ?? { name: "fault", color: "currentColor" };
        return (
          <rect
            key={i}
            x={GutterWidth - 8 - 6 * (place.get(kind) ?? 0)}
            y={first * RowHeight + 2}
            width="4"
            height={(last - first) * RowHeight - 4}
            rx="2"
            fill={color}
          >
            <title>{`${name} ${detail}`}</title>
          </rect>
        );
      })}
    </g>
  );
}

function Lives({ layout, seen }: { layout: Layout; seen: Seen }) {
  const top = rowY(seen.first);
  const bottom = rowY(seen.last);
  return (
    <g>
      {layout.lives.map(({ place, state, y1, y2 }, i) =>
        y2 < top || y1 > bottom ? null : (
          <line
            key={i}
            class={`life ${state}`}
            x1={layout.columns[place] ?? 0}
            x2={layout.columns[place] ?? 0}
            y1={Math.max(y1, top)}
            y2={Math.min(y2, bottom)}
          />
        ),
      )}
    </g>
  );
}

function Arrows({ layout, stands, active, seen }: Props & { seen: Seen }) {
  const top = rowY(seen.first);
  const bottom = rowY(seen.last);
  return (
    <g>
      {layout.arrows.map((placed, i) =>
        placed.y2 < top || placed.y1 > bottom ? null : (
          <Message key={i} placed={placed} tone={arrowTone(placed, stands, active)} />
        ),
      )}
    </g>
  );
}

function arrowTone({ arrow }: PlacedArrow, stands: Uint8Array | undefined, active: number): string {
  if (stands === undefined) return "";
  const { from, to } = arrow;
  if (from === active || to === active) return " own";
  const start = stands[from];
  const end = to === null ? Concurrent : (stands[to] ?? Concurrent);
  if (start === Before && (end === Before || to === active)) return " before";
  if (start === After && end === After) return " after";
  return " dim";
}

function Message({ placed, tone }: { placed: PlacedArrow; tone: string }) {
  const { arrow, x1, y1, x2, y2 } = placed;
  const { lost, again, label, to } = arrow;
  // Short of the circle at its end.
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const short = to === null || lost !== undefined ? 0 : 7 / length;
  const x = x2 - (x2 - x1) * short;
  const y = y2 - (y2 - y1) * short;
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const fate =
    lost === undefined ? (to === null ? ", still under way" : again === true ? ", once more" : "") : `, lost`;
  return (
    <g class={`message${lost === undefined ? "" : " lost"}${again === true ? " again" : ""}${tone}`}>
      <line x1={x1} y1={y1} x2={x} y2={y} />
      {lost === undefined ? (
        <path d="M-7 -3.5L0 0L-7 3.5z" transform={`translate(${x} ${y}) rotate(${angle})`} />
      ) : (
        <path class="cross" d="M-4 -4L4 4M-4 4L4 -4" transform={`translate(${x} ${y})`} />
      )}
      <title>{`${label}${fate}`}</title>
    </g>
  );
}

function Steps({ spaceTime, layout, stands, active, pinned, seen, onHover, onPin }: Props & { seen: Seen }) {
  const { steps, withClients } = spaceTime;
  const first = Math.max(0, seen.first);
  const shown = layout.rows.slice(first, seen.last + 1);
  let before: number | undefined = steps[layout.rows[first - 1] ?? -1]?.time;
  return (
    <g>
      {shown.map((index, i) => {
        const step = steps[index];
        if (step === undefined) return null;
        const y = rowY(first + i);
        const x = layout.columns[step.place] ?? 0;
        const time = spaceTime.untimed === true || step.time === before ? "" : duration(step.time);
        before = step.time;
        const tone = stands === undefined ? "" : (tones[stands[index] ?? Concurrent] ?? "");
        const classes = `step ${step.kind}${tone}${index === active ? " active" : ""}${index === pinned ? " pinned" : ""}${step.blamed === true ? " blamed" : ""}`;
        return (
          <g
            key={index}
            class={classes}
            role="button"
            tabIndex={0}
            aria-label={`${spaceTime.places[step.place] ?? ""}: ${step.label}`}
            onMouseEnter={() => onHover(index)}
            onFocus={() => onHover(index)}
            onClick={() => onPin(index === pinned ? -1 : index)}
            onKeyDown={(event) => {
              if (event.key === "Enter") onPin(index);
            }}
          >
            <rect class="row" x="0" y={y - RowHeight / 2} width={layout.width} height={RowHeight} rx="4" />
            <text class="time" x={8} y={y}>
              {time}
            </text>
            {withClients ? <Client step={step} x={x} y={y} client={layout.columns[0] ?? 0} /> : null}
            <Mark kind={step.kind} x={x} y={y} />
            <text class="label" x={x + 11} y={y}>
              {step.label}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** By how a step stands to the one that is looked at. */
const tones = [" dim", " before", " after", ""];

/** What a client asks comes along the row, and so do the answers. */
function Client({
  step,
  x,
  y,
  client,
}: {
  step: SpaceTime["steps"][number];
  x: number;
  y: number;
  client: number;
}) {
  const { asked, answered } = step;
  if (asked === undefined && answered === undefined) return null;
  return (
    <g class="client">
      {asked === undefined ? null : (
        <>
          <line x1={client} y1={y} x2={x - 7} y2={y} />
          <path d="M-7 -3.5L0 0L-7 3.5z" transform={`translate(${x - 7} ${y})`} />
        </>
      )}
      {answered === undefined ? null : (
        <>
          <line
            x1={client}
            y1={y + (asked === undefined ? 0 : 5)}
            x2={x - 6}
            y2={y + (asked === undefined ? 0 : 5)}
          />
          <path
            d="M-7 -3.5L0 0L-7 3.5z"
            transform={`translate(${client} ${y + (asked === undefined ? 0 : 5)}) rotate(180)`}
          />
          <text class="answer" x={client + 10} y={y - 9}>
            {answered.join(", ")}
          </text>
        </>
      )}
    </g>
  );
}

function Mark({ kind, x, y }: { kind: StepKind; x: number; y: number }) {
  switch (kind) {
    case "crash":
      return <path class="dot crash" d={`M${x - 5} ${y - 5}l10 10m0 -10l-10 10`} />;
    case "start":
    case "restart":
      return <path class="dot start" d={`M${x - 4} ${y - 5}l9 5l-9 5z`} />;
    case "pause":
      return <path class="dot pause" d={`M${x - 3} ${y - 5}v10m6 -10v10`} />;
    case "timer":
      return <rect class="dot timer" x={x - 4.5} y={y - 4.5} width="9" height="9" rx="1.5" />;
    case "request":
      return <path class="dot request" d={`M${x} ${y - 6}l6 6l-6 6l-6 -6z`} />;
    case "lose":
      return <circle class="dot lose" cx={x} cy={y} r="2.5" />;
    case "receive":
    case "resume":
    case "local":
      return <circle class="dot" cx={x} cy={y} r="4.5" />;
  }
}
