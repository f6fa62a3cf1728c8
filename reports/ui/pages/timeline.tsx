import { useEffect, useState } from "preact/hooks";
import { count } from "../../text.ts";
import { FaultLegend, WindowNote } from "../parts/window-note.tsx";
import { Loaded } from "../parts/loaded.tsx";
import type { Operations } from "../report/operations.ts";
import { go } from "../report/route.ts";
import { jumpToAnomaly } from "../report/keys.ts";
import { marked, summary } from "../report/state.ts";
import { fitAll, pan, zoom } from "../timeline/gestures.ts";
import { Inspector } from "../timeline/inspector.tsx";
import type { Grouping } from "../timeline/lanes.ts";
import { Timeline } from "../timeline/timeline.tsx";

/** What every process did, when, with the faults of the time. */
export function TimelinePage() {
  return <Loaded>{(operations) => <Content operations={operations} />}</Loaded>;
}

function Content({ operations }: { operations: Operations }) {
  const [grouping, setGrouping] = useState<Grouping>("process");
  const [height, setHeight] = useState(roomFor());
  useEffect(() => {
    const resize = (): void => setHeight(roomFor());
    window.addEventListener("resize", resize);
    return () => window.removeEventListener("resize", resize);
  }, []);
  return (
    <div class="page wide">
      <div class="page-head">
        <h2>Timeline</h2>
        <div class="filters">
          <label class="select">
            Lanes{" "}
            <select
              value={grouping}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setGrouping(value === "node" || value === "key" ? value : "process");
              }}
            >
              <option value="process">by process</option>
              {summary.nodes.length > 0 ? <option value="node">by node</option> : null}
              {summary.counts.keys > 0 ? <option value="key">by key</option> : null}
            </select>
          </label>
          <div class="stepper" role="group" aria-label="Zoom and move">
            <button onClick={() => pan(-0.4)} aria-label="Earlier">
              ‹
            </button>
            <button onClick={() => zoom(2)} aria-label="Zoom out">
              −
            </button>
            <button onClick={() => zoom(0.5)} aria-label="Zoom in">
              +
            </button>
            <button onClick={() => pan(0.4)} aria-label="Later">
              ›
            </button>
            <button onClick={fitAll}>All</button>
          </div>
          {marked.value.length > 0 ? (
            <button class="small-button" onClick={() => jumpToAnomaly(1)}>
              Next anomaly
            </button>
          ) : null}
        </div>
      </div>
      <ul class="key-legend" aria-label="Outcomes">
        <li>
          <span class="mark ok" /> ok
        </li>
        <li>
          <span class="mark fail" /> fail: it did not happen
        </li>
        <li>
          <span class="mark info" /> info: nobody knows
        </li>
        {marked.value.length > 0 ? (
          <li>
            <span class="mark violation" /> part of an anomaly
          </li>
        ) : null}
      </ul>
      <WindowNote />
      <div class="with-inspector">
        <Timeline operations={operations} grouping={grouping} height={height} />
        <Inspector operations={operations} />
      </div>
      <FaultLegend />
      <p class="muted small">
        {count(operations.rows)} operations. Wheel to zoom, drag to move, double-click for the whole run,{" "}
        <kbd>?</kbd> for keys. The same as a table:{" "}
        <button class="link" onClick={() => go("operations")}>
          Operations
        </button>
        .
      </p>
    </div>
  );
}

function roomFor(): number {
  return Math.max(260, window.innerHeight - 330);
}
