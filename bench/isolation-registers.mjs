/**
 * Isolation of registers whose version orders are not known: a simulated store runs overlapping transactions of some sessions, and the
 * engines judge what the clients saw. Prints CPU seconds and peak memory of each decision; `unknown` is shouted, and the exit code is 1.
 *
 *     node bench/isolation-registers.mjs [transactions=10000] [operations=8] [keys=10000] [reads=0.5] [sessions=20]
 *          [skew=0] [store=serializable|snapshot|committed|fork|causal] [broken=none|stale] [lies=0]
 *          [levels=serializable,snapshot-isolation,...|all] [strength=strong-session|all] [timed=true|false] [order=time|sessions]
 *          [seed=1] [dist=dist] [shown=0; only decisions that took so many seconds]
 *
 * What the stores do is told in bench/isolation/registers.mjs. With `order=sessions` nothing is known of time, and sessions follow
 * one another, as in the files of some tools.
 *
 * No peer is measured in the same run: neither AWDIT nor dbcop is a crate of the registry, npm and PyPI have no checker of isolation (what is called
 * awdit, cobra or elle there is something else), and Elle is not on Maven Central.
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { simulate } from "./isolation/registers.mjs";

const options = {
  transactions: "10000",
  operations: "8",
  keys: "10000",
  reads: "0.5",
  sessions: "20",
  skew: "0",
  store: "serializable",
  broken: "none",
  lies: "0",
  levels: "serializable,snapshot-isolation",
  strength: "strong-session",
  seed: "1",
  timed: "true",
  order: "time",
  shown: "0",
  dist: fileURLToPath(new URL("../dist", import.meta.url)),
  ...Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("="))),
};
const from = (path) => import(pathToFileURL(resolve(options.dist, "checkers/isolation", path)).href);
const { saturationEngine } = await from("engines/saturation/saturation-engine.js");
const { solverEngine } = await from("engines/solver/solver-engine.js");
const { levels } = await from("lattice.js");

const numbers = Object.fromEntries(
  Object.entries(options).map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]),
);
const reading = simulate({ ...numbers, timed: options.timed === "true" });
console.log(
  `${reading.nodes - 1} transactions, ${reading.readKey.length} reads, ${reading.writeKey.length} writes, ` +
    `${numbers.keys} keys, ${numbers.sessions} sessions, store ${numbers.store}, broken ${numbers.broken}, ${numbers.lies} lies`,
);
const names = options.levels.split(",");
const asked = levels.filter(
  ({ name, strength }) =>
    (options.levels === "all" || names.includes(name)) &&
    (options.strength === "all" || options.strength === strength),
);
for (const level of asked) {
  for (const engine of [saturationEngine, solverEngine]) {
    const start = process.cpuUsage();
    const decision = engine.decide(reading, level, {});
    if (decision === undefined) continue;
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    const shown =
      decision.valid === true
        ? "valid"
        : "cycle" in decision
          ? `cycle of ${decision.cycle.length}`
          : "core" in decision
            ? `core of ${decision.core.length}`
            : `UNKNOWN: ${decision.reason}`;
    if (decision.valid === "unknown") process.exitCode = 1;
    if (decision.valid === "unknown" || seconds >= numbers.shown)
      console.log(
        `${level.strength} ${level.name}: ${shown}, ${seconds.toFixed(3)} s CPU ` +
          `(${engine.name}), ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
      );
    break;
  }
}
