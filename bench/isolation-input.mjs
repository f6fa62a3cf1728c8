/**
 * What it takes to make a history of transactions the columns and dependencies that isolation levels are decided on, loading apart.
 *
 *   npm run bench -- isolation-input                        100,000 transactions and less
 *   npm run bench -- isolation-input --transactions 1000000 --workloads append --writes-per-key 256
 *
 *   --dist   the folder that `npm run build` wrote
 *
 * Each history is generated, then loaded in a process of its own. CPU seconds are those of `transactionsOf` and `readingOf`
 * in turn, on a thread that has run neither before; the peak of resident memory is that of the process.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { generate } from "./isolation/generate.mjs";

const { values: options } = parseArgs({
  options: {
    transactions: { type: "string", default: "10000,100000" },
    workloads: { type: "string", default: "append,register" },
    "writes-per-key": { type: "string", default: "32" },
    length: { type: "string", default: "4" },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
    load: { type: "string" },
  },
});

if (options.load === undefined) bench();
else await measure(options.load);

function bench() {
  const folder = mkdtempSync(join(tmpdir(), "rashomon-isolation-"));
  try {
    for (const workload of options.workloads.split(","))
      for (const transactions of options.transactions.split(",").map(Number)) {
        const file = join(folder, `${workload}-${transactions}.jsonl`);
        generate(file, {
          workload,
          transactions,
          writesPerKey: Number(options["writes-per-key"]),
          length: Number(options.length),
        });
        const run = spawnSync(
          process.execPath,
          [fileURLToPath(import.meta.url), "--load", file, "--dist", options.dist],
          { encoding: "utf8" },
        );
        if (run.status !== 0) throw new Error(run.stderr);
        const figures = JSON.parse(run.stdout);
        console.log(
          [
            `${workload.padEnd(8)} ${String(transactions).padStart(9)} transactions`,
            `${String(figures.operations).padStart(9)} operations`,
            `${(statSync(file).size / 1e6).toFixed(0).padStart(5)} MB`,
            `loading ${figures.loading.toFixed(2)} s`,
            `transactions ${figures.transactions.toFixed(3)} s`,
            `reading ${figures.reading.toFixed(3)} s`,
            `peak ${(figures.peak / 1024).toFixed(0)} MB (${(figures.loaded / 1024).toFixed(0)} MB loaded)`,
            figures.findings === 0 ? "" : `${figures.findings} FINDINGS`,
          ].join("  "),
        );
        rmSync(file);
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(file) {
  const from = (path) => import(pathToFileURL(join(resolve(options.dist), path)).href);
  const { readHistory } = await from("histories/index.js");
  const { transactionsOf } = await from("checkers/isolation/transactions/transactions-of.js");
  const { readingOf } = await from("checkers/isolation/reading/reading-of.js");
  const [history, loading] = await timed(() => readHistory(file));
  const loaded = process.resourceUsage().maxRSS;
  const [transactions, first] = await timed(() => transactionsOf(history));
  const [reading, second] = await timed(() => readingOf(transactions));
  console.log(
    JSON.stringify({
      operations: transactions.kind.length,
      findings: reading.findings.length,
      loading,
      transactions: first,
      reading: second,
      loaded,
      peak: process.resourceUsage().maxRSS,
    }),
  );
}

async function timed(run) {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}
