import type { CurrentValue, Nonlinearizable, Path } from "../../evidence.ts";
import type { Layout, Point } from "./layout.ts";

/** Something that lasted, in a lane of its own above those of the processes. */
export interface Band {
  readonly label: string;
  readonly spans: readonly BandSpan[];
}

export interface BandSpan {
  readonly left: number;
  readonly right: number;
  readonly text: string;
  /** Whether it is certain for all that time; else only for some moment within it. */
  readonly certain: boolean;
  /** Whether it also shades the lanes below. */
  readonly shades: boolean;
  readonly title: string;
}

/** Values that are shown; more are a picture of nothing. */
const MostValues = 5;

/** When each value was certainly current, and each item inside: what must not overlap, or leave no gap. */
export function valueBands({ current, inside }: Nonlinearizable, layout: Layout): Band[] {
  const values = current.map((one) => bandOf("value", "current", one, layout));
  const items = inside.map((one) => bandOf("item", "inside", one, layout));
  return [...values, ...items].slice(0, MostValues);
}

function bandOf(what: string, how: string, { value, from, to }: CurrentValue, layout: Layout): Band {
  const certain = from < to;
  const [left, right] = certain ? [layout.at(from), layout.at(to)] : [layout.at(to), layout.at(from)];
  const text = certain ? `certainly ${how}` : `${how} at some time`;
  return {
    label: `${what} ${value}`,
    spans: [{ left, right, text, certain, shades: certain, title: `${value} was ${text}` }],
  };
}

/** The state after each operation of an attempt that has been placed, until the next takes effect. */
export function stateBand(path: Path, points: readonly Point[], step: number): Band | undefined {
  const placed = points.filter(({ number }) => number <= step);
  if (placed.length === 0) return undefined;
  const spans = placed.map((point, i): BandSpan => {
    const state = path.states[point.number - path.before - 1] ?? "";
    return {
      left: point.x,
      right: placed[i + 1]?.x ?? 1,
      text: state,
      certain: true,
      shades: false,
      title: `state after step ${point.number}: ${state}`,
    };
  });
  return { label: "state", spans };
}
