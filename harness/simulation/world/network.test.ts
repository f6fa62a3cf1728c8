import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, type JsonObject } from "../../../histories/json.ts";
import type { TraceEvent } from "../../../histories/trace.ts";
import { isolate } from "../../nemesis/grudge.ts";
import type { Choices, ChoiceStreams } from "../choices.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { Probe } from "../testing/probe.ts";
import type { NetworkSettings, PartialSettings } from "./settings.ts";

/** Chooses by label, 0 unless said; "most" is the largest. */
const choosing = (by: Readonly<Record<string, number | "most">>): ChoiceStreams => {
  const choices: Choices = {
    choose: (bound, label) => {
      const chosen = by[label] ?? 0;
      return chosen === "most" ? bound - 1 : Math.min(chosen, bound - 1);
    },
  };
  return { stream: () => choices };
};

const n1n2 = [{ from: "n1", to: "n2" }];

describe("a cut", () => {
  it("loses what is sent along it or is due on it, one way only", () => {
    const probe = new Probe();
    probe.send("n1", "n2", "due during the cut");
    probe.until(500);
    probe.world.cut("c", n1n2);
    probe.send("n1", "n2", "sent during the cut");
    probe.send("n2", "n1", "the other way");
    probe.send("n1", "n3", "elsewhere");
    expect(probe.until(1499)).toEqual([]);
    expect(probe.until(1500)).toEqual(["1500 n1: the other way from n2", "1500 n3: elsewhere from n1"]);
    probe.world.undisturb("c");
    probe.send("n1", "n2", "after");
    expect(probe.until(9000)).toEqual(["2500 n2: after from n1"]);
  });

  it("lasts until the last one on the link has ended; one of the same name takes its place", () => {
    const probe = new Probe();
    probe.world.cut("a", n1n2);
    probe.world.cut("b", isolate("n2", probe.world.nodes));
    probe.world.cut("b", [{ from: "n3", to: "n2" }]);
    probe.world.undisturb("b");
    probe.world.undisturb("b");
    probe.send("n1", "n2", "lost");
    probe.send("n3", "n2", "comes");
    expect(probe.until(5000)).toEqual(["1000 n2: comes from n3"]);
    probe.world.undisturb("a");
    probe.send("n1", "n2", "comes");
    expect(probe.until(9000)).toEqual(["6000 n2: comes from n1"]);
  });

  it("never keeps a node from itself", () => {
    const probe = new Probe();
    probe.world.cut("c", [...n1n2, { from: "n1", to: "n1" }]);
    probe.send("n1", "n1", "me");
    expect(probe.until(5000)).toEqual(["0 n1: me from n1"]);
  });

  it("of a node that is not there is refused", () => {
    expect(() => new Probe().world.cut("c", [{ from: "n1", to: "n9" }])).toThrow("no node n9");
  });

  it("stalls a link whose messages come in order; afterwards they come, in order", () => {
    const probe = new Probe({ settings: { network: { channels: "fifo" } } });
    probe.send("n1", "n2", 1);
    probe.until(500);
    probe.world.cut("c", n1n2);
    probe.send("n1", "n2", 2);
    probe.until(1000);
    probe.send("n1", "n2", 3);
    // Number 3 is due at 2000, the moment at which the cut ends.
    while (probe.world.due() < 2000) probe.world.step();
    probe.world.passTo(2000);
    probe.world.undisturb("c");
    expect(probe.until(9000)).toEqual(["2000 n2: 1 from n1", "2000 n2: 2 from n1", "2000 n2: 3 from n1"]);
  });
});

describe("a hold", () => {
  it("keeps what is due, and lets it go in the order in which it was due", () => {
    const probe = new Probe();
    probe.world.hold("h", n1n2);
    probe.send("n1", "n2", 1);
    probe.send("n1", "n2", 2);
    probe.send("n3", "n2", 3);
    expect(probe.until(5000)).toEqual(["1000 n2: 3 from n3"]);
    probe.world.undisturb("h");
    expect(probe.until(9000)).toEqual(["5000 n2: 1 from n1", "5000 n2: 2 from n1"]);
  });
});

