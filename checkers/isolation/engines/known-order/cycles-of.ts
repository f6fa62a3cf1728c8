import type { AnomalyName, CycleName } from "../../anomalies.ts";
import type { Edge } from "../../decision.ts";
import { strengths } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import type { Analysis } from "./analysis.ts";
import { shapesOf, type CycleShape } from "./cycle-shapes.ts";
import { analysisOf } from "./known-order.ts";

export interface NamedCycle {
  readonly name: AnomalyName;
  readonly cycle: readonly Edge[];
}

const dependencies = { ww: 0, wr: 0, so: 0, rt: 0 } as const;

/** What the cycles of each name look like, the gravest first. */
const shapes: readonly (readonly [CycleName, readonly CycleShape[]])[] = [
  ["G0", [{ first: { ww: 0 }, steps: [{ ww: 0, so: 0, rt: 0 }], accept: [0] }]],
  ["G1c", [{ first: { wr: 0 }, steps: [dependencies], accept: [0] }]],
  ["fractured-read", [{ first: { rw: 0 }, steps: [{ wr: 1 }, {}], accept: [1] }]],
  ["G-monotonic", shapesOf("monotonic-view", true).filter(({ inOrder }) => inOrder)],
  ["G-single", [{ first: { rw: 0 }, steps: [dependencies], accept: [0] }]],
  ["long-fork", [{ first: { rw: 0 }, steps: [{ wr: 1 }, { rw: 2 }, { wr: 3 }, {}], accept: [3] }]],
  // In states 0 and 2 the last edge was an anti-dependency, in 2 and 3 there was more than one.
  [
    "G-nonadjacent",
    [
      {
        first: { rw: 0 },
        steps: [
          { ww: 1, wr: 1, so: 1, rt: 1 },
          { ww: 1, wr: 1, so: 1, rt: 1, rw: 2 },
          { ww: 3, wr: 3, so: 3, rt: 3 },
          { ww: 3, wr: 3, so: 3, rt: 3, rw: 2 },
        ],
        accept: [3],
      },
    ],
  ],
  ["write-skew", [{ first: { rw: 0 }, steps: [{ rw: 1 }, {}], accept: [1] }]],
  ["G2-item", [{ first: { rw: 0 }, steps: [{ rw: 1 }, { ww: 1, wr: 1, so: 1, rt: 1, rw: 1 }], accept: [1] }]],
];

/** Which others go without saying where one is found, apart from the same with sessions and with real time. */
const implied: Readonly<Partial<Record<CycleName, readonly CycleName[]>>> = {
  G0: ["G1c"],
  "G-single": ["G-nonadjacent", "G2-item"],
  "G-nonadjacent": ["G2-item"],
  "long-fork": ["G-nonadjacent", "G2-item"],
  "write-skew": ["G2-item"],
};

/** Names that are only given to cycles of data. */
const ofDataAlone: ReadonlySet<CycleName> = new Set(["fractured-read", "long-fork", "write-skew"] as const);
/** Edges looked at for a name whose cycles may not exist. */
const StepsForName = 3_000_000;

/**
 * A shortest cycle of each kind of anomaly that a reading shows by what it tells of the order of versions, the gravest first;
 * a cycle with session order or real time only where there is none without. What another one implies is left out. Components that are too large to
 * be searched to the end may hide a kind that no level needs to be refuted. None where it is not known who wrote what was read.
 */
export function cyclesOf(reading: Reading): NamedCycle[] {
  const analysis = analysisOf(reading);
  return analysis === undefined ? [] : namedCycles(analysis);
}

function namedCycles(analysis: Analysis): NamedCycle[] {
  const found: NamedCycle[] = [];
  const said = new Set<CycleName>();
  for (const strength of strengths) {
    if (!analysis.mayHaveCycles(strength)) continue;
    for (const [name, forms] of shapes) {
      if (said.has(name) || (strength !== "plain" && ofDataAlone.has(name))) continue;
      const cycle = analysis.cycleOfShapes(forms, strength, StepsForName);
      if (cycle === undefined || !isNamed(name, cycle)) continue;
      found.push({ name: withSuffix(name, cycle), cycle });
      said.add(name);
      for (const other of implied[name] ?? []) said.add(other);
    }
    const cursor = strength === "plain" ? analysis.overwrittenUnseen() : undefined;
    if (cursor !== undefined) found.push({ name: "G-cursor", cycle: cursor });
  }
  return found;
}

/** Two that overwrote each other unseen in one key made a lost update, and no write skew. */
function isNamed(name: CycleName, cycle: readonly Edge[]): boolean {
  return name !== "write-skew" || cycle[0]!.key !== cycle[1]!.key;
}

function withSuffix(name: CycleName, cycle: readonly Edge[]): AnomalyName {
  if (cycle.some(({ kind }) => kind === "rt")) return `${name}-realtime`;
  return cycle.some(({ kind }) => kind === "so") ? `${name}-process` : name;
}
