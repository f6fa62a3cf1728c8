// Runs the same test with many seeds and counts the verdicts:
//   npm run build && node bench/soak.mjs 20 paxos --faults all --time 15
//   npm run build && node bench/soak.mjs 20 paxos --mutant local-reads --nodes 3 --faults partition --time 15
// Prints a line a run, then the counts, and whether a process or a fault was left behind.
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";

const [runs = "5", ...options] = process.argv.slice(2);
const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const store = mkdtempSync(join(tmpdir(), "rashomon-soak-"));
const counts = new Map();
const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);

for (let seed = 1; seed <= Number(runs); seed++) {
  const started = performance.now();
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [program, "test", ...options, "--seed", String(seed), "--store", store, "--json"],
    { reject: false },
  );
  const result = stdout === "" ? { valid: `error ${exitCode}` } : JSON.parse(stdout);
  const notes = stderr.split("\n").filter((line) => /failed|healing|leftover|error/.test(line));
  count(`valid: ${result.valid}`);
  for (const check of result.checks ?? [])
    if (check.valid !== true) count(`${check.checker}: ${check.valid}`);
  if (notes.length > 0) count("runs with notes");
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `seed ${seed}  ${String(result.valid).padEnd(8)} ${result.operations ?? 0} operations  ${seconds} s`,
  );
  for (const note of notes) console.log(`  ${note}`);
  for (const check of result.checks ?? []) {
    if (check.valid === "unknown") console.log(`  ${check.checker}: ${check.reason}`);
  }
}

const journals = await readdir(join(store, ".faults")).catch(() => []);
console.log(Object.fromEntries(counts), `journals left: ${journals.length}`);
if (process.env.KEEP_STORE) console.log(store);
else rmSync(store, { recursive: true, force: true });
