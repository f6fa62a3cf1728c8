import { describe, expect, test } from "vitest";

import {
  judgeFailureDetector,
  type DetectorReport,
  type DetectorSample,
  type LifeEvent,
} from "../../../checkers/failure-detection/failure-detection.ts";
import { isJsonArray } from "../../../histories/json.ts";
import {
  detectorRules,
  failureDetector,
  type DetectorRules,
  type DetectorSettings,
} from "../../../systems/protocols/models/failure-detectors/failure-detector.ts";
import { RandomChoices } from "../choices/index.ts";
import { VirtualCluster, type PartialSettings } from "../world/index.ts";

const seeds = Number(process.env["RASHOMON_SEEDS"] ?? 60);
const every = Array.from({ length: seeds }, (_, i) => i + 1);

/** Δ in milliseconds. */
const bound = 20;
const interval = 10;
const seconds = 6;
const stabilization = 2_000;

/** P in a synchronous system: a heartbeat every so often, each within the bound; and a moment to spare. */
const perfect: DetectorSettings = { interval, timeout: interval + bound + 1, final: true };
/** ◇P knows nothing of delays, and begins with too little patience. */
const eventual: DetectorSettings = { interval, timeout: interval + 1, final: false };

const synchronous: PartialSettings = {
  network: {
    timing: "synchronous",
    bound: bound * 1_000,
    delay: { kind: "uniform", from: 100, to: bound * 1_000 },
  },
  storage: { sync: { kind: "constant", microseconds: 0 } },
};
const partiallySynchronous: PartialSettings = {
  network: {
    timing: "partially-synchronous",
    bound: bound * 1_000,
    stabilization: stabilization * 1_000,
    delay: { kind: "uniform", from: 100, to: bound * 1_000 },
    stragglers: { permille: 200, delay: { kind: "uniform", from: 20_000, to: 400_000 } },
    loss: 200,
    duplication: 50,
  },
};

interface Scene {
  readonly nodes: number;
  readonly settings: PartialSettings;
  readonly seed: number;
  readonly rules?: Partial<DetectorRules>;
  /** Milliseconds at which nodes go down and come back. */
  readonly lives?: (choose: (bound: number) => number) => readonly LifeEvent[];
  readonly strike?: (world: VirtualCluster) => void;
}

interface Outcome extends DetectorReport {
  readonly broken: readonly string[];
}

/** Runs a detector; times are in milliseconds. */
function detected(settings: DetectorSettings, scene: Scene): Outcome {
  const nodes = Array.from({ length: scene.nodes }, (_, i) => `n${i + 1}`);
  const choices = new RandomChoices(scene.seed);
  const samples: DetectorSample[] = [];
  const seen = new Map<string, string>();
  const world = new VirtualCluster({
    protocol: failureDetector(settings, { ...detectorRules, ...scene.rules }),
    nodes,
    choices,
    settings: scene.settings,
    hooks: {
      stepped(node) {
        const { suspects, leader } = world.view(node)?.more ?? {};
        const text = JSON.stringify([suspects, leader]);
        if (seen.get(node) === text || !isJsonArray(suspects)) return;
        seen.set(node, text);
        samples.push({
          time: world.now() / 1_000,
          node,
          suspects: suspects.map(String),
          ...(typeof leader === "string" ? { leader } : {}),
        });
      },
    },
  });
  const stream = choices.stream("lives");
  const lives = scene.lives?.((limit) => stream.choose(limit, "life")) ?? [];
  for (const { time, node, up } of lives) {
    world.after(time * 1_000, () => (up ? world.restart(node) : world.crash(node, "unsynced-lost")));
  }
  scene.strike?.(world);
  while (world.due() <= seconds * 1e6) world.step();
  const model = {
    timing: settings.final ? "synchronous" : "partially-synchronous",
    channels: "any",
    failures: "crash-recovery",
    tolerated: (count: number) => count,
  } as const;
  return {
    ...judgeFailureDetector(nodes, samples, lives),
    broken: world.brokenAssumptions(model).map(({ assumption }) => assumption),
  };
}

/** Some nodes, never all, crash at some time, for good. */
const crashes = (choose: (limit: number) => number): LifeEvent[] =>
  ["n1", "n2", "n3"]
    .filter(() => choose(2) === 1)
    .slice(0, 2)
    .map((node) => ({ time: 100 + choose(2_500), node, up: false }))
    .toSorted((a, b) => a.time - b.time);

