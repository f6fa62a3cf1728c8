import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../histories/json.ts";
import { between } from "../../nemesis/grudge.ts";
import type { Choices } from "../choices.ts";
import { ExhaustiveChoices } from "../choices/exhaustive-choices.ts";
import type { NoAnswer } from "../simulated-world.ts";
import { Probe, simplest } from "../testing/probe.ts";
import { HandlerError } from "./handler-error.ts";
import { clockEpoch } from "./node-clock.ts";

describe("a node's effects", () => {
  it("happen in the order in which they were called: what follows a sync waits for the disk", () => {
    const probe = new Probe();
    probe.act("n1", (node) => {
      node.send("n2", { x: "before" });
      node.persist("k", 1);
      node.sync();
      node.send("n2", { x: "after" });
      node.send("n3", { x: "after, too" });
    });
    expect(probe.until(5000)).toEqual([
      "1000 n2: before from n1",
      "1500 n2: after from n1",
      "1500 n3: after, too from n1",
    ]);
  });

  it("wait for no disk when nothing was persisted since it was last in step", () => {
    const probe = new Probe();
    probe.act("n1", (node) => {
      node.sync();
      node.send("n2", { x: 1 });
    });
    expect(probe.until(5000)).toEqual(["1000 n2: 1 from n1"]);
  });

  it("of later handlers queue behind those that wait, and handlers go on meanwhile", () => {
    const probe = new Probe();
    probe.act("n1", (node) => {
      node.persist("k", 1);
      node.sync();
      node.send("n2", { x: "first" });
    });
    probe.send("n1", "n2", "second, without a sync of its own");
    expect(probe.until(5000)).toEqual([
      "1500 n2: first from n1",
      "1500 n2: second, without a sync of its own from n1",
    ]);
  });

  it("share the next commit of the disk when they come while one is under way", () => {
    const probe = new Probe();
    const write = (x: number): void =>
      probe.act("n1", (node) => {
        node.persist("k", x);
        node.sync();
        node.send("n2", { x });
      });
    write(1);
    probe.until(100);
    write(2);
    probe.until(200);
    write(3);
    // The first commit takes until 500, the one for both others until 1000.
    expect(probe.until(5000)).toEqual(["1500 n2: 1 from n1", "2000 n2: 2 from n1", "2000 n2: 3 from n1"]);
  });

  it("reach the node itself through the queue", () => {
    const probe = new Probe();
    let returned = false;
    probe.act("n1", (node) => {
      node.send("n1", { x: "me" });
      returned = probe.seen.length === 0;
    });
    expect(returned).toBe(true);
    expect(probe.until(0)).toEqual(["0 n1: me from n1"]);
  });

  it("carry what a message was when it was sent", () => {
    const probe = new Probe();
    const list = [1];
    probe.act("n1", (node) => {
      node.send("n2", { x: list });
      list.push(2);
    });
    list.push(3);
    expect(probe.until(5000)).toEqual(["1000 n2: [1] from n1"]);
  });

  it("answer a request once, by its name", () => {
    const answers: (JsonObject | NoAnswer)[] = [];
    const probe = new Probe({
      behaviour: {
        request: (node, id) => {
          node.reply(id, { type: "read_ok", value: 7 });
          node.reply(id, { type: "read_ok", value: 8 });
        },
      },
    });
    probe.world.request(4, "n1", { type: "read" }, (answer) => answers.push(answer));
    probe.until(5000);
    expect(answers).toEqual([{ type: "read_ok", value: 7 }]);
  });
});

describe("a node's timers", () => {
  it("fire once, in milliseconds, under their names", () => {
    const probe = new Probe();
    probe.act("n1", (node) => {
      node.setTimer("b", 2);
      node.setTimer("a", 1);
    });
    expect(probe.until(9000)).toEqual(["1000 n1: timer a", "2000 n1: timer b"]);
  });

  it("are replaced when set again, and are gone when cancelled", () => {
    const probe = new Probe();
    probe.act("n1", (node) => {
      node.setTimer("replaced", 1);
      node.setTimer("cancelled", 1);
      node.setTimer("replaced", 3);
      node.cancelTimer("cancelled");
      node.cancelTimer("never set");
    });
    expect(probe.until(9000)).toEqual(["3000 n1: timer replaced"]);
  });

  it("that fired while the node was stopped can still be cancelled or replaced", () => {
    const probe = new Probe({
      behaviour: {
        timer: (node, name) => {
          if (name !== "first") return;
          node.cancelTimer("second");
          node.setTimer("third", 5);
        },
      },
    });
    probe.act("n1", (node) => ["first", "second", "third"].forEach((name) => node.setTimer(name, 1)));
    probe.world.pause("n1");
    probe.until(4000);
    probe.world.resume("n1");
    expect(probe.until(20_000)).toEqual(["4000 n1: timer first", "9000 n1: timer third"]);
  });
});

