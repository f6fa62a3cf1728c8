import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../histories/trace.ts";
import { layOut } from "../ui/space-time/layout.ts";
import { After, Before, Concurrent, Itself, linksOf, standing } from "../ui/space-time/past-and-future.ts";
import { StepsMax } from "./limits.ts";
import { spaceTimeOf } from "./steps.ts";

/**
 * A trace in words, an event a line, a millisecond apart; a line that begins with `=` is at the time of the
 * one before: `n1 start`, `n1 send 1 n2`, `n2 receive 1 n1`, `n2 lose 1 partition`, `n1 timer t`, `n1 crash`,
 * `n1 request 0`, `n1 reply 0`, `n1 sync`.
 */
function trace(text: string): TraceEvent[] {
  let time = 0;
  return text
    .trim()
    .split("\n")
    .map((line, index) => {
      const words = line.trim().split(" ");
      if (words[0] === "=") words.shift();
      else time += 1e6;
      const [node = "", kind = "", first = "", second = ""] = words;
      const happening = { index, time, node };
      switch (kind) {
        case "send":
          return { ...happening, kind, message: Number(first), to: second, body: { type: `m${first}` } };
        case "receive":
          return { ...happening, kind, message: Number(first), from: second };
        case "lose":
          return { ...happening, kind, message: Number(first), reason: "partition" };
        case "timer":
          return { ...happening, kind, name: first };
        case "request":
        case "reply":
          return { ...happening, kind, process: Number(first), body: { type: kind } };
        case "start":
        case "crash":
        case "restart":
        case "sync":
          return { ...happening, kind };
        default:
          throw new Error(`no event ${kind}`);
      }
    });
}

const drawn = (text: string) => {
  const { places, steps, arrows } = spaceTimeOf(trace(text));
  return {
    steps: steps.map(({ place, kind, details }) => `${places[place]} ${kind} ${details.length}`),
    arrows: arrows.map(
      ({ from, to, place, lost, again }) =>
        `${from}→${to ?? "?"} ${places[place]}${lost === undefined ? "" : ` ${lost}`}${again === true ? " again" : ""}`,
    ),
  };
};

describe("the steps of a trace", () => {
  it("hold what a node does at once in answer to one thing", () => {
    expect(
      drawn(`n1 timer t
             = n1 send 1 n2
             = n1 send 2 n3
             n2 receive 1 n1
             = n2 sync
             = n2 send 3 n1`),
    ).toEqual({
      steps: ["n1 timer 3", "n2 receive 3"],
      arrows: ["0→1 n2", "0→? n3", "1→? n1"],
    });
  });

  it("begin anew with what leaves later, when the disk was done", () => {
    expect(drawn("n1 timer t\nn1 sync\n= n1 send 1 n2").steps).toEqual(["n1 timer 1", "n1 local 2"]);
  });

  it("keep apart what two nodes do at one moment", () => {
    expect(drawn("n1 timer t\n= n2 timer t\n= n1 send 1 n2").steps).toEqual(["n1 timer 2", "n2 timer 1"]);
  });

  it("show a message lost on its way where it would have arrived, and one lost on leaving where it left", () => {
    expect(drawn("n1 timer t\n= n1 send 1 n2\nn2 lose 1 partition")).toEqual({
      steps: ["n1 timer 2", "n2 lose 1"],
      arrows: ["0→1 n2 partition"],
    });
    expect(drawn("n1 timer t\n= n1 send 1 n2\n= n1 lose 1 partition")).toEqual({
      steps: ["n1 timer 3"],
      arrows: ["0→? n2 partition"],
    });
  });

  it("show each copy of a message, those after the first as such", () => {
    expect(drawn("n1 timer t\n= n1 send 1 n2\nn2 receive 1 n1\nn2 receive 1 n1").arrows).toEqual([
      "0→1 n2",
      "0→2 n2 again",
    ]);
  });

  it("put clients first where there are any, and nodes by name and number", () => {
    const places = (text: string) => spaceTimeOf(trace(text)).places;
    expect(places("n10 start\nn2 start\nn1 send 1 n3")).toEqual(["n1", "n2", "n3", "n10"]);
    const { steps, ...rest } = spaceTimeOf(trace("n1 request 0\n= n1 reply 0"));
    expect(rest.places).toEqual(["clients", "n1"]);
    expect(steps).toMatchObject([{ asked: "request", answered: ["reply"] }]);
  });

  it("of a long trace are the last ones up to the moment of interest", () => {
    const long = Array.from({ length: StepsMax + 100 }, (_, i) => `n1 timer t${i}`).join("\n");
    const last = spaceTimeOf(trace(long));
    expect(last.steps).toHaveLength(StepsMax);
    expect(last.leftOut).toEqual({ before: 100, after: 0 });
    const early = spaceTimeOf(trace(long), (StepsMax + 50) * 1e6);
    expect(early.leftOut).toEqual({ before: 50, after: 50 });
    expect(early.steps.at(-1)?.label).toBe(`timer t${StepsMax + 49}`);
  });

  it("print nothing that a display would obey", () => {
    const [event] = trace("n1 timer t");
    if (event?.kind !== "timer") throw new Error("a timer was asked for");
    expect(spaceTimeOf([{ ...event, name: "t\u202e<script>" }]).steps[0]?.label).toBe(
      "timer t\\u202e<script>",
    );
  });
});

describe("past and future", () => {
  //  0 n1 timer ── 1 ──► 1 n2 receive ── 2 ──► 3 n3 receive ; 2 n1 timer ── 3 ✕ 4 n2
  const diagram = spaceTimeOf(
    trace(`n1 timer a
           = n1 send 1 n2
           n2 receive 1 n1
           = n2 send 2 n3
           n1 timer b
           = n1 send 3 n2
           n3 receive 2 n2
           n2 lose 3 partition`),
  );
  const links = linksOf(diagram);

  it("follow nodes and messages, but not messages that were lost", () => {
    expect([...standing(links, 1)]).toEqual([Before, Itself, Concurrent, After, After]);
    expect([...standing(links, 2)]).toEqual([Before, Concurrent, Itself, Concurrent, Concurrent]);
    expect([...standing(links, 3)]).toEqual([Before, Before, Concurrent, Itself, Concurrent]);
  });

  it("alone can be laid out", () => {
    const stands = standing(links, 3);
    const layout = layOut(diagram, 900, (step) => step === 3 || stands[step] === Before);
    expect(layout.rows).toEqual([0, 1, 3]);
    expect(layout.arrows).toHaveLength(2);
  });

  it("leave a node's line out while it was down", () => {
    const { lives } = layOut(spaceTimeOf(trace("n1 start\nn1 crash\nn1 restart")), 900, () => true);
    expect(lives.map(({ state }) => state)).toEqual(["up", "down", "up"]);
  });
});
