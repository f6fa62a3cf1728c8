import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, expect, test } from "vitest";

import { openRun } from "../histories/index.ts";
import { judge } from "./judge.ts";
import { logExamples } from "./log-examples.ts";

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
    expect(text).toContain("INVALID  consensus-log");
    expect(text).toContain("Line 1: a has of a of ballot 1 in slot 3");
    const { checks } = JSON.parse(json) as { checks: { anomalies: { type: string }[] }[] };
    expect(checks[0]?.anomalies.map(({ type }) => type)).toEqual(["two-values-in-a-ballot", "agreement"]);
  }
});

test("the examples of the help do what they say when they are copied", async () => {
  const examples = [...logExamples.matchAll(/rashomon check - (--\w+) <<'END'\n([^]*?)\nEND/g)];
  const outcomes = [];
  for (const [, option, text = ""] of examples) {
    const kind = option === "--consensus" ? "consensus" : "causality";
    outcomes.push(await judge({ path: file("example.log", text), log: { kind }, color: false }));
  }
  expect(outcomes.map(({ valid }) => valid)).toEqual([false, false]);
  expect(outcomes[0]?.text).toContain("committed as well");
  expect(outcomes[1]?.text).toContain("as if it had not seen line 1");
});

test("a report draws a log, with the lines marked that contradict one another", async () => {
  const report = join(folder, "log.html");
  await judge({ path: file("drawn.log", disagreeing), color: false, report });
  const page = readFileSync(report, "utf8");
  expect(page).toContain("Line 1: a has of a of ballot 1 in slot 3");
  expect(page).toContain('data-block="space-time"');
});

test("logs of single nodes are to be judged together", async () => {
  const [one = ""] = disagreeing.split("\n");
  const { valid, text } = await judge({ path: file("one.log", one), color: false });
  expect(valid).toBe("unknown");
  expect(text.replaceAll(/\s+/g, " ")).toContain("cat *.log | rashomon check - --consensus");
});

test("a trace is known by its content; deliveries are judged where there are some", async () => {
  const clocks = file("t.log", 'a {"a":1}\nx\nb {"a":1,"b":1}\ny\n');
  expect((await judge({ path: clocks, color: false })).text).toContain("VALID  causality");
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

test("a run is judged by its history and by what its nodes wrote, or by the latter alone", async () => {
  const run = join(folder, "run");
  const description = {
    format: 1,
    name: "raft-register",
    system: "raft",
    workload: "register",
    seed: "1",
    nodes: ["a", "b"],
    concurrency: 1,
    seconds: 1,
    faults: [],
    legend: [],
    command: "rashomon test raft",
    versions: {},
    started: "2026-01-02T03:04:05.678Z",
    checks: [{ checker: "stats" }],
  };
  const operation = { process: 0, f: "write", key: 1, value: 1 };
  const events = [{ type: "invoke" }, { type: "ok" }].map((event, index) =>
    JSON.stringify({ index, time: index, ...event, ...operation }),
  );
  for (const node of description.nodes) mkdirSync(join(run, "nodes", node), { recursive: true });
  writeFileSync(join(run, "test.json"), JSON.stringify(description));
  const header = JSON.stringify({ rashomon: "history", format: 1 });
  writeFileSync(join(run, "history.jsonl"), `${[header, ...events].join("\n")}\n`);
  const log = (node: string, digest: string): void =>
    writeFileSync(
      join(run, "nodes", node, "consensus.log"),
      `${JSON.stringify({ node, slot: 3, ballot: 1, digest, committed: true })}\n`,
    );
  const alone = { path: run, log: { kind: "consensus" as const }, color: false };
  await expect(judge(alone)).rejects.toThrow("expected a run whose nodes wrote logs of consensus");
  expect((await judge({ path: run, color: false })).text).not.toContain("consensus-log");
  // What one node alone wrote says nothing, and takes nothing from what the history says.
  log("a", "one");
  expect(await judge({ path: run, color: false })).toMatchObject({ valid: true });
  expect((await judge(alone)).valid).toBe("unknown");
  log("b", "one");
  expect((await judge({ path: run, color: false })).text).toContain("VALID  consensus-log");
  log("b", "another");
  const both = await judge({ path: run, color: false, record: true });
  expect(both.valid).toBe(false);
  expect(both.text).toMatch(/INVALID {2}consensus-log[^]*VALID {2}stats/);
  expect(JSON.parse(both.json)).toMatchObject({ valid: false });
  expect((await openRun(run).then((recorded) => recorded.results()))?.valid).toBe(false);
  expect((await judge(alone)).valid).toBe(false);
  // Whoever asks for other checks of the history gets these.
  expect((await judge({ path: run, checks: [{ checker: "stats" }], color: false })).valid).toBe(true);
});

test("what does not fit is an error with file and line", async () => {
  const path = file("e.log", `${disagreeing}\n{"node":"a"}`);
  await expect(judge({ path })).rejects.toThrow(
    `${path}:3: expected a whole number from 0 to 9007199254740991 as slot`,
  );
});
