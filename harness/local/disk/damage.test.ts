import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { damageFiles } from "./damage.ts";

const piece = 4096;

/** A folder with files of so many bytes, all zero. */
function folderOf(...sizes: readonly number[]): string {
  const folder = mkdtempSync(join(tmpdir(), "rashomon-damage-"));
  mkdirSync(join(folder, "below"));
  for (const [i, size] of sizes.entries()) writeFileSync(join(folder, "below", `f${i}`), Buffer.alloc(size));
  return folder;
}

const read = (folder: string, i = 0): Buffer => readFileSync(join(folder, "below", `f${i}`));

describe("damage to files", () => {
  it("hits each node in pieces of its own, so that no two lose the same", () => {
    for (let seed = 0; seed < 12; seed++) {
      const folder = folderOf(10 * piece + 17);
      const share = seed % 3;
      const damage = { kind: "flip", seed, share, shares: 3 } as const;
      const told = damageFiles(folder, damage);
      expect(told).toHaveLength(1);
      const bytes = read(folder);
      expect(bytes).toHaveLength(10 * piece + 17);
      const hit = [...bytes.entries()].filter(([, byte]) => byte !== 0).map(([at]) => at);
      for (const at of hit) expect(Math.floor(at / piece) % 3).toBe(share);
      const again = folderOf(10 * piece + 17);
      expect(damageFiles(again, damage)).toEqual(told);
      expect(read(again).equals(bytes)).toBe(true);
    }
  });

  it("leaves a file alone that has no piece for the node", () => {
    const folder = folderOf(piece);
    expect(damageFiles(folder, { kind: "flip", seed: 1, share: 1, shares: 2 })).toEqual([]);
    expect(read(folder).every((byte) => byte === 0)).toBe(true);
  });

  it("cuts files short, and says how far", () => {
    const folder = folderOf(1_000);
    const [told = ""] = damageFiles(folder, { kind: "truncate", seed: 3, share: 0, shares: 1 });
    expect(told).toBe(`below/f0: cut from 1000 to ${read(folder).length} bytes`);
    expect(read(folder).length).toBeLessThan(1_000);
  });

  it("passes by what is empty", () => {
    expect(damageFiles(folderOf(0, 0), { kind: "flip", seed: 1, share: 0, shares: 1 })).toEqual([]);
  });
});
