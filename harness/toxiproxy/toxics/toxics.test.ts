import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { seededRandom, type Random } from "../../../workloads/random.ts";
import { Stage } from "../stage.ts";
import type { Direction, Inlet, ToxicType } from "../toxic.ts";
import { bandwidth } from "./bandwidth.ts";
import { latency } from "./latency.ts";
import { limitData } from "./limit-data.ts";
import { packetLoss } from "./packet-loss.ts";
import { cuts, slicer } from "./slicer.ts";
import { slowClose } from "./slow-close.ts";
import { timeout } from "./timeout.ts";

/** Toxics under a clock of the test's own: what comes out of a stage, and exactly when. */

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stage whose output is written down as `time:data`, with `time:end` and `time:close`. */
function stageOf(
  type: ToxicType,
  attributes: Record<string, number>,
  options: { seed?: number; toxicity?: number; name?: string; random?: Random } = {},
) {
  const log: string[] = [];
  const write = (what: string): unknown => log.push(`${Date.now()}:${what}`);
  const next: Inlet = { chunk: ({ data }) => write(data.toString()), end: write };
  const host = {
    random: options.random ?? seededRandom(options.seed ?? 1),
    now: () => Date.now(),
    dropped: (bytes: number) => write(`-${bytes}`),
    reset: () => write("reset"),
  };
  const toxic = {
    name: options.name ?? "t",
    type,
    stream: "downstream",
    direction: "downstream" as Direction,
    toxicity: options.toxicity ?? 1,
    attributes,
    revision: 0,
  };
  const stage = new Stage(host, toxic, next);
  const send = (text: string): void => stage.chunk({ data: Buffer.from(text), time: Date.now() });
  return { stage, toxic, log, send };
}

describe("latency", () => {
  it("hands each chunk and the end on after its time", () => {
    const { stage, log, send } = stageOf(latency, { latency: 100, jitter: 0 });
    send("a");
    vi.advanceTimersByTime(30);
    send("b");
    stage.end("end");
    vi.runAllTimers();
    expect(log).toEqual(["100:a", "130:b", "130:end"]);
  });

  it("keeps thousands of chunks in order", () => {
    const { stage, log, send } = stageOf(latency, { latency: 10_000, jitter: 0 });
    for (let i = 0; i < 3000; i++) {
      send(String(i));
      vi.advanceTimersByTime(1);
    }
    stage.end("end");
    vi.runAllTimers();
    expect(log).toEqual([...Array.from({ length: 3000 }, (_, i) => `${10_000 + i}:${i}`), "12999:end"]);
  });

  it("lets neither data nor the end overtake what a late timer has not handed on yet", () => {
    const { stage, log, send } = stageOf(latency, { latency: 100, jitter: 0 });
    send("a");
    vi.setSystemTime(500);
    stage.chunk({ data: Buffer.from("b"), time: 0 });
    stage.end("end");
    vi.runAllTimers();
    expect(log.map((line) => line.split(":")[1])).toEqual(["a", "b", "end"]);
  });

  it("stays within the jitter and in order", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(50), fc.integer({ min: 1, max: 50 }), (seed, milliseconds, jitter) => {
        vi.setSystemTime(0);
        const { log, send } = stageOf(latency, { latency: milliseconds, jitter }, { seed });
        for (let i = 0; i < 20; i++) send(String(i));
        vi.runAllTimers();
        const times = log.map((line) => Number(line.split(":")[0]));
        expect(log.map((line) => line.split(":")[1])).toEqual(
          Array.from({ length: 20 }, (_, i) => String(i)),
        );
        expect(Math.min(...times)).toBeGreaterThanOrEqual(Math.max(0, milliseconds - jitter));
        expect(Math.max(...times)).toBeLessThan(milliseconds + jitter);
      }),
    );
  });

  it("counts from the arrival when it is changed, and lets go when it is removed", () => {
    const { stage, toxic, log, send } = stageOf(latency, { latency: 1000, jitter: 0 });
    send("a");
    vi.advanceTimersByTime(50);
    toxic.attributes = { latency: 80, jitter: 0 };
    stage.update();
    vi.advanceTimersByTime(50);
    send("b");
    stage.end("end");
    stage.remove();
    vi.runAllTimers();
    expect(log).toEqual(["80:a", "100:b", "100:end"]);
  });
});

describe("bandwidth", () => {
  it("takes a millisecond for every so many bytes, in slices of 100 milliseconds", () => {
    const { stage, log, send } = stageOf(bandwidth, { rate: 1 });
    send("x".repeat(250));
    send("y");
    stage.end("end");
    vi.runAllTimers();
    const hundred = "x".repeat(100);
    expect(log).toEqual([`100:${hundred}`, `200:${hundred}`, `250:${"x".repeat(50)}`, "251:y", "251:end"]);
  });

  it("saves nothing up while nothing comes", () => {
    const { log, send } = stageOf(bandwidth, { rate: 1 });
    vi.advanceTimersByTime(500);
    send("x".repeat(10));
    vi.runAllTimers();
    expect(log).toEqual([`510:${"x".repeat(10)}`]);
  });
});

