/**
 * Runs several programs as one: they end when this process is asked to end, when its standard input does, and when one of them has ended by itself.
 *
 *     node main.js '[["program", "argument", …], …]'
 */
import { spawn } from "node:child_process";

// JSON.parse gives nothing but JSON.
const given = JSON.parse(process.argv[2] ?? "null") as unknown;
const programs = Array.isArray(given) ? given.filter(isProgram) : [];
if (!Array.isArray(given) || given.length === 0 || programs.length !== given.length) {
  process.stderr.write(
    `expected programs and their arguments as JSON, found ${process.argv[2] ?? "nothing"}\n`,
  );
  process.exit(64);
}

const children = programs.map(([command, ...rest]) => {
  // In the process group of this one, and with its output.
  const child = spawn(command, rest, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", (error) => {
    process.stderr.write(`${command}: ${error.message}\n`);
    end("SIGKILL", 1);
  });
  child.on("exit", (code, signal) => {
    if (!ending) process.stderr.write(`${command} ended by itself: ${signal ?? `exit code ${code}`}\n`);
    end("SIGTERM", code === 0 ? 0 : 1);
    if (children.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null))
      process.exit(outcome);
  });
  return child;
});
let ending = false;
let outcome = 0;

/** Asks all of them to end, or makes them: Redis refuses to be asked while it writes its first log. The first reason counts. */
function end(signal: NodeJS.Signals, code: number): void {
  if (!ending) outcome = code;
  ending = true;
  for (const child of children) child.kill(signal);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(signal, 0));
// Whoever started this process holds its standard input open for as long as it is wanted.
process.stdin.on("end", () => end("SIGKILL", 0));
process.stdin.resume();

function isProgram(value: unknown): value is [string, ...string[]] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
}
