import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-isolation-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function rashomon(...args: readonly string[]): Promise<{ exitCode: number | undefined; text: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    cwd: folder,
    reject: false,
    env: { NO_COLOR: "1" },
  });
  return { exitCode, text: stdout + stderr };
}

const skew = `{:index 0 :type :invoke :f :txn :value [[:r 1 nil] [:w 2 1]] :process 0 :time 0}
{:index 1 :type :invoke :f :txn :value [[:r 2 nil] [:w 1 1]] :process 1 :time 1}
{:index 2 :type :ok :f :txn :value [[:r 1 nil] [:w 2 1]] :process 0 :time 2}
{:index 3 :type :ok :f :txn :value [[:r 2 nil] [:w 1 1]] :process 1 :time 3}
`;

beforeAll(() => {
  writeFileSync(join(folder, "skew.edn"), skew);
});

describe("rashomon check --isolation", () => {
  it("judges a history of transactions by every level where nobody says by what", async () => {
    const { exitCode, text } = await rashomon("check", "skew.edn");
    expect(exitCode).toBe(1);
    expect(text).toContain("strongest held: strong-snapshot-isolation");
    expect(text).toContain("weakest broken: update-serializable, repeatable-read, view-serializable");
  });

  it("is valid where the levels that were asked for hold, by any of their names", async () => {
    expect((await rashomon("check", "skew.edn", "--isolation", "strong-PL-SI,prefix")).exitCode).toBe(0);
    expect((await rashomon("check", "skew.edn", "--isolation", "PL-2.99")).exitCode).toBe(1);
  });

  it("refuses names that nobody knows, before it reads anything", async () => {
    const { exitCode, text } = await rashomon("check", "nowhere.edn", "--isolation", "serialisable");
    expect(exitCode).toBe(64);
    expect(text).toMatch(/Unknown isolation level "serialisable".*Did you mean.*serializable/);
  });

  it("tells violations in the words of a formalism", async () => {
    const { text } = await rashomon(
      "check",
      "skew.edn",
      "--isolation",
      "serializable",
      "--formalism",
      "crooks",
    );
    expect(text).toContain("COMPLETE failed");
  });

  it("writes certificates and cycles that verify verifies, and does not verify what was changed", async () => {
    const { text } = await rashomon("check", "skew.edn", "--json", "--certificates");
    writeFileSync(join(folder, "skew.json"), text);
    expect(await rashomon("verify", "skew.json", "skew.edn")).toEqual({
      exitCode: 0,
      text: [
        "verified: an execution of 2 transactions explains the history (strong-ansi-snapshot-isolation)",
        "verified: the cycle 0 ─rw→ 1 ─rw→ 0 breaks update-serializable, repeatable-read, view-serializable",
      ].join("\n"),
    });
    writeFileSync(join(folder, "changed.json"), text.replaceAll('"kind":"rw"', '"kind":"ww"'));
    const changed = await rashomon("verify", "changed.json", "skew.edn");
    expect(changed.exitCode).toBe(1);
    expect(changed.text).toContain("NOT VERIFIED");
    writeFileSync(
      join(folder, "stronger.json"),
      text.replace('"level":"strong-ansi-snapshot-isolation"', '"level":"serializable"'),
    );
    expect((await rashomon("verify", "stronger.json", "skew.edn")).exitCode).toBe(1);
  });

  it("writes graphs for Graphviz", async () => {
    await rashomon("check", "skew.edn", "--dot", "skew.dot");
    expect(readFileSync(join(folder, "skew.dot"), "utf8")).toContain('"T1" -> "T2" [label="rw 1"');
  });
});

describe("rashomon list levels", () => {
  it("lists them all, with what they promise", async () => {
    const { text } = await rashomon("list", "levels");
    expect(text).toMatch(/parallel-snapshot-isolation +snapshots that respect causality/);
    expect(text).toMatch(/PRAM +each session/);
  });

  it("tells about one by any of its names", async () => {
    const { text } = await rashomon("list", "levels", "strong-session-PL-SI");
    expect(text).toContain("strong-session-snapshot-isolation: each transaction reads one snapshot");
    expect(text).toContain("implied by: strong-session-ansi-snapshot-isolation");
    const { text: json } = await rashomon("list", "levels", "PL-3", "--json");
    const told: unknown = JSON.parse(json);
    expect(told).toMatchObject({
      levels: [{ name: "serializable", rule: "D ∪ RW is acyclic; no internal contradictions" }],
    });
  });
});
