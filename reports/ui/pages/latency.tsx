import { useMemo, useState } from "preact/hooks";
import type uPlot from "uplot";
import { count, duration } from "../../text.ts";
import { Chart, type Line } from "../charts/chart.tsx";
import {
  countIn,
  latencies,
  quantiles,
  rates,
  windowCount,
  type Latencies,
  type Rates,
} from "../charts/windows.ts";
import { lastAtMost, type Operations } from "../report/operations.ts";
import { summary, view } from "../report/state.ts";
import { FaultLegend, WindowNote } from "../parts/window-note.tsx";
import { pixel, type Palette } from "../timeline/colors.ts";
import { Loaded } from "../parts/loaded.tsx";

const quantileNames = ["median", "95 %", "99 %", "slowest"] as const;
const dashes = [[], [6, 3], [2, 3], [1, 5]] as const;

/** Functions that have a throughput chart of their own. */
const FunctionsMax = 6;

export function LatencyPage() {
  return <Loaded>{(operations) => <Charts operations={operations} />}</Loaded>;
}

function Charts({ operations }: { operations: Operations }) {
  const [f, setF] = useState(-1);
  const span = view.value;
  const used = useMemo(() => [...new Set(operations.f)].toSorted((a, b) => a - b), [operations]);
  const latency = useMemo(() => {
    const inside = lastAtMost(operations.start, span.end) - lastAtMost(operations.start, span.start);
    const cells = Math.max(40, Math.min(160, Math.round(Math.sqrt(inside) * 1.6)));
    return latencies(operations, { span, f }, windowCount(inside), cells, Math.round(cells / 3));
  }, [operations, span, f]);
  const latencyLines = useMemo(
    () =>
      latency.lines.map((values, q): Line => ({
        label: quantileNames[q] ?? "",
        color: (palette) => palette.text,
        values,
        dash: dashes[q] ?? [],
        width: q === 0 ? 2 : 1.25,
      })),
    [latency],
  );
  return (
    <div class="page">
      <div class="page-head">
        <h2>Latency and throughput</h2>
        <label class="select">
          Function{" "}
          <select value={f} onChange={(event) => setF(Number(event.currentTarget.value))}>
            <option value={-1}>all</option>
            {used.map((number) => (
              <option key={number} value={number}>
                {summary.functions[number]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <WindowNote />
      <FaultLegend />
      {latency.count === 0 ? (
        <p class="muted">No operation that was ok is in this window, so there is no latency to show.</p>
      ) : (
        <>
          <p class="lead">
            Of {count(latency.count)} operations that were ok, half took at most{" "}
            {duration((latency.overall[0] ?? 0) * 1e6)}, 99 % at most{" "}
            {duration((latency.overall[2] ?? 0) * 1e6)}; the slowest took{" "}
            {duration((latency.overall[3] ?? 0) * 1e6)}.
          </p>
          <Chart
            title="Latency of ok operations"
            height={300}
            x={latency.x}
            lines={latencyLines}
            log={latency}
            format={(milliseconds) => duration(milliseconds * 1e6)}
            behind={(plot, palette) => drawDensity(plot, palette, latency)}
          />
          <p class="muted small">
            Stronger cells hold more operations. Clients wait for one answer before they send the next, so a
            stall holds back the operations that would have met it: the tail is at least as bad as shown.
          </p>
          <LatencyTable latency={latency} />
        </>
      )}
      <h3>Throughput</h3>
      <p class="muted small">
        Completions a second. Drag across a chart to look closer, double-click for the whole run.
      </p>
      <div class="multiples">
        {(f >= 0 ? [f] : used.length > 1 ? [-1, ...used.slice(0, FunctionsMax)] : [-1]).map((number) => (
          <Throughput key={number} operations={operations} f={number} />
        ))}
      </div>
    </div>
  );
}

function Throughput({ operations, f }: { operations: Operations; f: number }) {
  const span = view.value;
  const rate = useMemo(
    () => rates(operations, { span, f }, windowCount(countIn(operations, { span, f }))),
    [operations, span, f],
  );
  const lines = useMemo(
    (): Line[] => [
      { label: "ok", color: (palette) => palette.ok, values: rate.ok, fill: true },
      { label: "fail", color: (palette) => palette.fail, values: rate.fail, dash: [5, 3] },
      { label: "info", color: (palette) => palette.info, values: rate.info, dash: [1, 3], width: 2 },
    ],
    [rate],
  );
  return (
    <div>
      <Chart
        title={f < 0 ? "All operations" : (summary.functions[f] ?? "?")}
        height={190}
        x={rate.x}
        lines={lines}
        format={(value) => (value >= 100 ? count(value) : String(Number(value.toPrecision(3))))}
      />
      <RateTable rate={rate} />
    </div>
  );
}

/** Cells on a logarithmic scale, darker with more operations; the square root keeps rare ones in sight. */
function drawDensity(
  plot: uPlot,
  palette: Palette,
  { cells, columns, bins, most, low, high }: Latencies,
): void {
  const image = new ImageData(columns, bins);
  const pixels = new Uint32Array(image.data.buffer);
  for (let column = 0; column < columns; column++) {
    for (let bin = 0; bin < bins; bin++) {
      const cell = cells[column * bins + bin] ?? 0;
      if (cell > 0)
        pixels[(bins - 1 - bin) * columns + column] = pixel(
          palette.ok,
          45 + Math.round(170 * Math.sqrt(cell / most)),
        );
    }
  }
  const scratch = document.createElement("canvas");
  scratch.width = columns;
  scratch.height = bins;
  scratch.getContext("2d")?.putImageData(image, 0, 0);
  const { ctx, bbox } = plot;
  const top = plot.valToPos(high, "y", true);
  const bottom = plot.valToPos(low, "y", true);
  ctx.save();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(scratch, bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}

function LatencyTable({ latency }: { latency: Latencies }) {
  const rows = thin(latency.x.length);
  return (
    <details class="twin">
      <summary>Latency as a table</summary>
      <table>
        <thead>
          <tr>
            <th>At</th>
            {quantiles.map((_, q) => (
              <th key={q}>{quantileNames[q]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((at) => (
            <tr key={at}>
              <td>{latency.x[at]?.toFixed(2)} s</td>
              {latency.lines.map((line, q) => {
                const value = line[at];
                return <td key={q}>{value === null || value === undefined ? "–" : duration(value * 1e6)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function RateTable({ rate }: { rate: Rates }) {
  return (
    <details class="twin">
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th>At</th>
            <th>ok/s</th>
            <th>fail/s</th>
            <th>info/s</th>
          </tr>
        </thead>
        <tbody>
          {thin(rate.x.length).map((at) => (
            <tr key={at}>
              <td>{rate.x[at]?.toFixed(2)} s</td>
              <td>{rate.ok[at]?.toFixed(1)}</td>
              <td>{rate.fail[at]?.toFixed(1)}</td>
              <td>{rate.info[at]?.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** At most sixty positions, evenly spread. */
function thin(length: number): number[] {
  const step = Math.max(1, Math.ceil(length / 60));
  return Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
}