describe("a stopped node", () => {
  it("handles what came meanwhile when it goes on, in order; its disk goes on working", () => {
    const probe = new Probe();
    probe.act("n1", (node) => {
      node.persist("k", 1);
      node.sync();
      node.send("n2", { x: "after the sync" });
      node.setTimer("t", 2);
    });
    probe.world.pause("n1");
    expect(probe.world.paused("n1")).toBe(true);
    probe.send("n2", "n1", "to the stopped one");
    expect(probe.until(8000)).toEqual([]);
    probe.world.resume("n1");
    expect(probe.until(20_000)).toEqual([
      "8000 n1: to the stopped one from n2",
      "8000 n1: timer t",
      "9000 n2: after the sync from n1",
    ]);
  });

  it("loses it all when it is killed", () => {
    const probe = new Probe();
    const answers: (JsonObject | NoAnswer)[] = [];
    probe.act("n1", (node) => node.setTimer("t", 2));
    probe.world.pause("n1");
    probe.send("n2", "n1", "lost");
    probe.world.request(1, "n1", { type: "read" }, (answer) => answers.push(answer));
    probe.until(4000);
    probe.world.crash("n1", "nothing-lost");
    probe.world.restart("n1");
    expect(probe.world.paused("n1")).toBe(false);
    expect(probe.until(9000)).toEqual([]);
    expect(answers).toEqual(["broken"]);
  });
});

describe("a slow node", () => {
  it("is at work on one event after the other", () => {
    const probe = new Probe();
    probe.world.slow("n2", { kind: "constant", microseconds: 300 });
    for (const x of [1, 2, 3]) probe.send("n1", "n2", x);
    expect(probe.until(5000)).toEqual(["1300 n2: 1 from n1", "1600 n2: 2 from n1", "1900 n2: 3 from n1"]);
    probe.world.slow("n2", { kind: "constant", microseconds: 0 });
    probe.send("n1", "n2", 4);
    expect(probe.until(9000)).toEqual(["6000 n2: 4 from n1"]);
  });
});

