import { implications } from "../../../checkers/isolation/lattice.ts";
import { levelNames, strengths, type LevelName, type Strength } from "../../../checkers/isolation/levels.ts";
import { nameOf } from "../../../checkers/isolation/names.ts";
import type { LevelSummary } from "../../payload/summary.ts";

/** Where each level stands: column and row; what implies another stands above it. Levels that are equal share a place. */
const places: Readonly<Partial<Record<LevelName, readonly [column: number, row: number]>>> = {
  serializable: [1.5, 0],
  "update-serializable": [0, 1],
  "ansi-snapshot-isolation": [1.15, 1],
  "repeatable-read": [3.55, 1],
  "view-serializable": [2.4, 1],
  "snapshot-isolation": [1.5, 2],
  "parallel-snapshot-isolation": [1, 3],
  "prefix-consistency": [2.3, 3],
  "consistent-view": [0, 4],
  "update-atomic": [1.15, 4],
  "causal-consistency": [2.3, 4],
  "monotonic-view": [0, 5],
  "read-atomic": [1.7, 5],
  "read-committed-biswas-enea": [1.7, 6],
  "cursor-stability": [2.9, 7],
  "monotonic-atomic-view": [1.2, 7],
  "read-committed": [2, 8],
  "read-uncommitted": [2, 9],
};

/** Levels that are the same set of histories as another. */
const alsoNamed: Readonly<Partial<Record<LevelName, LevelName>>> = {
  "monotonic-view": "monotonic-snapshot-read",
  "consistent-view": "forward-consistent-view",
};

const Width = 224;
const Height = 30;
const ColumnWidth = 230;
const RowHeight = 52;
const Margin = 8;

const strengthWords: Readonly<Record<Strength, string>> = {
  plain: "plain",
  "strong-session": "with session order",
  strong: "with real time",
};

function position(name: LevelName): readonly [number, number] | undefined {
  const place = places[name];
  return place === undefined ? undefined : [Margin + place[0] * ColumnWidth, Margin + place[1] * RowHeight];
}

/** All levels as a lattice, the strongest on top: each with a mark for each strength, held, broken or not known. */
export function Lattice({ levels }: { levels: readonly LevelSummary[] }) {
  const found = new Map(levels.map(({ name, valid }) => [name, valid]));
  const shown = levelNames.filter((name) => places[name] !== undefined);
  const rows = Math.max(...Object.values(places).map(([, row]) => row));
  const columns = Math.max(...Object.values(places).map(([column]) => column));
  return (
    <details class="lattice" open>
      <summary>Levels</summary>
      <p class="muted small">
        Three marks for each level: as it is, with the order of sessions, with real time. ✓ held, ✗ broken, ?
        not known, · not asked.
      </p>
      <div class="diagram-scroll">
        <svg
          width={columns * ColumnWidth + Width + 2 * Margin}
          height={rows * RowHeight + Height + 2 * Margin}
          role="group"
          aria-label="The lattice of isolation levels"
        >
          {shown.flatMap((name) =>
            implied(name).map((other) => <Line key={`${name} ${other}`} from={name} to={other} />),
          )}
          {shown.map((name) => (
            <LevelMark key={name} name={name} found={found} />
          ))}
        </svg>
      </div>
    </details>
  );
}

/** What a level implies directly and is drawn elsewhere. */
function implied(name: LevelName): LevelName[] {
  const drawn = (other: LevelName): LevelName =>
    places[other] === undefined
      ? ((Object.entries(alsoNamed) as [LevelName, LevelName][]).find(([, same]) => same === other)?.[0] ??
        other)
      : other;
  return [...new Set(implications[name].map(drawn))].filter((other) => other !== name);
}

function Line({ from, to }: { from: LevelName; to: LevelName }) {
  const above = position(from);
  const below = position(to);
  if (above === undefined || below === undefined) return null;
  const [x1, y1] = [above[0] + Width / 2, above[1] + Height];
  const [x2, y2] = [below[0] + Width / 2, below[1]];
  return <path class="lattice-line" d={`M${x1} ${y1}C${x1} ${y1 + 16} ${x2} ${y2 - 16} ${x2} ${y2}`} />;
}

const marks = { true: "✓", false: "✗", unknown: "?" } as const;

function LevelMark({ name, found }: { name: LevelName; found: ReadonlyMap<string, boolean | "unknown"> }) {
  const place = position(name);
  if (place === undefined) return null;
  const [left, top] = place;
  const outcomes = strengths.map((strength) => found.get(nameOf({ name, strength })));
  const state =
    outcomes[0] === false
      ? "broken"
      : outcomes.every((valid) => valid === true)
        ? "held"
        : outcomes[0] === true
          ? "partly"
          : "open";
  const other = alsoNamed[name];
  const told = strengths.map((strength, i) => `${strengthWords[strength]} ${wordOf(outcomes[i])}`).join(", ");
  return (
    <g class={`level ${state}`}>
      <title>{`${name}${other === undefined ? "" : ` (the same as ${other})`}: ${told}`}</title>
      <rect x={left} y={top} width={Width} height={Height} rx="15" />
      <text x={left + 12} y={top + 19.5}>
        {name
          .replace("parallel-snapshot-isolation", "parallel-snapshot-isol.")
          .replace("read-committed-biswas-enea", "read-committed (B&E)")}
      </text>
      {outcomes.map((valid, i) => (
        <text
          key={i}
          class={`mark ${valid === true ? "held" : valid === false ? "broken" : "open"}`}
          x={left + Width - 42 + i * 14}
          y={top + 19.5}
          text-anchor="middle"
        >
          {valid === undefined ? "·" : marks[String(valid) as keyof typeof marks]}
        </text>
      ))}
    </g>
  );
}

function wordOf(valid: boolean | "unknown" | undefined): string {
  return valid === true
    ? "held"
    : valid === false
      ? "broken"
      : valid === "unknown"
        ? "not known"
        : "not asked";
}
