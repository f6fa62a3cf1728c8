import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { clampSpan, summary, view, whole } from "../report/state.ts";
import { onSchemeChange, readPalette, type Palette } from "../timeline/colors.ts";
import { tickLabel, ticks } from "../timeline/ticks.ts";

export interface Line {
  readonly label: string;
  readonly color: (palette: Palette) => string;
  readonly values: ArrayLike<number | null>;
  readonly dash?: readonly number[];
  readonly width?: number;
  readonly fill?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly height: number;
  /** Seconds. */
  readonly x: Float64Array;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** Bounds of a logarithmic scale; absent: a scale from zero. */
  readonly log?: { readonly low: number; readonly high: number };
  /** A scale to both sides of zero, logarithmic but for what is smaller than so much; absent: a scale from zero. */
  readonly around?: number;
  /** Drawn behind the lines. */
  readonly behind?: (plot: uPlot, palette: Palette) => void;
}

/**
 * A chart over time with the faults behind it. Dragging across it sets the window that all pages share, a double
 * click shows the whole run.
 */
export function Chart(options: ChartOptions) {
  const place = useRef<HTMLDivElement>(null);
  const [readout, setReadout] = useState("");
  const [scheme, setScheme] = useState(0);

  useEffect(() => onSchemeChange(() => setScheme((version) => version + 1)), []);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const plot = new uPlot(configuration(options, element.clientWidth, setReadout), data(options), element);
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: options.height }),
    );
    observer.observe(element);
    const all = (): void => {
      view.value = whole;
    };
    element.addEventListener("dblclick", all);
    return () => {
      observer.disconnect();
      element.removeEventListener("dblclick", all);
      plot.destroy();
    };
  }, [options.x, options.lines, scheme]);

  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{options.title}</span>
        <span class="legend">
          {options.lines.map((line) => (
            <Key key={line.label} line={line} scheme={scheme} />
          ))}
        </span>
        <span class="readout mono">{readout}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${options.title}; the table below holds the same numbers`} />
    </figure>
  );
}

function Key({ line }: { line: Line; scheme: number }) {
  return (
    <span class="legend-key">
      <svg width="22" height="8" aria-hidden="true">
        <line
          x1="0"
          x2="22"
          y1="4"
          y2="4"
          stroke={line.color(readPalette())}
          stroke-width="2"
          stroke-dasharray={line.dash?.join(" ")}
        />
      </svg>
      {line.label}
    </span>
  );
}

function data({ x, lines }: ChartOptions): uPlot.AlignedData {
  return [x, ...lines.map(({ values }) => Array.from(values))];
}

function configuration(
  options: ChartOptions,
  width: number,
  onReadout: (text: string) => void,
): uPlot.Options {
  const palette = readPalette();
  const { log, around } = options;
  const span = view.value;
  const range: [number, number] = [span.start / 1e9, span.end / 1e9];
  const grid = { stroke: palette.line, width: 1 };
  const axis = { stroke: palette.muted, grid, ticks: grid, font: "12px system-ui, sans-serif" };
  return {
    width,
    height: options.height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 }, y: false },
    scales: {
      x: { time: false, range: () => range },
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum exists in uPlot's types only
      y:
        around !== undefined
          ? {
              distr: 4,
              asinh: around,
              range: (_plot, low, high) => [Math.min(low, -around) * 1.5, Math.max(high, around) * 1.5],
            }
          : log === undefined
            ? { range: (_plot, _low, high) => [0, Math.max(1e-9, high * 1.08)] }
            : { distr: 3, range: () => [log.low, log.high] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        splits: () => ticks(span.start, span.end, width / 90).values.map((value) => value / 1e9),
        values: (_plot, splits) => {
          const { step } = ticks(span.start, span.end, width / 90);
          return splits.map((value) => tickLabel(Math.round(value * 1e9), step));
        },
      },
      {
        ...axis,
        size: 64,
        ...(around === undefined
          ? {}
          : { splits: (_plot, _axis, low, high) => powersAround(around, low, high) }),
        values: (_plot, splits) => splits.map((value) => label(value, options)),
      },
    ],
    series: [
      {},
      ...options.lines.map((line): uPlot.Series => ({
        label: line.label,
        stroke: line.color(palette),
        width: line.width ?? 1.5,
        points: { show: false },
        spanGaps: false,
        ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
        ...(line.fill === true ? { fill: `${line.color(palette)}22` } : {}),
      })),
    ],
    hooks: {
      drawClear: [
        (plot) => {
          drawFaults(plot);
          options.behind?.(plot, palette);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 4) return;
          view.value = clampSpan(plot.posToVal(left, "x") * 1e9, plot.posToVal(left + wide, "x") * 1e9);
        },
      ],
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          const time = at === null || at === undefined ? undefined : options.x[at];
          if (at === null || at === undefined || time === undefined || (plot.cursor.left ?? -1) < 0)
            return onReadout("");
          const shown = options.lines.map(({ label: name, values }) => {
            const value = values[at];
            return `${name} ${value === null || value === undefined ? "–" : options.format(value)}`;
          });
          onReadout(`${time.toFixed(2)} s   ${shown.join("   ")}`);
        },
      ],
    },
  };
}

/** On a logarithmic scale only round values are named, or the axis would be full. */
function label(value: number | null, { log, format }: ChartOptions): string {
  if (value === null) return "";
  if (log === undefined) return format(value);
  const first = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  const named = log.high / log.low > 1000 ? [1] : [1, 2, 5];
  return named.some((factor) => Math.abs(first - factor) < 1e-6) ? format(value) : "";
}

function drawFaults(plot: uPlot): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { kind, start, end } of summary.faults.spans) {
    const left = Math.max(bbox.left, plot.valToPos(start / 1e9, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(end / 1e9, "x", true));
    if (right <= left) continue;
    ctx.fillStyle = summary.faults.kinds[kind]?.color ?? "#6b6b6b";
    ctx.globalAlpha = 0.12;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** Zero, and the powers of ten on both sides of it, but for those that would stand too close to it. */
function powersAround(around: number, low: number, high: number): number[] {
  const powers: number[] = [0];
  for (let power = 10 ** Math.ceil(Math.log10(around)); power <= Math.max(high, -low); power *= 10)
    powers.push(power, -power);
  return powers.filter((value) => value >= low && value <= high).toSorted((a, b) => a - b);
}
