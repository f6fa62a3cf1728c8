/** Runs of the two checkers on the same histories, each in a process of its own. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cell = fileURLToPath(new URL("cell.mjs", import.meta.url));
const porcupine = fileURLToPath(new URL("../../node_modules/.cache/porcupine/check", import.meta.url));
const install = fileURLToPath(new URL("../../scripts/install-porcupine.sh", import.meta.url));

/** Address space that Porcupine may take, in KiB. */
const MostMemory = 8 * 1024 * 1024;
/** Seconds for starting and for loading a file, beside those of the check. */
const Loading = 90;

/** What our check said and took; `problem` in words when it did not end well. */
export function runOurs(options) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cell, JSON.stringify(options)], {
    timeout: (options.seconds + Loading) * 1000,
    killSignal: "SIGKILL",
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (signal !== null) return { verdicts: [], problem: `ended by ${signal}` };
  if (status !== 0) {
    const error = stderr.split("\n").find((line) => /^\w*Error/.test(line)) ?? stderr.trim();
    return { verdicts: [], problem: error || `exit code ${status}` };
  }
  return JSON.parse(stdout);
}

/** Builds Porcupine if it can be; whether it is there. */
export function installPorcupine() {
  spawnSync("sh", [install], { stdio: ["ignore", "inherit", "inherit"] });
  return existsSync(porcupine);
}

/** What Porcupine said and took: verdicts true, false or "unknown", one for each file that it got to. */
export function runPorcupine(files, seconds) {
  const { stdout, stderr, signal, status } = spawnSync(
    "sh",
    ["-c", `ulimit -v ${MostMemory}; exec "$@"`, "sh", porcupine, String(seconds), ...files],
    {
      timeout: files.length * (seconds + Loading) * 1000,
      killSignal: "SIGKILL",
      encoding: "utf8",
      maxBuffer: 1 << 26,
    },
  );
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  const verdicts = lines.map(({ verdict }) => ({ Ok: true, Illegal: false })[verdict] ?? "unknown");
  const problem =
    lines.length === files.length
      ? verdicts.includes("unknown")
        ? `no answer in ${seconds} s`
        : undefined
      : /out of memory|cannot allocate/.test(stderr)
        ? "out of memory (8 GiB)"
        : `ended by ${signal ?? `exit code ${status}`}`;
  return {
    verdicts,
    problem,
    cpu: lines.reduce((sum, { cpu }) => sum + cpu, 0),
    megabytes: lines.at(-1)?.megabytes,
  };
}
