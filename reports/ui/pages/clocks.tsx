import { useMemo } from "preact/hooks";
import { duration } from "../../text.ts";
import { Chart, type Line } from "../charts/chart.tsx";
import { FaultLegend, WindowNote } from "../parts/window-note.tsx";
import { summary } from "../report/state.ts";
import type { Palette } from "../timeline/colors.ts";

/** Lines of nodes differ by colour first, then by dashes as well. */
const colors = ["accent", "info", "violation", "text", "muted"] as const satisfies readonly (keyof Palette)[];
const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3]] as const;
/** Milliseconds below which the scale is not logarithmic. */
const around = 5;
/** Looks that the table shows at most. */
const RowsMax = 60;

export function ClocksPage() {
  const { clocks } = summary;
  const x = useMemo(() => Float64Array.from(clocks?.times ?? [], (time) => time / 1e9), [clocks]);
  const lines = useMemo(
    () =>
      (clocks?.nodes ?? []).map((node, i): Line => ({
        label: node,
        color: (palette) => palette[colors[i % colors.length] ?? "text"],
        values: clocks?.offsets[i] ?? [],
        dash: dashes[Math.floor(i / colors.length) % dashes.length] ?? [],
        width: 1.75,
      })),
    [clocks],
  );
  if (clocks === undefined) return <p class="muted">Nobody looked at clocks in this run.</p>;
  const seen = clocks.offsets.flat().filter((offset) => offset !== null);
  const most = seen.reduce((largest, offset) => Math.max(largest, Math.abs(offset)), 0);
  return (
    <div class="page">
      <div class="page-head">
        <h2>Clocks</h2>
      </div>
      <WindowNote />
      <FaultLegend />
      <p class="lead">
        How far the wall clocks of nodes were off at least, as they told it themselves; the most was{" "}
        {signed(most)}.
      </p>
      <Chart title="Offset of clocks" height={340} x={x} lines={lines} format={signed} around={around} />
      <p class="muted small">
        The scale is logarithmic to both sides, but for what is less than {duration(around * 1e6)}. A line is
        broken where a node was down, paused, or did not answer in time.
      </p>
      <details class="twin">
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th>At</th>
              {clocks.nodes.map((node) => (
                <th key={node}>{node}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows(clocks.times.length).map((look) => (
              <tr key={look}>
                <td>{x[look]?.toFixed(2)} s</td>
                {clocks.offsets.map((row, i) => {
                  const offset = row[look];
                  return <td key={i}>{offset === null || offset === undefined ? "–" : signed(offset)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function signed(milliseconds: number): string {
  return milliseconds === 0 ? "0" : duration(milliseconds * 1e6);
}

/** At most so many positions, evenly spread. */
function rows(length: number): number[] {
  const every = Math.max(1, Math.ceil(length / RowsMax));
  return Array.from({ length: Math.ceil(length / every) }, (_, i) => i * every);
}
