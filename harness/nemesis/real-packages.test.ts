import { describe, expect, it } from "vitest";

import { UsageError } from "../../histories/errors.ts";
import type { Json } from "../../histories/json.ts";
import { findProtocol } from "../../systems/catalogue.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import { seededRandom } from "../../workloads/random.ts";
import { chooseSimulatedFaults } from "../simulation/runs/fault-kinds.ts";
import { carryOutAtOnce } from "./carry-out.ts";
import type { RealEffect } from "./effect.ts";
import { faultPackages, realPackages } from "./packages/catalogue.ts";
import { diskError, fileCorruption, lyingSync } from "./packages/disk-faults.ts";
import { NothingToHit, type RealPackage } from "./packages/fault-package.ts";
import { membership } from "./packages/membership.ts";
import { kill, terminate } from "./packages/node-faults.ts";
import { realClock } from "./packages/real-clock.ts";
import { restartStorm } from "./packages/restart-storm.ts";

const nodes = ["n1", "n2", "n3"];
const drawn = (each: RealPackage, seed: number, clockBound?: number): Record<string, Json> => {
  const limits = clockBound === undefined ? {} : { clockBound };
  const { value } = each.start({ random: seededRandom(String(seed)), ...limits }, nodes);
  return value as Record<string, Json>;
};

/** What a package does to nodes of which some are down, as words: `kill n1`; effects answer as `answer` says. */
function done(
  each: RealPackage,
  proposal: { f: string; value: Json },
  {
    down = [],
    away = [],
    of = nodes,
    answer = () => null,
  }: {
    down?: readonly NodeId[];
    /** No members at the moment. */
    away?: readonly NodeId[];
    of?: readonly NodeId[];
    answer?: (effect: RealEffect) => Json;
  } = {},
): { effects: string[]; result: Json } {
  const dead = new Set([...down, ...away]);
  const effects: string[] = [];
  const situation = {
    nodes: of,
    alive: (node: NodeId) => !dead.has(node),
    paused: () => false,
    away: (node: NodeId) => away.includes(node),
  };
  const result = carryOutAtOnce(each.perform(situation, proposal), (effect) => {
    const node = "node" in effect ? effect.node : "";
    effects.push(`${effect.kind} ${node}`);
    const given = answer(effect);
    if (effect.kind === "kill" || effect.kind === "take-out") dead.add(node);
    if (effect.kind === "restart" || effect.kind === "take-in") dead.delete(node);
    return given;
  });
  return { effects, result };
}

