import { describe, expect, it } from "vitest";

import { chooseNetwork, type NetworkChoice } from "./choose-network.ts";
import type { NamespaceProbe } from "./namespaces/probe.ts";

const there: NamespaceProbe = { available: true, options: ["--net"], by: "root" };
const absent: NamespaceProbe = { available: false, reason: "nft is not installed" };
const choose = (choice: NetworkChoice, probe: NamespaceProbe, options: object = {}) =>
  chooseNetwork(choice, { system: "raft", seed: "1", ...options }, () => Promise.resolve(probe));

describe("the network of a test", () => {
  it("is one of namespaces where they can be had, and else of proxies", async () => {
    expect(await choose("auto", there)).toEqual({ kind: "namespaces", options: ["--net"] });
    expect(await choose("auto", absent)).toEqual({ kind: "proxies" });
  });

  it("is what was asked for, or an error that says what is missing", async () => {
    expect(await choose("proxies", there)).toEqual({ kind: "proxies" });
    expect(await choose("namespaces", there)).toMatchObject({ kind: "namespaces" });
    await expect(choose("namespaces", absent)).rejects.toThrow(/nft is not installed.*rashomon doctor/);
  });

  it("is of proxies for a single node, unless a fault is asked for that those cannot do", async () => {
    const single = { system: "memory-register", nodes: 1 };
    expect(await choose("auto", there, single)).toEqual({ kind: "proxies" });
    expect(await choose("auto", there, { ...single, faults: ["loss"] })).toMatchObject({
      kind: "namespaces",
    });
  });

  it("does not hide other errors of what was asked", async () => {
    await expect(choose("auto", there, { faults: ["parttion"] })).rejects.toThrow(/parttion/);
  });
});
