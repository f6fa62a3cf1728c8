import { describe, expect, test } from "vitest";

import type { LevelName } from "../../isolation/levels.ts";
import { isForbidden } from "./forbidden.ts";

describe("a cycle of reads by predicate", () => {
  const cycle = [
    { kind: "wrp", from: 0, to: 4, key: 0, because: [] },
    { kind: "rwp", from: 4, to: 0, key: 0, because: [] },
  ] as const;
  const details = { isUpdate: () => true, writes: () => false, readsAfter: () => true };

  test.each<[LevelName, boolean]>([
    ["read-committed", false],
    ["repeatable-read", false],
    ["monotonic-atomic-view", true],
    ["read-atomic", true],
    ["snapshot-isolation", true],
    ["serializable", true],
  ])("counts as any other, but at repeatable read: %s", (name, forbidden) => {
    expect(isForbidden({ name, strength: "plain" }, cycle, details)).toBe(forbidden);
  });
});
