import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, expect, test } from "vitest";

import { judge } from "./judge.ts";

const folder = mkdtempSync(join(tmpdir(), "rashomon-logs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const disagreeing = ["a", "b"]
  .map((node) => JSON.stringify({ node, slot: 3, ballot: 1, digest: `of ${node}`, committed: true }))
  .join("\n");

test("a log of consensus is known by its content, packed or not", async () => {
  for (const path of [file("c.log", disagreeing), file("c.log.gz", gzipSync(disagreeing))]) {
    const { valid, text, json } = await judge({ path, color: false });
    expect(valid).toBe(false);
    expect(text).toContain("invalid  consensus-log");
    expect(text).toContain("Line 1: a has of a of ballot 1 in slot 3");
    const { checks } = JSON.parse(json) as { checks: { anomalies: { type: string }[] }[] };
    expect(checks[0]?.anomalies.map(({ type }) => type)).toEqual(["two-values-in-a-ballot", "agreement"]);
  }
});

test("a trace is known by its content; deliveries are judged where there are some", async () => {
  const clocks = file("t.log", 'a {"a":1}\nx\nb {"a":1,"b":1}\ny\n');
  expect((await judge({ path: clocks, color: false })).text).toContain("valid  causality");
  const deliveries = file(
    "d.log",
    [
      { node: "a", kind: "broadcast", message: 1 },
      { node: "a", kind: "broadcast", message: 2 },
      { node: "b", kind: "deliver", message: 2 },
    ]
      .map((event) => JSON.stringify(event))
      .join("\n"),
  );
  const { valid, text } = await judge({
    path: deliveries,
    log: { kind: "causality", fifo: true },
    color: false,
  });
  expect(valid).toBe(false);
  expect(text).toContain("b delivered 2, line 3 (b: deliver 2), before it delivered 1 of a");
  expect(text).toContain("fifo-delivery");
});

test("what does not fit is an error with file and line", async () => {
  const path = file("e.log", `${disagreeing}\n{"node":"a"}`);
  await expect(judge({ path })).rejects.toThrow(`${path}:3: expected a whole number from 0 on as slot`);
});
