import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { checkConsensusLog } from "../../checkers/consensus/consensus-log.ts";
import type { ConsensusView, LogEntry } from "../../checkers/consensus/view.ts";
import { readConsensusLogs, type ConsensusLogLine } from "../../histories/codecs/consensus-log.ts";
import { isFile } from "../../histories/store/layout.ts";
import { ConsensusLog } from "./consensus-log.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "rashomon-consensus-log-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (node: string): string => join(folder, node);
const logOf = (node: string, ...properties: string[]): ConsensusLog =>
  new ConsensusLog({ file: fileOf(node), node, properties });

/** `1a 2b -`: entries by ballot and value, none for `-`. */
function entries(notation: string): (LogEntry | null)[] {
  const words = notation.split(" ").filter((word) => word !== "");
  return words.map((word) => (word === "-" ? null : { ballot: Number(word[0]), value: word.slice(1) }));
}

function log(first: number, notation: string, committed: number): ConsensusView {
  return { log: { first, entries: entries(notation), committed } };
}

async function written(...nodes: string[]): Promise<readonly ConsensusLogLine[]> {
  return (await readConsensusLogs(nodes.map(fileOf))).lines;
}

/** `3@1` for an entry of ballot 1 in slot 3, `leads 2`. */
async function told(...nodes: string[]): Promise<string[]> {
  return (await written(...nodes)).map((line) =>
    line.kind === "leads" ? `leads ${line.ballot}` : `${line.slot}@${line.ballot}`,
  );
}

test("each committed entry is written once, when it is new", async () => {
  const node = logOf("n1", "state-machine-safety");
  node.observe(log(1, "1a 1b", 1));
  expect(await isFile(fileOf("n1"))).toBe(false);
  node.observe(log(1, "1a 1b", 2));
  node.observe(log(1, "1a 1b", 2));
  expect(await told("n1")).toEqual(["1@1"]);
  node.observe(log(1, "1a 1b 2c", 4));
  expect(await told("n1")).toEqual(["1@1", "2@1", "3@2"]);
  // What a snapshot stands for, and what is not known, is left out; what is said to be committed beyond the end, too.
  node.observe(log(6, "2f - 2h", 20));
  expect(await told("n1")).toEqual(["1@1", "2@1", "3@2", "6@2", "8@2"]);
});

test("a node that comes back goes on in its file, leads nothing, and writes again what it knows", async () => {
  const first = logOf("n1", "state-machine-safety", "leader-uniqueness");
  first.observe({ ...log(1, "1a", 2), leads: 1 });
  const second = logOf("n1", "state-machine-safety", "leader-uniqueness");
  second.observe({ ...log(1, "1a", 2), leads: null });
  second.observe({ ...log(1, "1a 3b", 3), leads: 3 });
  expect(await told("n1")).toEqual(["leads 1", "1@1", "leads null", "1@1", "leads 3", "2@3"]);
});

test("of what a protocol does not promise nothing is written", async () => {
  const node = logOf("n1", "total-order");
  node.observe({ ...log(1, "1a", 2), leads: 1, decided: { x: 1 } });
  node.close({ ...log(1, "1a", 2), leads: 1, decided: { x: 1 } });
  expect(await isFile(fileOf("n1"))).toBe(false);
});

test("decisions have their slots by name, the same ones at every node, apart from those of logs", async () => {
  const [one, other] = [logOf("n1", "agreement"), logOf("n2", "agreement")];
  one.observe({ decided: { x: 1 } });
  one.observe({ ...log(0, "1a", 1), decided: { x: 1, y: { b: 2, a: 1 } } });
  other.observe({ decided: { y: { a: 1, b: 2 } } });
  const slots = (await written("n1", "n2")).map((line) => (line.kind === "entry" ? line.slot : -1));
  expect(new Set(slots).size).toBe(3);
  expect(slots[3]).toBe(slots[2]);
  const verdict = checkConsensusLog(await readConsensusLogs([fileOf("n1"), fileOf("n2")]));
  expect(verdict).toMatchObject({ valid: true, statistics: { "compared-slots": 1 } });
});

test("many decisions are looked through now and then, and at the end", async () => {
  const node = logOf("n1", "agreement");
  const decided: Record<string, number> = {};
  let late = 0;
  for (let i = 0; i < 1_000; i++) {
    decided[`k${i}`] = i;
    node.observe({ decided });
    if (i % 100 === 99) late = Math.max(late, i + 1 - (await written("n1")).length);
  }
  expect(late).toBeGreaterThan(0);
  node.close({ decided });
  expect(await written("n1")).toHaveLength(1_000);
});

test("nodes that disagree are caught by what they wrote", async () => {
  logOf("n1", "agreement").observe(log(1, "1a 1b", 3));
  logOf("n2", "agreement").observe(log(1, "1a 2c", 3));
  const verdict = checkConsensusLog(await readConsensusLogs([fileOf("n1"), fileOf("n2")]));
  expect(verdict.anomalies.map(({ type }) => type)).toEqual(["agreement"]);
});
