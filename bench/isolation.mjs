/**
 * What isolation checks take on generated readings of list-append histories, whose isolation is known: all levels in all strengths together.
 *
 *   npm run bench -- isolation                       10,000, 100,000 and 1,000,000 transactions of every store
 *   npm run bench -- isolation --transactions 10000,100000 --stores serial,fork
 *
 *   --transactions  --stores (serial, stale, snapshot, fork, committed, broken; bench/isolation/readings.mjs tells what they do)
 *   --sessions (20)  --keys (10; written at a time)  --writes (256; of a key until it is retired)  --length (4; most operations)
 *   --json        a line for each reading instead of the table
 *   --dist        the folder that `npm run build` wrote
 *
 * A reading is what is left of a history once it is parsed and its lists are compared; bench/isolation-input.mjs measures that part. Each is
 * decided in a process of its own. CPU seconds are those of the decisions alone, the peak of resident memory is that of the process. The
 * exponent says how seconds grow with transactions, from the line before. Whether the levels that each store promises hold, and those that it breaks do
 * not, is known by construction: a wrong verdict is shouted, and the exit code is 1.
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readingOf, stores } from "./isolation/readings.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    transactions: { type: "string", default: "10000,100000,1000000" },
    stores: { type: "string", default: stores.join() },
    sessions: { type: "string", default: "20" },
    keys: { type: "string", default: "10" },
    writes: { type: "string", default: "256" },
    length: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
    dist: { type: "string", default: join(project, "dist") },
    cell: { type: "string" },
  },
});

/** The strongest levels that hold of what each store does, and weakest ones that do not once there are enough transactions. */
const promises = {
  serial: { holds: ["strong serializable"], breaks: [] },
  stale: { holds: ["plain serializable"], breaks: ["strong read-atomic"] },
  snapshot: { holds: ["strong snapshot-isolation"], breaks: ["plain serializable"] },
  fork: { holds: ["strong-session parallel-snapshot-isolation"], breaks: ["plain prefix-consistency"] },
  committed: { holds: ["strong read-committed"], breaks: ["plain monotonic-atomic-view"] },
  broken: { holds: ["strong prefix-consistency"], breaks: ["plain update-atomic", "plain cursor-stability"] },
};

if (options.cell === undefined) table();
else await one(JSON.parse(options.cell));

function table() {
  if (!options.json)
    console.log(row(["store", "transactions", "keys", "levels held", "CPU s", "exponent", "RSS MB"]));
  for (const store of options.stores.split(",")) {
    if (!stores.includes(store)) throw new Error(`No store ${store}. There are ${stores.join(", ")}.`);
    let before;
    for (const transactions of options.transactions.split(",").map(Number)) {
      const cell = JSON.stringify({ store, transactions });
      const own = process.argv.slice(2);
      const { stdout, status } = spawnSync(
        process.execPath,
        ["--expose-gc", "--max-old-space-size=12000", fileURLToPath(import.meta.url), ...own, "--cell", cell],
        { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 },
      );
      if (status !== 0) {
        process.exitCode = 1;
        continue;
      }
      const result = JSON.parse(stdout);
      const exponent =
        before === undefined
          ? undefined
          : Math.log(result.seconds / before.seconds) / Math.log(transactions / before.transactions);
      before = { ...result, transactions };
      for (const wrong of result.wrong) {
        console.error(`WRONG: ${store}, ${transactions}: ${wrong}`);
        process.exitCode = 1;
      }
      console.log(
        options.json
          ? JSON.stringify({ store, transactions, ...result, exponent })
          : row([
              store,
              transactions,
              result.keys,
              `${result.held} of ${result.levels}`,
              result.seconds.toFixed(2),
              exponent?.toFixed(2) ?? "",
              result.megabytes,
            ]),
      );
    }
  }
}

async function one({ store, transactions }) {
  const from = (path) => import(pathToFileURL(join(resolve(options.dist), path)).href);
  const { decideLevels } = await from("checkers/isolation/decide-levels.js");
  const { isolationEngines } = await from("checkers/isolation/engines/engines.js");
  const { levels } = await from("checkers/isolation/lattice.js");
  const reading = readingOf({
    transactions,
    store,
    sessions: Number(options.sessions),
    keys: Number(options.keys),
    writesPerKey: Number(options.writes),
    length: Number(options.length),
  });
  globalThis.gc?.();
  const start = process.cpuUsage();
  const { outcomes } = decideLevels(reading, levels, isolationEngines);
  const { user, system } = process.cpuUsage(start);
  const valid = new Map(
    outcomes.map(({ level, valid: holds }) => [`${level.strength} ${level.name}`, holds]),
  );
  const { holds, breaks } = promises[store];
  const wrong = [
    ...holds.filter((name) => valid.get(name) !== true).map((name) => `${name} is ${valid.get(name)}`),
    ...breaks.filter((name) => valid.get(name) !== false).map((name) => `${name} is ${valid.get(name)}`),
    ...[...valid].filter(([, is]) => is === "unknown").map(([name]) => `${name} is unknown`),
  ];
  console.log(
    JSON.stringify({
      keys: reading.ordered.length,
      held: outcomes.filter((outcome) => outcome.valid === true).length,
      levels: outcomes.length,
      seconds: (user + system) / 1e6,
      megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
      wrong,
    }),
  );
}

function row(cells) {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(10) : String(cell).padStart(13))).join(" ");
}