describe("a crash", () => {
  /** Writes 1 and syncs, then writes 2, 3, 4 without, and crashes. */
  const after = (kind: "unsynced-lost" | "nothing-lost" | "amnesia", choices = simplest()): string[] => {
    const probe = new Probe({ choices });
    probe.act("n1", (node) => {
      node.persist("synced", 1);
      node.sync();
    });
    probe.until(1000);
    probe.act("n1", (node) => [2, 3, 4].forEach((value) => node.persist(`k${value}`, value)));
    probe.world.crash("n1", kind);
    probe.world.restart("n1");
    return probe.until(2000);
  };

  it("loses what was not synced, from some point on", () => {
    const choices = new ExhaustiveChoices();
    const outcomes: string[] = [];
    do outcomes.push(after("unsynced-lost", choices).join());
    while (choices.next());
    expect(outcomes).toEqual([
      '1000 n1: found {"synced":1,"k2":2,"k3":3,"k4":4}',
      '1000 n1: found {"synced":1,"k2":2,"k3":3}',
      '1000 n1: found {"synced":1,"k2":2}',
      '1000 n1: found {"synced":1}',
    ]);
  });

  it("of the kind that loses nothing loses nothing, and with amnesia all is lost", () => {
    expect(after("nothing-lost")).toEqual(['1000 n1: found {"synced":1,"k2":2,"k3":3,"k4":4}']);
    expect(after("amnesia")).toEqual([]);
  });

  it("ends timers, and what waits for the disk never leaves", () => {
    const probe = new Probe({ choices: new ExhaustiveChoices() });
    probe.act("n1", (node) => {
      node.setTimer("t", 1);
      node.persist("k", 1);
      node.sync();
      node.send("n2", { x: 1 });
    });
    probe.world.crash("n1", "unsynced-lost");
    expect(probe.world.alive("n1")).toBe(false);
    expect(probe.until(9000)).toEqual([]);
  });

  it("tells clients whose requests are open, and those that come later that nobody listens", () => {
    const answers: (JsonObject | NoAnswer)[] = [];
    const probe = new Probe();
    const ask = (): void => probe.world.request(1, "n1", { type: "read" }, (answer) => answers.push(answer));
    ask();
    probe.until(10);
    probe.world.crash("n1", "nothing-lost");
    probe.until(20);
    expect(answers).toEqual(["broken"]);
    ask();
    probe.until(30);
    expect(answers).toEqual(["broken", "refused"]);
  });

  it("loses messages that come while the node is down; those on their way when it is back do reach it", () => {
    const probe = new Probe();
    probe.send("n2", "n1", "lost");
    probe.world.crash("n1", "nothing-lost");
    probe.until(1500);
    probe.send("n2", "n1", "on its way");
    probe.world.restart("n1");
    expect(probe.until(9000)).toEqual(["2500 n1: on its way from n2"]);
  });

  it("that comes twice, or a restart of a running node, changes nothing", () => {
    let starts = 0;
    const probe = new Probe({ behaviour: { start: () => starts++ } });
    probe.world.restart("n1");
    probe.world.crash("n1", "nothing-lost");
    probe.world.crash("n1", "amnesia");
    probe.world.restart("n1");
    expect(starts).toBe(4);
  });

  it.each([
    [true, '0 n1: found {"k":"before"}'],
    [false, undefined],
  ])(
    "at a barrier comes between persisting and sending; what was persisted is synced: %s",
    (synced, found) => {
      const probe = new Probe();
      let crashed = 0;
      probe.world.crashAtBarrier("n1", synced, () => crashed++);
      probe.act("n1", (node) => {
        node.send("n2", { x: "sent before" });
        node.persist("k", "before");
        node.sync();
        node.persist("k", "after");
        node.setTimer("t", 1);
        node.send("n2", { x: "sent after" });
      });
      expect([crashed, probe.world.alive("n1")]).toEqual([1, false]);
      probe.world.restart("n1");
      expect(probe.until(9000)).toEqual([
        ...(found === undefined ? [] : [found]),
        "1000 n2: sent before from n1",
      ]);
    },
  );

  it("at a later barrier lets earlier ones pass", () => {
    const probe = new Probe();
    probe.world.crashAtBarrier("n1", true, undefined, 3);
    for (const x of [1, 2, 3]) {
      probe.act("n1", (node) => {
        node.sync();
        node.send("n2", { x });
      });
    }
    expect(probe.until(9000)).toEqual(["1000 n2: 1 from n1", "1000 n2: 2 from n1"]);
    expect(probe.world.alive("n1")).toBe(false);
  });
});

describe("a background sync", () => {
  it("saves now and then what nobody synced", () => {
    const always: Choices = { choose: (bound, label) => (label === "background sync" ? bound - 1 : 0) };
    for (const backgroundSync of [0, 1]) {
      const probe = new Probe({
        choices: { stream: () => always },
        settings: { storage: { backgroundSync, sync: { kind: "constant", microseconds: 500 } } },
      });
      probe.act("n1", (node) => node.persist("k", 1));
      probe.until(1000);
      // Everything that is not stable is lost.
      const allLost: Choices = { choose: (bound) => bound - 1 };
      always.choose = allLost.choose.bind(allLost);
      probe.world.crash("n1", "unsynced-lost");
      probe.world.restart("n1");
      expect(probe.until(1000)).toEqual(backgroundSync === 0 ? [] : ['1000 n1: found {"k":1}']);
      always.choose = (bound, label) => (label === "background sync" ? bound - 1 : 0);
    }
  });
});

