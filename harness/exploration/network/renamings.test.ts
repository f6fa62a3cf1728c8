import { describe, expect, test } from "vitest";

import { Fingerprinter } from "../fingerprint.ts";
import { renamed, renamings } from "./renamings.ts";

const nodes = ["n1", "n2", "n3"];
const [same, exchanged] = renamings(nodes, [["n2", "n3"]]);

function words(value: unknown, fingerprinter: Fingerprinter): readonly number[] {
  const { low, high } = fingerprinter.of(value);
  return [low, high];
}

describe("names exchanged", () => {
  test("stand in texts, as names of members, and in lists of some", () => {
    const value = { n2: ["n3", "vote n2", 2], of: ["n2", "n3"], n22: null };
    expect(renamed(value, exchanged!)).toEqual({ n3: ["n2", "vote n3", 2], of: ["n3", "n2"], n22: null });
  });

  test("leave the list of all nodes as it is", () => {
    expect(renamed({ members: ["n1", "n2", "n3"] }, exchanged!)).toEqual({ members: ["n1", "n2", "n3"] });
  });

  test("refuse another list of all nodes, which would become that one", () => {
    const votes = { votes: ["n1", "n3", "n2"] };
    expect(() => renamed(votes, exchanged!)).toThrow("they are not symmetric");
    expect(() => same!.fingerprinter.of(votes)).toThrow("they are not symmetric");
    const [alone] = renamings(nodes);
    expect(words(votes, alone!.fingerprinter)).toEqual(words(votes, new Fingerprinter()));
    expect(renamed(["n1", "n2", "n2"], exchanged!)).toEqual(["n1", "n3", "n3"]);
  });

  test.each([
    { members: nodes, votes: ["n2"] },
    [nodes, { n2: nodes }, ["n2", "n3"], ["n1", "n2"], []],
    "n2",
  ])("give data the fingerprint of what they become: %j", (value) => {
    const plain = same!.fingerprinter;
    expect(words(value, exchanged!.fingerprinter)).toEqual(words(renamed(value, exchanged!), plain));
    expect(words(value, plain)).toEqual(words(value, new Fingerprinter()));
  });
});