describe("P, in a synchronous system", () => {
  test("suspects all that crash, soon, and nobody else, ever", () => {
    for (const seed of every) {
      const report = detected(perfect, { nodes: 4, settings: synchronous, seed, lives: crashes });
      expect({ seed, broken: report.broken, false: report.falseSuspicions }).toEqual({
        seed,
        broken: [],
        false: 0,
      });
      expect(report.completeFrom).toBeLessThan(2_600 + perfect.timeout + bound);
    }
  });

  test("suspects somebody alive as soon as a message is late; and then the model was broken, not the detector", () => {
    for (const timeout of [31, 100, 500, 2_000]) {
      const report = detected(
        { ...perfect, timeout },
        {
          nodes: 2,
          settings: synchronous,
          seed: 1,
          // Whatever the timeout, there is an asynchronous run with a delay above it.
          strike: (world) => world.after(50_000, () => world.hold("adversary", [{ from: "n1", to: "n2" }])),
        },
      );
      expect(report.falseSuspicions).toBe(1);
      expect(report.broken).toContain("delay bound");
    }
  });

  test("is too quick with a timeout below heartbeat and bound", () => {
    const settings = { ...perfect, timeout: interval + 2 };
    const wrong = every.filter(
      (seed) => detected(settings, { nodes: 3, settings: synchronous, seed }).falseSuspicions > 0,
    );
    expect(wrong.length).toBeGreaterThan(0);
  });
});

describe("◇P and Ω, in a partially synchronous system", () => {
  test("in the end suspect all that crashed and nobody else, and agree on a leader that is up", () => {
    let falseSuspicions = 0;
    for (const seed of every) {
      const report = detected(eventual, { nodes: 4, settings: partiallySynchronous, seed, lives: crashes });
      falseSuspicions += report.falseSuspicions;
      const end = seconds * 1_000 - 1_000;
      expect({ seed, settled: report.accurateFrom < end, complete: report.completeFrom < end }).toEqual({
        seed,
        settled: true,
        complete: true,
      });
      expect(report.oneLeaderFrom).toBeLessThan(end);
    }
    // Before the network is stable they are wrong, as they may be.
    expect(falseSuspicions).toBeGreaterThan(seeds);
  });

  test("a node that comes back is trusted again", () => {
    const lives = (): LifeEvent[] => [
      { time: 2_500, node: "n1", up: false },
      { time: 2_800, node: "n1", up: true },
    ];
    for (const seed of every.slice(0, 20)) {
      const report = detected(eventual, { nodes: 3, settings: partiallySynchronous, seed, lives });
      expect(report.accurateFrom).toBeLessThan(seconds * 1_000 - 1_000);
    }
  });
});

describe("mutants of failure detectors are caught", () => {
  const restart = (): LifeEvent[] => [
    { time: 4_500, node: "n1", up: false },
    { time: 4_600, node: "n1", up: true },
  ];
  const cases: readonly {
    readonly name: string;
    readonly nodes: number;
    readonly rules: Partial<DetectorRules>;
    readonly lives?: Scene["lives"];
    readonly wrong: (report: DetectorReport) => boolean;
  }[] = [
    {
      name: "patience does not grow after a false suspicion: it is suspected again and again",
      nodes: 3,
      rules: { growth: 0 },
      wrong: ({ accurateFrom }) => accurateFrom > seconds * 1_000 - 500,
    },
    {
      name: "heartbeats of a node that came back count as old ones: it is suspected for good",
      nodes: 3,
      rules: { countsLives: false },
      lives: restart,
      wrong: ({ accurateFrom }) => accurateFrom === Infinity,
    },
    {
      name: "ties are not broken alike: two leaders for good",
      nodes: 2,
      rules: { breaksTies: false },
      wrong: ({ oneLeaderFrom }) => oneLeaderFrom === Infinity,
    },
  ];
  test.each(cases)("$name", ({ nodes, rules, lives, wrong }) => {
    const scene = { nodes, settings: partiallySynchronous, ...(lives === undefined ? {} : { lives }) };
    const few = every.slice(0, 20);
    expect(few.filter((seed) => wrong(detected(eventual, { ...scene, seed, rules }))).length).toBeGreaterThan(
      0,
    );
    expect(few.filter((seed) => wrong(detected(eventual, { ...scene, seed })))).toEqual([]);
  });
});
