import { duration } from "../../text.ts";
import { summary, view, whole } from "../report/state.ts";

/** Says which part of the run is shown, and gives the whole back. */
export function WindowNote() {
  const { start, end } = view.value;
  if (start === whole.start && end === whole.end) return null;
  return (
    <p class="window-note">
      Showing {(start / 1e9).toFixed(3)} s to {(end / 1e9).toFixed(3)} s ({duration(end - start)} of{" "}
      {duration(whole.end - whole.start)}).{" "}
      <button class="link" onClick={() => (view.value = whole)}>
        Show the whole run
      </button>
    </p>
  );
}

/** What the tints behind charts and lanes mean. */
export function FaultLegend() {
  if (summary.faults.kinds.length === 0) return null;
  return (
    <ul class="fault-legend" aria-label="Faults">
      {summary.faults.kinds.map(({ name, color, spans, active }) => (
        <li key={name}>
          <span class="swatch" style={{ background: color }} />
          {name}{" "}
          <span class="muted">
            × {spans}, {duration(active)}
          </span>
        </li>
      ))}
    </ul>
  );
}
