import { count } from "../../text.ts";
import { summary, whole } from "../report/state.ts";
import { go } from "../report/route.ts";
import { tickLabel, ticks } from "../timeline/ticks.ts";

const Width = 1000;
const Height = 110;

/** Completions over time, stacked by outcome, with the faults behind; drawn from the summary alone. */
export function Sparkline() {
  const { throughput, faults } = summary;
  const totals = throughput.ok.map((ok, i) => ok + (throughput.fail[i] ?? 0) + (throughput.info[i] ?? 0));
  const most = Math.max(1, ...totals);
  const length = whole.end - whole.start;
  const x = (time: number): number => ((time - whole.start) / length) * Width;
  const bar = Width / Math.max(1, totals.length);
  const { values, step } = ticks(whole.start, whole.end, 8);
  const perSecond = most / (throughput.window / 1e9);
  return (
    <figure class="sparkline">
      <svg
        viewBox={`0 0 ${Width} ${Height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Completions over time, at most ${count(perSecond)} a second`}
        onClick={() => go("latency")}
      >
        {faults.spans.map(({ kind, start, end }, i) => (
          <rect
            key={i}
            x={x(start)}
            width={Math.max(1, x(end) - x(start))}
            y="0"
            height={Height}
            fill={faults.kinds[kind]?.color}
            opacity="0.16"
          />
        ))}
        {totals.map((total, i) => {
          const fail = ((throughput.fail[i] ?? 0) / most) * (Height - 6);
          const info = ((throughput.info[i] ?? 0) / most) * (Height - 6);
          const ok = ((throughput.ok[i] ?? 0) / most) * (Height - 6);
          return total === 0 ? null : (
            <g key={i}>
              <rect class="ok" x={i * bar} width={bar * 0.86} y={Height - ok} height={ok} />
              <rect class="info" x={i * bar} width={bar * 0.86} y={Height - ok - info} height={info} />
              <rect class="fail" x={i * bar} width={bar * 0.86} y={Height - ok - info - fail} height={fail} />
            </g>
          );
        })}
      </svg>
      <div class="sparkline-axis" aria-hidden="true">
        {values.map((time) => (
          <span key={time} style={{ left: `${((time - whole.start) / length) * 100}%` }}>
            {tickLabel(time, step)}
          </span>
        ))}
      </div>
      <figcaption class="muted small">
        Completions over time, at most {count(perSecond)} a second: <span class="outcome ok">ok</span>{" "}
        <span class="outcome info">info</span> <span class="outcome fail">fail</span>
      </figcaption>
    </figure>
  );
}