describe("a disturbance", () => {
  it("of latency makes messages come later, by the jitter more or less", () => {
    for (const [jitter, due] of [
      [0, 1000 + 30_000 - 10_000],
      ["most", 1000 + 30_000 + 10_000],
    ] as const) {
      const probe = new Probe({ choices: choosing({ jitter }) });
      probe.world.disturb("l", { kind: "latency", milliseconds: 30, jitter: 10 }, n1n2);
      probe.send("n1", "n2", 1);
      expect(probe.until(90_000)).toEqual([`${due} n2: 1 from n1`]);
      probe.world.undisturb("l");
      probe.send("n1", "n2", 2);
      expect(probe.until(99_000)).toEqual(["91000 n2: 2 from n1"]);
    }
  });

  it("of bandwidth lets the bytes of one message through after those of the one before", () => {
    const probe = new Probe();
    probe.world.disturb("b", { kind: "bandwidth", kilobytesPerSecond: 1 }, n1n2);
    // {"x":"…"} is 8 bytes and those within: 100 bytes take 100 ms.
    for (let i = 0; i < 2; i++) probe.send("n1", "n2", "y".repeat(92));
    expect(probe.until(1e6).map((line) => line.slice(0, 6))).toEqual(["101000", "201000"]);
  });

  it("that resets loses what is on its way, and what is sent while it is on", () => {
    const probe = new Probe();
    probe.send("n1", "n2", "on its way");
    probe.world.disturb("r", { kind: "reset" }, n1n2);
    probe.send("n1", "n2", "meanwhile");
    probe.until(2000);
    probe.world.undisturb("r");
    probe.send("n1", "n2", "after");
    expect(probe.until(9000)).toEqual(["3000 n2: after from n1"]);
  });

  it("that resets loses what is held, too", () => {
    const probe = new Probe();
    probe.world.hold("h", n1n2);
    probe.send("n1", "n2", "held");
    probe.until(2000);
    probe.world.disturb("r", { kind: "reset" }, n1n2);
    probe.world.undisturb("r");
    probe.world.undisturb("h");
    expect(probe.until(9000)).toEqual([]);
  });

  it("that closes slowly changes nothing", () => {
    const probe = new Probe();
    probe.world.disturb("s", { kind: "slow-close", milliseconds: 9 }, n1n2);
    probe.send("n1", "n2", 1);
    expect(probe.until(9000)).toEqual(["1000 n2: 1 from n1"]);
  });
});

describe("the fate of a message", () => {
  const network = {
    loss: 100,
    duplication: 100,
    stragglers: { permille: 100, delay: { kind: "uniform", from: 50_000, to: 60_000 } as const },
  };
  const fated = (fate: number | "most", more: Partial<NetworkSettings> = {}): string[] => {
    const probe = new Probe({ choices: choosing({ fate }), settings: { network: { ...network, ...more } } });
    probe.send("n1", "n2", 1);
    return probe.until(1e6);
  };

  it("is, from 0 on: to come, to come late, to come twice, to be lost", () => {
    expect(fated(6)).toEqual(["1000 n2: 1 from n1"]);
    expect(fated(7)).toEqual(["51000 n2: 1 from n1"]);
    expect(fated(8)).toEqual(["1000 n2: 1 from n1", "50000 n2: 1 from n1"]);
    expect(fated(9)).toEqual([]);
    expect(fated("most")).toEqual([]);
  });

  it("is in a channel to come once, if late for having been lost on the way", () => {
    expect(fated(8, { channels: "fifo" })).toEqual(["51000 n2: 1 from n1"]);
    expect(fated(9, { channels: "fifo" })).toEqual(["51000 n2: 1 from n1"]);
    expect(fated(7, { channels: "fifo" })).toEqual(["1000 n2: 1 from n1"]);
  });

  it("is, where the network is synchronous, to come in time", () => {
    for (const fate of [7, 8, 9]) {
      expect(fated(fate, { timing: "synchronous" })).toEqual(["1000 n2: 1 from n1"]);
    }
    expect(fated(0, { timing: "synchronous", bound: 600 })).toEqual(["600 n2: 1 from n1"]);
  });

  it("gives each copy to its receiver, who may change it", () => {
    const probe = new Probe({
      choices: choosing({ fate: 8 }),
      settings: { network },
      behaviour: { message: (_, __, body) => void (body["x"] as number[]).push(2) },
    });
    probe.send("n1", "n2", [1]);
    expect(probe.until(1e6)).toEqual(["1000 n2: [1] from n1", "50000 n2: [1] from n1"]);
  });
});

describe("stabilization", () => {
  it("keeps the order of channels, also of what is due at the very bound and comes after others that are due then", () => {
    const delay = { kind: "constant", microseconds: 30_000 } as const;
    const probe = new Probe({
      choices: choosing({ tie: "most" }),
      settings: { ties: 1_000, network: { channels: "fifo", delay, bound: 20_000 } },
    });
    probe.send("n1", "n2", 1);
    probe.until(5_000);
    probe.send("n1", "n2", 2);
    probe.until(10_000);
    probe.world.stabilize();
    expect(probe.until(90_000)).toEqual(["30000 n2: 1 from n1", "30000 n2: 2 from n1"]);
  });

  const slow: PartialSettings = {
    network: {
      timing: "partially-synchronous",
      bound: 2_000,
      loss: 500,
      delay: { kind: "constant", microseconds: 700_000 },
    },
  };

  it("bounds what is sent from then on, and brings in time what is on its way", () => {
    const probe = new Probe({ settings: slow });
    probe.send("n1", "n2", "before");
    probe.until(10_000);
    probe.world.stabilize();
    probe.until(11_000);
    probe.send("n1", "n2", "after");
    expect(probe.until(20_000)).toEqual(["12000 n2: before from n1", "13000 n2: after from n1"]);
  });

  it("comes by itself when it is set to", () => {
    const probe = new Probe({ settings: { network: { ...slow.network, stabilization: 50_000 } } });
    probe.send("n1", "n2", 1);
    expect(probe.until(60_000)).toEqual(["52000 n2: 1 from n1"]);
  });

  it("holds among the nodes of the core only", () => {
    const probe = new Probe({ settings: slow });
    probe.world.stabilize(["n1", "n2"]);
    for (const to of ["n2", "n3"]) probe.send("n1", to, 1);
    expect(probe.until(1e6)).toEqual(["2000 n2: 1 from n1", "700000 n3: 1 from n1"]);
  });
});

