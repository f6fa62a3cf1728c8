import { expect, test } from "vitest";
import type { IsolationEngine } from "../decision.ts";
import type { Level } from "../levels.ts";
import { saturationEngine } from "./saturation/saturation-engine.ts";
import { solverEngine } from "./solver/solver-engine.ts";
import { smallReading, smallReadings } from "./testing/random-readings.ts";

const reading = smallReading(1, smallReadings["many sessions"]);
const level: Level = { name: "causal-consistency", strength: "strong-session" };

test.each<IsolationEngine>([saturationEngine, solverEngine])("$name heeds bytes", (engine) => {
  expect(engine.decide(reading, level, {})?.valid).not.toBe("unknown");
  expect(engine.decide(reading, level, { bytes: 1e6 })?.valid).not.toBe("unknown");
  expect(engine.decide(reading, level, { bytes: 10 })?.valid).toBe("unknown");
});

test("saturation is over when its seconds are, unless it has found a cycle", () => {
  let now = 0;
  const clock = (): number => now++;
  const seconds = saturationEngine.decide(reading, level, { seconds: 0, clock })?.valid;
  expect([false, "unknown"]).toContain(seconds);
});
