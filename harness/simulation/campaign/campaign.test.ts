import { describe, expect, it } from "vitest";

import { runCampaign, type CampaignOptions, type CampaignProgress } from "./campaign.ts";

const options: CampaignOptions = {
  protocol: "paxos",
  workload: "register",
  nodes: 3,
  seconds: 2,
  seeds: 12,
  first: 1,
  workers: 0,
  shrinking: 40,
  version: "1.2.3",
  started: "2026-01-02T03:04:05.678Z",
};

describe("a campaign", () => {
  it("is valid when no seed fails, and tells how far it is", async () => {
    const told: CampaignProgress[] = [];
    const result = await runCampaign(options, { progress: (progress) => void told.push(progress) });
    expect(result).toMatchObject({ valid: true, seeds: 12, failures: [], interrupted: false });
    expect(result.events).toBeGreaterThan(1000);
    expect(
      told
        .filter(({ phase }) => phase === "running")
        .map(({ seeds }) => seeds)
        .toSorted((a, b) => a - b)
        .at(-1),
    ).toBe(12);
    expect(told.at(-1)).toMatchObject({ phase: "shrinking", seeds: 12, failed: 0 });
  });

  it("groups failures by their kind and looks into the first of each", async () => {
    const result = await runCampaign({ ...options, mutant: "half-quorum", seconds: 4, first: 100 });
    expect(result.valid).toBe(false);
    const group = result.failures.find(({ signature }) => signature.checker === "linearizable");
    expect(group?.signature).toEqual({ checker: "linearizable", anomaly: "nonlinearizable" });
    const kinds = result.failures.map(({ signature }) => signature);
    expect(kinds).toEqual([...new Map(kinds.map((kind) => [JSON.stringify(kind), kind])).values()]);
    expect(group?.seeds).toEqual(group?.seeds.toSorted((a, b) => a - b));
    expect(group?.finding?.seed).toBe(group?.seeds[0]);
    expect(group?.finding?.after.events).toBeLessThanOrEqual(group?.finding?.before.events ?? 0);
    expect(await runCampaign({ ...options, mutant: "half-quorum", seconds: 4, first: 100 })).toEqual(result);
  });

  it("says nothing of a protocol that did not get what it assumes", async () => {
    const result = await runCampaign({ ...options, faults: ["amnesia"], interval: 0.2, seeds: 30 });
    expect(result.valid).toBe("unknown");
    expect([...result.unknown.keys()]).toContain("linearizable: assumption broken: failures");
  });

  it("keeps what it has when it is interrupted", async () => {
    const interruption = new AbortController();
    const result = await runCampaign(
      { ...options, seeds: 1000 },
      { signal: interruption.signal, progress: () => interruption.abort() },
    );
    expect(result.interrupted).toBe(true);
    expect(result.seeds).toBeLessThan(1000);
  });
});