describe("links in order", () => {
  it("deliver in order, once and without a gap, whatever the delays, cuts and holds", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const probe = new Probe({
          choices: new RandomChoices(seed),
          settings: {
            network: {
              channels: "fifo",
              delay: { kind: "uniform", from: 0, to: 5_000 },
              loss: 200,
              duplication: 200,
              stragglers: { permille: 100, delay: { kind: "uniform", from: 0, to: 50_000 } },
            },
          },
        });
        const random = new RandomChoices(seed).stream("test");
        for (let i = 0; i < 60; i++) {
          probe.send("n1", "n2", i);
          const what = random.choose(6, "what");
          if (what === 0) probe.world.cut("cut", n1n2);
          if (what === 1) probe.world.undisturb("cut");
          if (what === 2) probe.world.hold("hold", n1n2);
          if (what === 3) probe.world.undisturb("hold");
          probe.world.runTo(probe.world.now() + random.choose(3_000, "pause"));
        }
        probe.world.undisturb("cut");
        probe.world.undisturb("hold");
        probe.world.runTo(probe.world.now() + 200_000);
        const came = probe.seen.map((line) => Number(/: (\d+) from/.exec(line)?.[1]));
        expect(came).toEqual(Array.from({ length: 60 }, (_, i) => i));
      }),
      { numRuns: 50 },
    );
  });

  it("end with the life of their receiver: what was sent to an earlier one does not come", () => {
    const probe = new Probe({ settings: { network: { channels: "fifo" } } });
    probe.send("n1", "n2", "old");
    probe.world.crash("n2", "nothing-lost");
    probe.world.restart("n2");
    probe.send("n1", "n2", "new");
    expect(probe.until(9000)).toEqual(["1000 n2: new from n1"]);
  });
});

describe("the trace", () => {
  const run = (
    settings: PartialSettings,
    choices: ChoiceStreams,
    act: (probe: Probe) => void,
  ): TraceEvent[] => {
    const events: TraceEvent[] = [];
    const trace = { sink: (event: TraceEvent): void => void events.push(event), clocks: true };
    const probe = new Probe({ trace, settings, choices, nodes: ["n1", "n2"] });
    act(probe);
    probe.until(1e6);
    return events;
  };

  it("tells what happened where, with vector clocks", () => {
    const events = run({}, choosing({}), (probe) => {
      probe.send("n1", "n2", 1);
      probe.until(2_000);
      probe.world.cut("c", n1n2);
      probe.send("n1", "n2", 2);
    });
    const shown = events.map(
      ({ kind, node, clock, time }) => `${time} ${node} ${kind} ${canonical(clock ?? {})}`,
    );
    expect(shown).toEqual([
      '0 n1 start {"n1":1}',
      '0 n2 start {"n2":1}',
      '0 n1 request {"n1":2}',
      '0 n1 send {"n1":3}',
      '1000000 n2 receive {"n1":3,"n2":2}',
      '2000000 n1 request {"n1":4}',
      '2000000 n1 send {"n1":5}',
      '2000000 n1 lose {"n1":6}',
    ]);
    expect(events.map(({ index }) => index)).toEqual(events.map((_, i) => i));
    expect(events.at(-1)).toMatchObject({ message: 1, reason: "partition" });
  });

  it("keeps what a message was when it was sent", () => {
    const events: TraceEvent[] = [];
    const trace = { sink: (event: TraceEvent): void => void events.push(event) };
    const behaviour = {
      message: (_: unknown, __: unknown, body: JsonObject) => void (body["x"] as number[]).push(2),
    };
    const probe = new Probe({ trace, behaviour });
    probe.send("n1", "n2", [1]);
    probe.until(9000);
    expect(events.find(({ kind }) => kind === "send")).toMatchObject({ body: { x: [1] } });
  });

  it("has every message end: received, twice if doubled, or lost", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const settings = { network: { loss: 200, duplication: 200 } };
        const events = run(settings, new RandomChoices(seed), (probe) => {
          for (let i = 0; i < 40; i++) {
            probe.send("n1", "n2", i);
            if (i === 20) probe.world.crash("n2", "nothing-lost");
            if (i === 30) probe.world.restart("n2");
            probe.world.runTo(probe.world.now() + 200);
          }
        });
        const ends = new Map<number, number>();
        for (const event of events) {
          if (event.kind === "receive" || event.kind === "lose") {
            ends.set(event.message, (ends.get(event.message) ?? 0) + 1);
          }
        }
        const sent = events.filter(({ kind }) => kind === "send");
        expect(sent.length).toBe(40);
        expect(ends.size).toBe(40);
        expect(Math.max(...ends.values())).toBeLessThanOrEqual(2);
      }),
      { numRuns: 30 },
    );
  });
});
