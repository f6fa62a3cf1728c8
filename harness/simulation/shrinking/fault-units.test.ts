import { describe, expect, it } from "vitest";

import type { Json } from "../../../histories/json.ts";
import type { ScriptedOperation } from "../runs/script.ts";
import { countFaults, faultUnits, milder, replaced, without, withoutNode } from "./fault-units.ts";

const fault = (at: number, f: string, value: Json = null): ScriptedOperation => ({
  at,
  thread: "nemesis",
  f,
  value,
});
const read = (at: number): ScriptedOperation => ({ at, thread: 0, f: "read", value: null });

describe("faults of a script", () => {
  const script = [
    fault(1, "kill"),
    read(2),
    fault(3, "start-partition"),
    fault(4, "restart"),
    fault(5, "kill"),
    fault(6, "stop-partition"),
    fault(7, "stabilize"),
    fault(8, "heal"),
  ];

  it("are starts with their stops, whatever is between", () => {
    expect(faultUnits(script).map((unit) => unit.map(({ f, at }) => `${f} ${at}`))).toEqual([
      ["kill 1", "restart 4"],
      ["start-partition 3", "stop-partition 6"],
      ["kill 5"],
      ["stabilize 7"],
      ["heal 8"],
    ]);
    expect(countFaults(script)).toBe(3);
  });

  it("go as units, and what changes its time finds its place", () => {
    const [first = []] = faultUnits(script);
    expect(without(script, first).map(({ at }) => at)).toEqual([2, 3, 5, 6, 7, 8]);
    const moved = replaced(script, new Map([[script[0] ?? read(0), fault(9, "kill")]]));
    expect(moved.map(({ at }) => at)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("become milder: fewer nodes, fewer links", () => {
    expect(milder({ nodes: ["n1", "n2"] })).toEqual([{ nodes: ["n2"] }, { nodes: ["n1"] }]);
    expect(milder({ nodes: ["n1"] })).toEqual([]);
    expect(
      milder({
        shape: "ring",
        grudge: [
          ["n1", "n2"],
          ["n2", "n1"],
        ],
      }),
    ).toContainEqual({
      shape: "links",
      grudge: [["n2", "n1"]],
    });
    expect(milder({ n1: { syncs: 1 }, n2: { syncs: 2 } })).toContainEqual({ n2: { syncs: 2 } });
    expect(milder(null)).toEqual([]);
  });

  it("lose a node that is no more, and are nothing if they were of it alone", () => {
    expect(withoutNode({ nodes: ["n1", "n3"] }, "n3")).toEqual({ nodes: ["n1"] });
    expect(withoutNode({ nodes: ["n3"] }, "n3")).toBeUndefined();
    expect(
      withoutNode(
        {
          grudge: [
            ["n1", "n3"],
            ["n1", "n2"],
          ],
        },
        "n3",
      ),
    ).toEqual({ grudge: [["n1", "n2"]] });
    expect(withoutNode({ n3: { syncs: 1 } }, "n3")).toBeUndefined();
    expect(withoutNode(null, "n3")).toBeNull();
  });
});