describe("packages for real nodes", () => {
  it("have kinds and functions of their own, and follow from the seed", () => {
    const functions = faultPackages.flatMap(({ band }) => [...band.start, ...band.stop]);
    expect(new Set(functions).size).toBe(functions.length);
    expect(new Set(faultPackages.map(({ kind }) => kind)).size).toBe(faultPackages.length);
    for (const each of realPackages) expect(drawn(each, 3)).toEqual(drawn(each, 3));
  });

  it("draw clocks that jump by 11 ms to 5 min, to either side, and every order of magnitude about as often", () => {
    const offsets: number[] = [];
    const disorders = new Set<Json>();
    for (let seed = 0; seed < 2_000; seed++) {
      for (const skew of Object.values(drawn(realClock, seed)) as Record<string, Json>[]) {
        disorders.add(skew["fault"] ?? null);
        if (skew["fault"] === "jump") offsets.push(Number(skew["offset"]));
      }
    }
    expect([...disorders].map(String).toSorted()).toEqual(["drift", "freeze", "jump", "strobe"]);
    const sizes = offsets.map(Math.abs);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    expect(Math.max(...sizes)).toBeLessThan(300_000);
    expect(offsets.filter((offset) => offset < 0).length / offsets.length).toBeCloseTo(0.5, 1);
    const below = (size: number): number => sizes.filter((each) => each < size).length / sizes.length;
    expect(below(1_800)).toBeCloseTo(0.5, 1);
  });

  it("keep clocks within the bound that a system rests on", () => {
    for (let seed = 0; seed < 200; seed++) {
      for (const skew of Object.values(drawn(realClock, seed, 400)) as Record<string, Json>[]) {
        expect(skew["fault"]).toBe("jump");
        expect(Math.abs(Number(skew["offset"]))).toBeLessThanOrEqual(400);
      }
    }
  });

  it("take back what they did to a disk, and start nodes again that could not bear it", () => {
    const value = { nodes: ["n1", "n2"], calls: "sync", once: false };
    const answer = ({ kind }: RealEffect): Json => (kind === "disturb-disk" ? "disturbed" : null);
    expect(done(diskError, { f: "start-disk-error", value }, { down: ["n2"], answer })).toEqual({
      effects: ["disturb-disk n1"],
      result: { ...value, nodes: ["n1"] },
    });
    const stopped = done(diskError, diskError.stop, { down: ["n2"], answer: () => "3 calls hit" });
    expect(stopped.effects).toEqual([...nodes.map((node) => `undisturb-disk ${node}`), "restart n2"]);
    expect(stopped.result).toMatchObject({ restarted: ["n2"] });
  });

  it("hit nobody where something else comes between a node and its disk", () => {
    const value = { nodes: ["n1"], calls: "sync", once: false };
    const busy = { answer: ({ kind }: RealEffect): Json => (kind === "disturb-disk" ? "busy" : null) };
    expect(() => done(diskError, { f: "start-disk-error", value }, busy)).toThrow(NothingToHit);
  });

  it("cut the power of those who were lied to before they hear the truth", () => {
    const { effects } = done(lyingSync, lyingSync.stop);
    expect(effects.slice(0, 3)).toEqual(nodes.map((node) => `cut-power-of-liar ${node}`));
    expect(effects.slice(3)).toEqual(nodes.map((node) => `undisturb-disk ${node}`));
  });

  it("damage files of nodes that do not run, each in a share of its own, and never of a majority", () => {
    for (let seed = 0; seed < 50; seed++) expect(drawn(fileCorruption, seed)["nodes"]).toHaveLength(1);
    const shares: Json[] = [];
    const { effects } = done(
      fileCorruption,
      { f: "corrupt-files", value: { nodes: ["n1", "n3"], damage: "flip", seed: 7 } },
      {
        answer(effect) {
          if (effect.kind === "damage-files") shares.push([effect.damage.share, effect.damage.shares]);
          return null;
        },
      },
    );
    expect(effects).toEqual(["kill n1", "kill n3", "damage-files n1", "damage-files n3"]);
    expect(shares).toEqual([
      [0, 3],
      [2, 3],
    ]);
  });

  it("storm: in turn, at once, or while a node starts; and all run afterwards", () => {
    const storm = (manner: string, targets: readonly string[]): string[] =>
      done(restartStorm, {
        f: "restart-storm",
        value: { manner, nodes: targets, rounds: 1, pauses: [8, 16] },
      }).effects;
    expect(storm("rolling", ["n2", "n1"])).toEqual(["kill n2", "restart n2", "kill n1", "restart n1"]);
    expect(storm("at-once", ["n2", "n1"])).toEqual(["kill n2", "kill n1", "restart n2", "restart n1"]);
    expect(storm("while-starting", ["n3"])).toEqual([
      "kill n3",
      "kill-while-starting n3",
      "kill-while-starting n3",
      "restart n3",
    ]);
    expect(done(restartStorm, restartStorm.stop, { down: ["n2"] }).effects).toEqual(["restart n2"]);
  });

  describe("of members", () => {
    const five = ["n1", "n2", "n3", "n4", "n5"];
    const leave = (
      leaving: readonly NodeId[],
      killed: boolean,
      { of = nodes, down = [] }: { of?: readonly NodeId[]; down?: readonly NodeId[] } = {},
    ): ReturnType<typeof done> =>
      done(
        membership,
        { f: "leave", value: { nodes: [...leaving], killed } },
        { of, down, answer: ({ kind }) => (kind === "members" ? [...of] : null) },
      );

    it("let nodes leave one by one, as they run or after they were killed", () => {
      expect(leave(["n2"], false)).toEqual({
        effects: ["members ", "dispensable n2", "take-out n2"],
        result: { nodes: ["n2"], killed: false, members: ["n1", "n3"] },
      });
      expect(leave(["n2", "n4"], true, { of: five }).effects).toEqual([
        "members ",
        "dispensable n2",
        "kill n2",
        "take-out n2",
        "dispensable n4",
        "kill n4",
        "take-out n4",
      ]);
    });

    it("let nobody leave without whom there is no majority", () => {
      expect(leave(["n1", "n3"], false).effects).toEqual(["members ", "dispensable n1", "take-out n1"]);
      // Of four, three must agree, of whom one may be the one that goes, if it runs.
      const four = five.slice(0, 4);
      expect(leave(["n1"], false, { of: four, down: ["n4"] }).effects).toEqual([
        "members ",
        "dispensable n1",
        "take-out n1",
      ]);
      expect(() => leave(["n1"], true, { of: four, down: ["n4"] })).toThrow(NothingToHit);
      expect(() => leave(["n1"], false, { down: ["n2"] })).toThrow(NothingToHit);
      // Whoever is down can always leave.
      expect(leave(["n2"], false, { down: ["n2"] }).effects).toEqual([
        "members ",
        "dispensable n2",
        "take-out n2",
      ]);
      expect(leave(["n1"], false, { of: five, down: ["n2"] }).effects).toEqual([
        "members ",
        "dispensable n1",
        "take-out n1",
      ]);
      expect(() => leave(["n1"], false, { of: five, down: ["n2", "n3"] })).toThrow(NothingToHit);
    });

    it("let nobody leave who alone has what the others are to keep", () => {
      const alone = (...members: readonly NodeId[]) => ({
        of: five,
        answer: (effect: RealEffect): Json => {
          if (effect.kind === "members") return [...five];
          return effect.kind === "dispensable" ? !members.includes(effect.node) : null;
        },
      });
      const value = { nodes: ["n1", "n4"], killed: true };
      const killed = ["dispensable n4", "kill n4", "take-out n4"];
      expect(done(membership, { f: "leave", value }, alone("n1")).effects).toEqual([
        "members ",
        "dispensable n1",
        ...killed,
      ]);
      expect(() => done(membership, { f: "leave", value }, alone("n1", "n4"))).toThrow(NothingToHit);
    });

    it("let back whoever is no member, and start a member that ended as it was to leave", () => {
      const answer = ({ kind }: RealEffect): Json => (kind === "members" ? ["n1", "n3"] : null);
      expect(done(membership, membership.stop, { away: ["n2"], down: ["n3"], answer })).toEqual({
        effects: ["members ", "take-in n2", "restart n3"],
        result: { nodes: ["n2"] },
      });
    });

    it("change nothing where nobody says who the members are", () => {
      const answer = (): Json => {
        throw new Error("no leader");
      };
      const value = { nodes: ["n1"], killed: false };
      for (const proposal of [{ f: "leave", value }, membership.stop])
        expect(() => done(membership, proposal, { away: ["n2"], answer })).toThrow(
          "nobody says who the members are: no leader",
        );
    });

    it("are not started by what starts the nodes that are down", () => {
      for (const each of [kill, terminate, restartStorm])
        expect(done(each, each.stop, { away: ["n2"], down: ["n3"] }).effects).toEqual(["restart n3"]);
    });
  });

  it("are not for simulated nodes, which is said, with what is like them there", () => {
    const choose = (name: string): unknown => chooseSimulatedFaults([name], findProtocol("raft").model);
    expect(() => choose("power-cut")).toThrow(UsageError);
    expect(() => choose("power-cut")).toThrow("kill, with which all is lost that was not synced");
    expect(() => choose("clock")).not.toThrow();
  });
});
