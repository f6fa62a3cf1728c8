/**
 * Starts real systems, hurts, heals and judges them, each by one command and under many seeds, and looks whether anything is left behind:
 *
 *   npm run soak                                    every case, with the seeds 1 to 10: some hours
 *   npm run soak -- --case mariadb --seeds 3,4      the cases whose name has this in it, with these seeds (also 1-10)
 *   npm run soak -- --private                       with temporary files and shared memory of its own (root), where others use the
 *                                                   machine as well: what they make would be taken for left behind
 *
 *   --time      how long clients act, in seconds (8)
 *   --store     where runs are kept that were not as expected (soak)
 *   --dist      the build whose program is run (dist)
 *   --list      the cases and their commands
 *   --help      this
 *
 * A case is as expected if its verdict is valid, or invalid by nothing but what its system is known to do (docs/findings), if all nodes serve at its end, and if
 * nothing is left: no process, mount, loop device, network namespace or interface, control group, shared memory, nor a file outside the store. The exit code
 * is 1 when a run was not as expected.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { cases } from "./soak-cases.mjs";

const { values: asked } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    seeds: { type: "string", default: "1-10" },
    time: { type: "string", default: "8" },
    store: { type: "string", default: "soak" },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
    private: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (asked.help) {
  const head = readFileSync(new URL(import.meta.url), "utf8").split("*/")[0] ?? "";
  console.log(head.replaceAll(/^(\/\*\*| \* ?| )/gm, "").trim());
  process.exit(0);
}

const chosen = cases.filter(
  ({ name }) => asked.case === undefined || asked.case.some((part) => name.includes(part)),
);
if (chosen.length === 0) {
  console.error(
    `no case has ${asked.case?.join(" or ")} in its name: ${cases.map(({ name }) => name).join(", ")}`,
  );
  process.exit(64);
}
if (asked.list) {
  for (const { name, command, may = [] } of chosen)
    console.log(
      `${name}\n    rashomon test ${command}${may.length > 0 ? `\n    may show ${may.join(", ")}` : ""}`,
    );
  process.exit(0);
}

/** How long a run may take over its time before it counts as hanging, in milliseconds: servers start slowly on a busy machine. */
const patience = 240_000;
/** How long what belongs to a run may take to be gone after it, in milliseconds. */
const parting = 5_000;
/** Says of a process, and of all that it starts, that it belongs to a run of ours. */
const mark = "RASHOMON_SOAK";

if (asked.private && process.env[`${mark}_PRIVATE`] === undefined) {
  // Disks of others' nodes are not held in here.
  const disks = "awk '/ ext4 .dev.loop/ { print $5 }' /proc/self/mountinfo | xargs -r umount --lazy";
  const folders = ["/tmp", "/var/tmp", "/run", "/dev/shm"].map((folder) => `mount -t tmpfs tmpfs ${folder}`);
  const inner = spawn(
    "unshare",
    [
      "--mount",
      "--ipc",
      "--propagation",
      "private",
      "sh",
      "-c",
      `${[disks, ...folders].join(" && ")} && exec "$@"`,
      "sh",
      ...process.argv,
    ],
    { stdio: "inherit", env: { ...process.env, [`${mark}_PRIVATE`]: "1" } },
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => inner.kill(signal));
  process.exitCode = await new Promise((done) => inner.on("exit", (code) => done(code ?? 70)));
} else {
  process.exitCode = await soak();
}

async function soak() {
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (interrupted = true));
  const store = resolve(asked.store);
  mkdirSync(store, { recursive: true });
  const seeds = asked.seeds.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  const rows = new Map(chosen.map(({ name }) => [name, []]));
  // Seed by seed, so that one that is interrupted has seen every system.
  rounds: for (const seed of seeds) {
    for (const each of chosen) {
      const run = await oneRun(each, seed, store);
      if (interrupted) break rounds;
      rows.get(each.name).push(run);
      console.log(
        `${run.asExpected ? "    " : "SEE "}${each.name.padEnd(30)} seed ${String(seed).padEnd(4)} ${run.outcome.padEnd(9)}${run.found.join(" ")}` +
          `  ${run.seconds.toFixed(1)} s${run.notes.map((note) => `\n        ${note}`).join("")}`,
      );
    }
  }
  console.log(`\n${table(rows)}`);
  if (interrupted) return 130;
  return [...rows.values()].flat().every(({ asExpected }) => asExpected) ? 0 : 1;
}

