import { describe, expect, it } from "vitest";

import { UsageError } from "../../histories/errors.ts";
import { levels } from "./lattice.ts";
import { knownNames, nameOf, namesOf, parseLevelName } from "./names.ts";

describe("names of levels", () => {
  it.each([
    ["serializable", "serializable", "plain"],
    ["PL-3", "serializable", "plain"],
    ["conflict-serializable", "serializable", "plain"],
    ["strong-serializable", "serializable", "strong"],
    ["PL-SS", "serializable", "strong"],
    ["strong-session-PL-2", "read-committed", "strong-session"],
    ["strong-session-SI", "snapshot-isolation", "strong-session"],
    ["Snapshot Isolation", "snapshot-isolation", "plain"],
    ["causal_cerone", "causal-consistency", "plain"],
    ["PL-2+", "consistent-view", "plain"],
    ["PL-2.99", "repeatable-read", "plain"],
    ["prefix", "prefix-consistency", "plain"],
    ["1SR", "view-serializable", "plain"],
    ["session-serializable", "view-serializable", "strong-session"],
  ])("%s means %s, %s", (text, name, strength) => {
    expect(parseLevelName(text)).toEqual({ name: text, level: { name, strength } });
  });

  it("are told apart from those of single operations", () => {
    expect(parseLevelName("linearizable")).toEqual({ name: "linearizable", model: "linearizable" });
    expect(parseLevelName("pram")).toEqual({ name: "pram", model: "PRAM" });
  });

  it("mean what they are listed under, each of them", () => {
    for (const level of levels) {
      expect(parseLevelName(nameOf(level))).toMatchObject({ level });
      for (const name of namesOf(level)) expect(parseLevelName(name)).toMatchObject({ level });
    }
    for (const name of knownNames()) expect(parseLevelName(name).name).toBe(name);
  });

  it("are refused with those that are known when they are not", () => {
    expect(() => parseLevelName("serialisable")).toThrow(UsageError);
    expect(() => parseLevelName("serialisable")).toThrow(/Did you mean.*serializable/);
    expect(() => parseLevelName("strong-linearizable")).toThrow(/Known: read-uncommitted/);
    expect(() => parseLevelName("")).toThrow(UsageError);
  });
});