describe("slow_close", () => {
  it("holds the end only", () => {
    const { stage, log, send } = stageOf(slowClose, { delay: 70 });
    send("a");
    stage.end("end");
    vi.runAllTimers();
    expect(log).toEqual(["0:a", "70:end"]);
  });
});

describe("timeout", () => {
  it("counts the silence since the last data", () => {
    const { log, send } = stageOf(timeout, { timeout: 100 });
    vi.advanceTimersByTime(90);
    send("lost");
    vi.runAllTimers();
    expect(log).toEqual(["90:-4", "190:close"]);
  });

  it("closes when removed, unless the connection was spared", () => {
    const hurt = stageOf(timeout, { timeout: 0 });
    hurt.stage.remove();
    expect(hurt.log).toEqual(["0:close"]);
    const spared = stageOf(timeout, { timeout: 0 }, { toxicity: 0 });
    spared.send("a");
    spared.stage.remove();
    expect(spared.log).toEqual(["0:a"]);
  });
});

describe("limit_data", () => {
  it("cuts inside a chunk and drops what follows", () => {
    const { log, send } = stageOf(limitData, { bytes: 5 });
    send("abc");
    send("defg");
    send("h");
    expect(log).toEqual(["0:abc", "0:de", "0:-2", "0:close", "0:-1"]);
  });
});

describe("slicer", () => {
  it("cuts a chunk into pieces that are neither empty nor too long, whatever its attributes", () => {
    const size = fc.oneof(fc.integer({ min: -10, max: 300 }), fc.maxSafeInteger());
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        size,
        size,
        fc.nat(),
        (length, average, variation, seed) => {
          const ends = cuts(length, average, variation, seededRandom(seed));
          expect(ends.at(-1)).toBe(length);
          let start = 0;
          for (const end of ends) {
            expect(end).toBeGreaterThan(start);
            expect(end - start).toBeLessThanOrEqual(Math.max(1, average + variation));
            start = end;
          }
        },
      ),
    );
  });

  it("waits after each piece", () => {
    const { log, send } = stageOf(slicer, { average_size: 2, size_variation: 0, delay: 10_000 });
    send("abcd");
    send("ef");
    vi.runAllTimers();
    expect(log).toEqual(["0:ab", "10:cd", "20:ef"]);
  });
});

/** The share of chunks that packet_loss drops. */
const lossOf = (rate: number, correlation: number): number => {
  const { log, send } = stageOf(packetLoss, { loss_rate: rate, correlation });
  for (let i = 0; i < 4000; i++) send("x");
  return log.filter((line) => line.endsWith(":-1")).length / 4000;
};

describe("packet_loss", () => {
  it("loses about as much as it is told to", () => {
    expect(lossOf(0, 0)).toBe(0);
    expect(lossOf(1, 0)).toBe(1);
    expect(lossOf(0.3, 0)).toBeCloseTo(0.3, 1);
    // Correlated, the share p solves p = rate + correlation · p.
    expect(lossOf(0.25, 0.5)).toBeCloseTo(0.5, 1);
  });

  it("hands the end on", () => {
    const { stage, log } = stageOf(packetLoss, { loss_rate: 1, correlation: 0 });
    stage.end("end");
    expect(log).toEqual(["0:end"]);
  });
});

describe("toxicity", () => {
  it("is the share of connections that are hurt", () => {
    let hurt = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const { log, send } = stageOf(limitData, { bytes: 0 }, { seed, toxicity: 0.2 });
      send("x");
      if (log.includes("0:close")) hurt++;
    }
    expect(hurt / 1000).toBeCloseTo(0.2, 1);
  });

  it("is drawn for every toxic by itself, in whatever order they come", () => {
    const fates = (names: readonly string[]): Record<string, boolean> => {
      const random = seededRandom(5);
      return Object.fromEntries(
        names.map((name) => {
          const { log, send } = stageOf(limitData, { bytes: 0 }, { name, random, toxicity: 0.5 });
          send("x");
          return [name, log.includes("0:close")];
        }),
      );
    };
    const names = Array.from({ length: 20 }, (_, i) => `toxic ${i}`);
    const forwards = fates(names);
    expect(fates(names.toReversed())).toEqual(forwards);
    expect(new Set(Object.values(forwards)).size).toBe(2);
  });

  it("is drawn anew by an update", () => {
    const { stage, toxic, log, send } = stageOf(limitData, { bytes: 0 }, { toxicity: 0 });
    send("spared");
    toxic.toxicity = 1;
    toxic.revision++;
    stage.update();
    send("hurt");
    expect(log).toEqual(["0:spared", "0:-4", "0:close"]);
  });
});