/** One command, what came of it, and what it left. */
async function oneRun({ name, command: words, may = [], seconds: time = Number(asked.time) }, seed, store) {
  const command = `${words} --time ${time} --seed ${seed}`;
  const folder = join(store, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}-${seed}`);
  rmSync(folder, { recursive: true, force: true });
  const temporary = mkdtempSync(join(tmpdir(), "rashomon-soak-"));
  const id = `${process.pid}-${name}-${seed}`;
  const before = surroundings();
  const started = performance.now();
  const { code, stdout, stderr, hung } = await runProgram(
    [...command.split(" "), "--store", folder, "--json"],
    time,
    { ...process.env, NO_COLOR: "1", TMPDIR: temporary, [mark]: id },
  );
  const seconds = (performance.now() - started) / 1000;
  const left = await leftovers({ id, folder, temporary, before });
  const { outcome, found } = verdictOf({ code, stdout, hung });
  const unhealed = stderr.split("\n").filter((line) => line.startsWith("after the final healing"));
  const surprising = found.filter((type) => !may.includes(type));
  const asExpected =
    left.length === 0 &&
    unhealed.length === 0 &&
    (outcome === "valid" || (outcome === "invalid" && surprising.length === 0 && found.length > 0));
  const notes = [
    ...left.map((what) => `left behind: ${what}`),
    ...unhealed,
    ...stderr
      .split("\n")
      .filter((line) =>
        /^fault .* failed|^it took an operator|^waited for nodes|^error|^warning|could not/i.test(line),
      ),
    ...(asExpected ? [] : [`rashomon test ${command}`, `kept in ${folder}`]),
    ...(outcome === "error" || outcome === "hang" ? stderr.trim().split("\n").slice(-8) : []),
  ];
  // What was undecided or is known is seen in the report of the run.
  if (asExpected && outcome === "valid") rmSync(folder, { recursive: true, force: true });
  rmSync(temporary, { recursive: true, force: true });
  return { asExpected, outcome, found, seconds, notes, left };
}

/** Runs the program to its end, or to the end of our patience. */
async function runProgram(rest, time, environment) {
  const child = spawn(process.execPath, [join(asked.dist, "cli/main.js"), "test", ...rest], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (bytes) => (stdout += bytes));
  child.stderr.on("data", (bytes) => (stderr += bytes));
  const passOn = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, passOn);
  let hung = false;
  const deadline = setTimeout(
    () => {
      hung = true;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), 20_000).unref();
    },
    time * 1000 + patience,
  );
  const code = await new Promise((done) => child.on("close", done));
  clearTimeout(deadline);
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, passOn);
  return { code, stdout, stderr, hung };
}

/** What became of a run, and the names of the anomalies that were found. */
function verdictOf({ code, stdout, hung }) {
  if (hung) return { outcome: "hang", found: [] };
  let results;
  try {
    results = JSON.parse(stdout);
  } catch {
    return { outcome: "error", found: [`exit code ${code}`] };
  }
  const found = results.checks.flatMap(({ valid, anomalies, reason, checker }) =>
    valid === true
      ? []
      : anomalies.length > 0
        ? anomalies.map(({ type }) => type)
        : [`${checker}: ${reason ?? valid}`],
  );
  const outcome = { 0: "valid", 1: "invalid", 2: "unknown" }[code] ?? "error";
  return { outcome, found: [...new Set(found)] };
}

/** What is on this machine that a run might leave behind, by its kind. */
function surroundings() {
  const lines = (text) => text.split("\n").filter(Boolean);
  const entries = (folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const told = (...command) => {
    try {
      return lines(execFileSync(command[0], command.slice(1), { encoding: "utf8", stdio: "pipe" }));
    } catch {
      return [];
    }
  };
  const folders = ["/tmp", "/var/tmp", "/run", "/dev/shm", "/var/log", homedir(), process.cwd()];
  for (const name of ["rabbitmq", "redis", "etcd", "nats", "zookeeper", "mysql", "postgresql"])
    folders.push(`/var/lib/${name}`, `/var/log/${name}`, `/run/${name}`, `/etc/${name}`);
  return {
    mount: lines(readFileSync("/proc/self/mountinfo", "utf8")).map((line) =>
      line.split(" ").slice(4).join(" "),
    ),
    "shared memory": ["shm", "sem", "msg"].flatMap((kind) =>
      lines(readFileSync(`/proc/sysvipc/${kind}`, "utf8"))
        .slice(1)
        .map((line) => `${kind} ${line.trim().split(/\s+/).slice(0, 2).join(" ")}`),
    ),
    "network namespace": entries("/run/netns"),
    "network interface": entries("/sys/class/net"),
    "firewall table": told("nft", "list", "tables"),
    // Named after the harness that made it: another one may be at work.
    "control group": told("find", "/sys/fs/cgroup", "-type", "d", "-name", "rashomon-*").filter(
      (group) => !existsSync(`/proc/${/rashomon-(\d+)/.exec(group)?.[1]}`),
    ),
    file: [...new Set(folders)].flatMap(entries),
  };
}

/** What belongs to a run and is there still after it, in words. */
async function leftovers({ id, folder, temporary, before }) {
  const until = performance.now() + parting;
  for (;;) {
    const found = [
      ...processesOf(id, folder),
      ...loopDevicesOf(folder).map((device) => `loop device ${device}`),
      ...readdirSync(temporary).map((name) => `file ${join("$TMPDIR", name)}`),
      ...Object.entries(surroundings()).flatMap(([kind, now]) => {
        const known = new Set(before[kind]);
        return now
          .filter((what) => !known.has(what) && what !== folder && what !== resolve(asked.store))
          .map((what) => `${kind} ${what}`);
      }),
    ];
    if (found.length === 0 || performance.now() > until) return found;
    await sleep(200);
  }
}

/** Processes that carry the mark of the run, or have to do with its folder. */
function processesOf(id, folder) {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      const belongs =
        environment.includes(`${mark}=${id}`) ||
        command.includes(folder) ||
        readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return belongs ? [`process ${pid}: ${command.slice(0, 200)}`] : [];
    } catch {
      return [];
    }
  });
}

/** Loop devices whose file is in a folder. */
function loopDevicesOf(folder) {
  if (!existsSync("/sys/block")) return [];
  return readdirSync("/sys/block").filter((name) => {
    try {
      return (
        name.startsWith("loop") &&
        readFileSync(`/sys/block/${name}/loop/backing_file`, "utf8").startsWith(folder)
      );
    } catch {
      return false;
    }
  });
}

function table(rows) {
  const head = ["case", "runs", "valid", "invalid", "unknown", "error", "hang", "left", "seconds", "found"];
  const lines = [...rows]
    .filter(([, runs]) => runs.length > 0)
    .map(([name, runs]) => {
      const count = (outcome) => runs.filter((each) => each.outcome === outcome).length;
      const types = new Map();
      for (const type of runs.flatMap(({ found }) => found)) types.set(type, (types.get(type) ?? 0) + 1);
      return [
        name,
        runs.length,
        ...["valid", "invalid", "unknown", "error", "hang"].map(count),
        runs.filter(({ left }) => left.length > 0).length,
        (runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length).toFixed(0),
        [...types].map(([type, times]) => `${type} ${times}`).join(", ") +
          (runs.every(({ asExpected }) => asExpected) ? "" : "  SEE ABOVE"),
      ].map(String);
    });
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => line[i].length)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, i) => (i === 0 || i === 9 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
