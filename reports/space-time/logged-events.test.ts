import { describe, expect, it } from "vitest";

import { readConsensusLogFrom } from "../../histories/codecs/consensus-log.ts";
import { readTraceFrom } from "../../histories/codecs/trace/read-trace.ts";
import { StepsMax } from "./limits.ts";
import { spaceTimeOfConsensus, spaceTimeOfEvents } from "./logged-events.ts";
import type { SpaceTime } from "./space-time.ts";

const nobody = new Set<number>();

/** Steps as "node label", arrows as "from>to" by the labels of their steps. */
function told({ places, steps, arrows }: SpaceTime): { steps: string[]; arrows: string[] } {
  return {
    steps: steps.map(({ place, label }) => `${places[place]} ${label}`),
    arrows: arrows.map(({ from, to }) => `${steps[from]?.label}>${steps[to ?? -1]?.label}`),
  };
}

function lines(...events: readonly object[]): string {
  return events.map((event) => JSON.stringify(event)).join("\n");
}

describe("the diagram of a trace of somebody's events", () => {
  it("shows a cause before what it caused, whatever the order of the log", () => {
    const trace = readTraceFrom(
      lines(
        { node: "b", kind: "receive", message: "m", event: "hears" },
        { node: "a", kind: "send", message: "m", event: "says" },
      ),
    );
    expect(told(spaceTimeOfEvents(trace, nobody))).toEqual({
      steps: ["a says", "b hears"],
      arrows: ["says>hears"],
    });
  });

  it("has an arrow to each receiver of a broadcast, and none to the sender itself", () => {
    const trace = readTraceFrom(
      lines(
        { node: "a", kind: "broadcast", message: 1, event: "one" },
        { node: "a", kind: "deliver", message: 1, event: "own" },
        { node: "b", kind: "deliver", message: 1, event: "at b" },
        { node: "c", kind: "deliver", message: 1, event: "at c" },
      ),
    );
    expect(told(spaceTimeOfEvents(trace, nobody)).arrows).toEqual(["one>at b", "one>at c"]);
  });

  it("takes arrows from vector clocks where no message is told of, and none for what came through another node", () => {
    const trace = readTraceFrom(
      lines(
        { node: "c", event: "c1", clock: { a: 1, b: 1, c: 1 } },
        { node: "b", event: "b1", clock: { a: 1, b: 1 } },
        { node: "a", event: "a1", clock: { a: 1 } },
      ),
    );
    expect(told(spaceTimeOfEvents(trace, nobody))).toEqual({
      steps: ["a a1", "b b1", "c c1"],
      arrows: ["b1>c1", "a1>b1"],
    });
  });

  it("keeps the order of the log where events came before themselves, without the arrow that goes back", () => {
    const trace = readTraceFrom(
      lines(
        { node: "a", kind: "receive", message: 2, event: "a hears" },
        { node: "a", kind: "send", message: 1, event: "a says" },
        { node: "b", kind: "receive", message: 1, event: "b hears" },
        { node: "b", kind: "send", message: 2, event: "b says" },
      ),
    );
    expect(told(spaceTimeOfEvents(trace, nobody))).toEqual({
      steps: ["a a hears", "a a says", "b b hears", "b b says"],
      arrows: ["a says>b hears"],
    });
  });

  it("marks what is blamed, and keeps it in a diagram that cannot show all", () => {
    const events = Array.from({ length: StepsMax + 1000 }, (_, i) => ({ node: "a", event: `e${i}` }));
    const diagram = spaceTimeOfEvents(readTraceFrom(lines(...events)), new Set([10]));
    const { steps, leftOut } = diagram;
    expect(steps.filter(({ blamed }) => blamed === true).map(({ label }) => label)).toEqual(["e10"]);
    expect(steps.length + leftOut.before + leftOut.after).toBe(events.length);
    expect(steps.length).toBeLessThanOrEqual(StepsMax);
  });
});

describe("the diagram of a log of consensus", () => {
  it("has a column a node and a row a line", () => {
    const log = readConsensusLogFrom(
      lines(
        { node: "n2", leads: 3 },
        { node: "n2", slot: 1, ballot: 3, digest: "x", committed: false },
        { node: "n1", slot: 1, ballot: 3, digest: "y", committed: true },
        { node: "n2", leads: null },
      ),
    );
    const diagram = spaceTimeOfConsensus(log, new Set([2]));
    expect(diagram.places).toEqual(["n1", "n2"]);
    expect(told(diagram).steps).toEqual([
      "n2 leads in ballot 3",
      "n2 slot 1: x of ballot 3",
      "n1 slot 1: y of ballot 3, committed",
      "n2 leads no more",
    ]);
    expect(diagram.steps.map(({ blamed }) => blamed === true)).toEqual([false, false, true, false]);
  });
});