describe("a node's clock", () => {
  const shown = (probe: Probe, node = "n1"): number => {
    let now = NaN;
    probe.act(node, (context) => (now = context.now()));
    return now - clockEpoch;
  };

  it("shows milliseconds, may be set off, run at another rate, and be put right", () => {
    const probe = new Probe();
    probe.until(5_700);
    expect(shown(probe)).toBe(5);
    probe.world.setClock("n1", -1000, 2);
    expect(shown(probe)).toBe(5 - 1000);
    probe.until(15_700);
    expect(shown(probe)).toBe(5 - 1000 + 20);
    expect(shown(probe, "n2")).toBe(15);
    probe.world.resetClock("n1");
    expect(shown(probe)).toBe(15);
  });

  it("is off and drifts from the start on, as far as it is set to", () => {
    const most: Choices = {
      choose: (bound, label) => (label === "offset" || label === "drift" ? bound - 2 : 0),
    };
    const probe = new Probe({
      choices: { stream: () => most },
      settings: { clocks: { offset: 50, drift: 1000 } },
    });
    probe.until(10_000_000);
    expect(shown(probe)).toBe(10_000 + 50 + 10);
  });
});

describe("a protocol that breaks the rules", () => {
  it("fails when a handler throws: the world says where", () => {
    const probe = new Probe({
      behaviour: {
        message: () => {
          throw new TypeError("no such ballot");
        },
      },
    });
    probe.send("n1", "n2", 5);
    expect(() => probe.until(5000)).toThrow(HandlerError);
    const again = new Probe({
      behaviour: {
        timer: () => {
          throw new Error("oh");
        },
      },
    });
    again.act("n1", (node) => node.setTimer("t", 1));
    expect(() => again.until(5000)).toThrow("node n1 failed at timer t: Error: oh");
  });

  it("is found out, when frozen, if it changes what it has sent", () => {
    const log = [1];
    const behaviour = { timer: () => void log.push(2) };
    const careless = new Probe({ behaviour, freeze: true });
    careless.act("n1", (node) => {
      node.send("n2", { x: log });
      node.setTimer("t", 5);
    });
    expect(() => careless.until(9000)).toThrow("node n1 failed at timer t: TypeError");
  });

  it("may change what it has received, even when frozen", () => {
    const probe = new Probe({
      freeze: true,
      behaviour: { message: (_, __, body) => void (body["x"] as number[]).push(2) },
    });
    probe.send("n1", "n2", [1]);
    expect(() => probe.until(9000)).not.toThrow();
  });

  it("fails when it sends to nobody, or what JSON does not keep", () => {
    const probe = new Probe({ freeze: true });
    expect(() => probe.act("n1", (node) => node.send("n9", {}))).toThrow("no node n9 to send to");
    const other = new Probe({ freeze: true });
    expect(() => other.act("n1", (node) => node.send("n2", { x: NaN }))).toThrow(HandlerError);
  });
});

describe("nodes that start apart", () => {
  it("handle what came before when they start", () => {
    const late: Choices = { choose: (bound, label) => (label === "start" ? bound - 1 : 0) };
    const probe = new Probe({
      choices: { stream: (name) => (name === "node n2" ? late : { choose: () => 0 }) },
      settings: { startWithin: 5000 },
    });
    expect(probe.world.alive("n2")).toBe(false);
    probe.send("n1", "n2", 1);
    expect(probe.until(9000)).toEqual(["5000 n2: 1 from n1"]);
  });
});

describe("requests", () => {
  it("and answers on a link that is cut are lost without a word", () => {
    const answers: (JsonObject | NoAnswer)[] = [];
    const probe = new Probe({ behaviour: { request: (node, id) => node.reply(id, { type: "ok" }) } });
    const ask = (): void => probe.world.request(1, "n1", { type: "read" }, (answer) => answers.push(answer));
    probe.world.cut("there", [{ from: "clients", to: "n1" }]);
    ask();
    probe.until(10);
    probe.world.cut("there", [{ from: "n1", to: "clients" }]);
    ask();
    probe.until(20);
    probe.world.undisturb("there");
    expect(answers).toEqual([]);
    ask();
    probe.until(30);
    expect(answers).toEqual([{ type: "ok" }]);
  });

  it("on a link that is reset break", () => {
    const answers: (JsonObject | NoAnswer)[] = [];
    const probe = new Probe({
      settings: { network: { clients: { delay: { kind: "constant", microseconds: 100 }, loss: 0 } } },
    });
    const ask = (): void => probe.world.request(1, "n1", { type: "read" }, (answer) => answers.push(answer));
    ask();
    probe.world.disturb("r", { kind: "reset" }, between(["clients"], ["n1"]));
    ask();
    probe.until(50);
    expect(answers).toEqual(["broken", "broken"]);
  });
});
