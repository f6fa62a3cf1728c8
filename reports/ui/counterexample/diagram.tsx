import { outcomeNames, type Operations } from "../report/operations.ts";
import { operationText } from "../timeline/operation-text.ts";
import type { Band } from "./bands.ts";
import type { Box, Layout, Point } from "./layout.ts";

const LaneHeight = 46;
const BoxHeight = 28;
const BandHeight = 20;
const BandGap = 5;
const Gutter = 104;
const Top = 16;
/** On the right, for the label of the last operation. */
const Margin = 110;
/** Of the fixed-width font of labels, about. */
const CharacterWidth = 7.2;

export interface DiagramProps {
  readonly operations: Operations;
  readonly layout: Layout;
  /** Above the lanes of processes. */
  readonly bands: readonly Band[];
  readonly points: readonly Point[];
  /** Points up to this one are drawn. */
  readonly step: number;
  /** Row of the operation that fits nowhere. */
  readonly stuck: number;
  readonly refused: ReadonlySet<number>;
  readonly width: number;
  readonly onSelect: (row: number) => void;
}

/** The operations as boxes in time, and the order in which they may have taken effect as numbered points. */
export function Diagram(props: DiagramProps) {
  const { operations, layout, bands, points, step, stuck, refused, width, onSelect } = props;
  const wide = Math.max(width, layout.boxes.length * 56 + Gutter);
  const plot = wide - Gutter - Margin;
  const x = (share: number): number => Gutter + share * plot;
  const above = bands.length === 0 ? 0 : bands.length * (BandHeight + BandGap) + BandGap;
  const y = (lane: number): number => Top + above + lane * LaneHeight;
  const height = Top + above + layout.lanes.length * LaneHeight + 4;
  const shown = points.filter(({ number }) => number <= step);
  return (
    <div class="diagram-scroll">
      <svg
        class="diagram"
        width={wide}
        height={height}
        role="group"
        aria-label="Operations in time; the table below says the same"
      >
        {bands.map((band, i) => (
          <BandRow
            key={band.label}
            band={band}
            tint={i % 3}
            top={Top + i * (BandHeight + BandGap)}
            x={x}
            bottom={height}
          />
        ))}
        {layout.lanes.map((process, lane) => (
          <g key={process}>
            <line
              class="lane-line"
              x1={Gutter}
              x2={wide}
              y1={y(lane) + BoxHeight / 2}
              y2={y(lane) + BoxHeight / 2}
            />
            <text class="lane-label" x={Gutter - 12} y={y(lane) + BoxHeight / 2} text-anchor="end">
              process {process}
            </text>
          </g>
        ))}
        {layout.boxes.map((box) => {
          const left = x(box.left);
          const length = Math.max(8, x(box.right) - left);
          const name = outcomeNames[operations.outcome[box.row] ?? 3] ?? "info";
          const state = box.row === stuck ? " stuck" : refused.has(box.row) ? " refused" : "";
          const text = operationText(operations, box.row);
          return (
            <g
              key={box.row}
              class={`op ${name}${state}`}
              tabIndex={0}
              role="button"
              aria-label={`op ${box.index}, ${text}, ${name}`}
              onClick={() => onSelect(box.row)}
              onKeyDown={(event) => {
                if (event.key === "Enter") onSelect(box.row);
              }}
            >
              <rect x={left} y={y(box.lane)} width={length} height={BoxHeight} rx="3" />
              {box.open ? (
                <path class="open-end" d={`M${left + length} ${y(box.lane)}l6 7l-6 7l6 7l-6 7`} />
              ) : null}
              <Label
                text={text}
                left={left}
                length={length}
                room={roomFor(box, layout.boxes, x)}
                y={y(box.lane) + BoxHeight / 2}
              />
              <title>{`op ${box.index}: ${text} (${name})`}</title>
            </g>
          );
        })}
        {shown.length < 2 ? null : (
          <polyline
            class="order-line"
            points={shown.map((point) => `${x(point.x)},${y(point.box.lane) + BoxHeight + 3}`).join(" ")}
          />
        )}
        {shown.map((point) => (
          <g key={point.number} class={`order-point${point.number === step ? " current" : ""}`}>
            <line
              x1={x(point.x)}
              x2={x(point.x)}
              y1={y(point.box.lane) + BoxHeight - 6}
              y2={y(point.box.lane) + BoxHeight + 3}
            />
            <circle cx={x(point.x)} cy={y(point.box.lane) + BoxHeight + 3} r="9" />
            <text x={x(point.x)} y={y(point.box.lane) + BoxHeight + 3.5} text-anchor="middle">
              {point.number}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function BandRow(props: {
  band: Band;
  tint: number;
  top: number;
  x: (share: number) => number;
  bottom: number;
}) {
  const { band, tint, top, x, bottom } = props;
  const middle = top + BandHeight / 2;
  return (
    <g class={`band tint-${tint}${band.label === "state" ? " states" : ""}`}>
      <text class="lane-label" x={Gutter - 12} y={middle} text-anchor="end">
        {clip(band.label, Gutter - 16)}
      </text>
      {band.spans.map((span, i) => {
        const left = x(span.left);
        const length = Math.max(3, x(span.right) - left);
        return (
          <g key={i} class={span.certain ? "certain" : "perhaps"}>
            {span.shades ? (
              <rect
                class="shade"
                x={left}
                y={top + BandHeight}
                width={length}
                height={bottom - top - BandHeight}
              />
            ) : null}
            <rect class="span" x={left} y={top} width={length} height={BandHeight} rx="2" />
            <BandText
              text={span.text}
              left={left}
              length={length}
              beside={band.spans.length === 1}
              y={middle}
            />
            <title>{span.title}</title>
          </g>
        );
      })}
    </g>
  );
}

/** In its span where it fits; beside it where nothing else is in the lane. */
function BandText(props: { text: string; left: number; length: number; beside: boolean; y: number }) {
  const { text, left, length, beside, y } = props;
  const fits = text.length * CharacterWidth <= length - 8;
  return (
    <text class={fits || !beside ? "" : "beside"} x={fits || !beside ? left + 6 : left + length + 6} y={y}>
      {fits || beside ? text : clip(text, length - 8)}
    </text>
  );
}

/** In its box where it fits, beside it where the lane is free, cut short otherwise. */
function Label(props: { text: string; left: number; length: number; room: number; y: number }) {
  const { text, left, length, room, y } = props;
  const inside = clip(text, length - 12);
  const outside = clip(text, room - length - 10);
  const beside = outside.length > inside.length;
  return (
    <text class={beside ? "beside" : ""} x={beside ? left + length + 6 : left + 7} y={y}>
      {beside ? outside : inside}
    </text>
  );
}

/** From the beginning of an operation to the next one in its lane. */
function roomFor(box: Box, boxes: readonly Box[], x: (share: number) => number): number {
  const next = boxes.find((other) => other.lane === box.lane && other.left > box.left);
  return (next === undefined ? x(1) + Margin : x(next.left)) - x(box.left);
}

function clip(text: string, width: number): string {
  const fits = Math.floor(width / CharacterWidth);
  return text.length <= fits ? text : fits < 2 ? "" : `${text.slice(0, fits - 1)}…`;
}
