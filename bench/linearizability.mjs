/**
 * What linearizability checks take on generated histories, next to Porcupine on the same files when Go is there.
 *
 *   npm run bench                            a selection, some 15 minutes with Porcupine, 4 without
 *   npm run bench -- --operations 1000,10000 --clients 5,20 --values distinct --keys 1
 *   npm run bench -- --all                   everything: hours, since Porcupine mostly gives no answer
 *
 *   --values      distinct, five, queue, stack, set, priority-queue
 *   --operations  --clients  --keys  --unknown (0,0.01,0.05)  --histories valid,violation
 *   --recorded    only the hundred histories of 170 events; --no-recorded without them
 *   --porcupine   none; new (not where a smaller history gave it no answer; the default); all
 *   --timeout     seconds for each check (60);  --steps of the budget (that of the checker)
 *   --json        a line for each history instead of the table
 *   --dist        the folder that `npm run build` wrote
 *
 * Histories are generated once into node_modules/.cache/rashomon-bench. A check loads its file in a process of
 * its own; CPU seconds are those of the check alone, the peak of resident memory is that of the process. Verdicts are
 * known by construction: a wrong one is shouted, and the exit code is 1. The ratio is Porcupine's seconds over ours.
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { historyFiles } from "./linearizability/files.mjs";
import { objects } from "./linearizability/objects.mjs";
import { installPorcupine, runOurs, runPorcupine } from "./linearizability/runs.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const cache = join(project, "node_modules/.cache/rashomon-bench");

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    values: { type: "string" },
    operations: { type: "string" },
    clients: { type: "string" },
    keys: { type: "string" },
    unknown: { type: "string" },
    histories: { type: "string" },
    recorded: { type: "boolean" },
    all: { type: "boolean", default: false },
    porcupine: { type: "string" },
    timeout: { type: "string", default: "60" },
    steps: { type: "string" },
    json: { type: "boolean", default: false },
    dist: { type: "string", default: join(project, "dist") },
  },
});

const seconds = number("timeout", options.timeout);
const dist = resolve(options.dist);
const comparing = known("porcupine", options.porcupine ?? (options.all ? "all" : "new"), [
  "none",
  "new",
  "all",
]);
const withPorcupine = comparing !== "none" && installPorcupine();
const filters = ["values", "operations", "clients", "keys", "unknown", "histories"];
const filtered = filters.some((name) => options[name] !== undefined);
const failures = [];
const unanswered = [];

if (!withPorcupine && comparing !== "none" && !options.json)
  console.log(
    "Without Porcupine, which needs Go: apt-get install golang-go, then sh scripts/install-porcupine.sh\n",
  );
if (!options.json) console.log(row(["object", "keys", "clients", "unknown", "history", "operations", "verdict", "CPU s", "RSS MB", "engine", "Porcupine", "ratio"])); // prettier-ignore
if (options.recorded !== true) for (const cell of selection()) one(cell);
if (options.recorded ?? !filtered) recorded();
for (const failure of failures) console.error(`WRONG: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** The cells asked for, the small ones first. */
function selection() {
  const list = (name, fallback) => options[name]?.split(",") ?? fallback;
  const cells = (values, operations, clients, keys, unknown) =>
    list("values", values).flatMap((object) =>
      list("keys", keys).flatMap((key) =>
        list("operations", operations).flatMap((count) =>
          list("clients", clients).flatMap((client) =>
            list("unknown", unknown).flatMap((share) =>
              list("histories", ["valid", "violation"]).map((history) => ({
                values: known("values", object, Object.keys(objects)),
                keys: number("keys", key),
                operations: number("operations", count),
                clients: number("clients", client),
                unknown: number("unknown", share, 0),
                violation: known("histories", history, ["valid", "violation"]) === "violation",
              })),
            ),
          ),
        ),
      ),
    );
  const collections = ["queue", "stack", "set", "priority-queue"];
  const everything = () => [
    ...cells(["distinct", "five"], [1e3, 1e4, 1e5, 1e6], [5, 20, 50, 100], [1, 100], [0, 0.01, 0.05]),
    ...(options.values === undefined
      ? cells(collections, [1e6], [5, 20, 50, 100], [1], [0, 0.01, 0.05])
      : []),
  ];
  if (options.all) return everything();
  if (filtered) return cells(["distinct", "five"], [1e3, 1e4], [5, 20], [1], [0, 0.05]);
  return [
    ...cells(["distinct"], [1e3, 1e4, 1e6], [5, 100], [1], [0, 0.05]),
    ...cells(["distinct"], [1e6], [100], [100], [0, 0.05]),
    ...cells(["five"], [1e3, 1e4], [5, 20, 50], [1], [0, 0.05]),
    ...cells(["five"], [1e6], [5], [1, 100], [0]),
    ...cells(collections, [1e6], [20], [1], [0]),
  ];
}

function known(option, value, among) {
  if (among.includes(value)) return value;
  console.error(`--${option} ${value}: expected one of ${among.join(", ")}`);
  process.exit(64);
}

function number(option, value, least = 1) {
  const given = Number(value);
  if (String(value).trim() !== "" && Number.isFinite(given) && given >= least) return given;
  console.error(`--${option} ${value}: expected a number from ${least} on`);
  process.exit(64);
}

function one(cell) {
  const { history, table } = historyFiles(cache, cell);
  const ours = runOurs({
    dist,
    files: [history],
    model: objects[cell.values].model,
    seconds,
    ...(options.steps === undefined ? {} : { steps: number("steps", options.steps) }),
  });
  const theirs = comparison(cell, table);
  const expected = !cell.violation;
  const name = `${cell.values}, ${cell.operations} operations, ${cell.clients} clients (${history})`;
  wrong(ours.verdicts[0], expected, `${name}: Rashomon`);
  wrong(theirs?.verdicts?.[0], expected, `${name}: Porcupine`);
  print(cell, ours, theirs);
}

/** Porcupine's answer for the same history; `undefined` where it is not asked at all. */
function comparison(cell, table) {
  if (!withPorcupine || table === undefined) return undefined;
  const harder = (small) =>
    small.values === cell.values &&
    small.keys === cell.keys &&
    small.violation === cell.violation &&
    ["operations", "clients", "unknown"].every((size) => small[size] <= cell[size]);
  if (comparing === "new" && unanswered.some(harder)) return { problem: "not run: none for a smaller one" };
  const theirs = runPorcupine([table], seconds);
  if (theirs.problem !== undefined) unanswered.push(cell);
  return theirs;
}

function wrong(verdict, expected, who) {
  if (typeof verdict === "boolean" && typeof expected === "boolean" && verdict !== expected)
    failures.push(`${who} says ${verdict}, it is ${expected}`);
}

/**
 * A hundred short histories as those that Jepsen recorded of etcd: five values, timeouts, and a lie in two of three. Whether
 * a lie violates anything only Porcupine tells: without it only the others are known.
 */
function recorded() {
  const cells = Array.from({ length: 100 }, (_, seed) => ({
    values: "five",
    keys: 1,
    operations: 85,
    clients: 5,
    unknown: 0.05,
    violation: ["valid", "lie", "violation"][seed % 3],
    seed: seed + 1,
  }));
  const files = cells.map((cell) =>
    historyFiles(cache, { ...cell, violation: cell.violation !== "valid" && cell.violation }),
  );
  const ours = runOurs({ dist, files: files.map(({ history }) => history), model: "cas-register", seconds });
  const theirs = withPorcupine
    ? runPorcupine(
        files.map(({ table }) => table),
        seconds,
      )
    : undefined;
  cells.forEach(({ violation }, i) => {
    const expected = violation === "lie" ? theirs?.verdicts[i] : violation === "valid";
    wrong(ours.verdicts[i], expected, `${files[i].history}: Rashomon`);
    wrong(theirs?.verdicts[i], expected, `${files[i].history}: Porcupine`);
  });
  const valid = ours.verdicts.filter((verdict) => verdict === true).length;
  const summary = `${valid} valid, ${ours.verdicts.filter((verdict) => verdict === false).length} not`;
  const cell = { values: "five", keys: 1, clients: 5, unknown: 0.05, operations: 85 };
  print({ ...cell, name: "100 recorded" }, { ...ours, summary }, theirs);
}

function print(cell, ours, theirs) {
  if (options.json) {
    console.log(
      JSON.stringify({ ...cell, rashomon: ours, ...(theirs === undefined ? {} : { porcupine: theirs }) }),
    );
    return;
  }
  const verdict = ours.summary ?? { true: "valid", false: "invalid" }[ours.verdicts[0]];
  console.log(
    row([
      cell.values,
      cell.keys,
      cell.clients,
      `${Math.round(cell.unknown * 100)} %`,
      cell.name ??
        (cell.violation
          ? cell.values === "distinct" || cell.values === "five"
            ? "stale"
            : "violation"
          : "valid"),
      cell.operations,
      ours.problem ?? verdict ?? "no answer",
      ours.cpu?.toFixed(3) ?? "",
      ours.megabytes?.toFixed(0) ?? "",
      Object.keys(ours.engines ?? {}).join(" "),
      theirs === undefined ? "-" : (theirs.problem ?? `${theirs.cpu.toFixed(3)} s ${theirs.megabytes} MB`),
      theirs?.problem === undefined && theirs?.cpu !== undefined && ours.cpu !== undefined
        ? `×${(theirs.cpu / ours.cpu).toPrecision(2)}`
        : "",
    ]),
  );
  if (verdict === undefined && ours.reason !== undefined) console.log(`    ${ours.reason}`);
}

function row(fields) {
  const widths = [15, 5, 8, 8, 13, 11, 18, 9, 7, 12, 33, 8];
  return fields.map((field, i) => String(field).padEnd(widths[i])).join(" ").trimEnd(); // prettier-ignore
}
