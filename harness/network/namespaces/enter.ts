import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { constants } from "node:os";

import { RunError } from "../../../histories/errors.ts";

/** Says to a process that it runs in a namespace which was made for it, and at which descriptor it hears that whoever made it is gone. */
const lifelineVariable = "RASHOMON_LIFELINE";

/** Whether this process runs in a namespace that was made for it. */
export function isInNamespace(): boolean {
  return process.env[lifelineVariable] !== undefined;
}

/** To be called once by a process in a namespace: it ends at once when whoever made the namespace is gone, even by SIGKILL. */
export function holdOntoLife(exitCode: number): void {
  const descriptor = Number(process.env[lifelineVariable]);
  // Nothing that we start is to take itself for us.
  Reflect.deleteProperty(process.env, lifelineVariable);
  const lifeline = new Socket({ fd: descriptor });
  lifeline.on("close", () => process.exit(exitCode));
  lifeline.on("error", () => undefined);
  lifeline.resume();
  lifeline.unref();
}

/**
 * Starts this very command again in a network namespace, by `unshare` with the options that the probe found to work, and gives its exit code.
 * Whatever signal is sent to this process it passes on; the terminal is shared.
 */
export async function enterNamespace(options: readonly string[]): Promise<number> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn("unshare", [...options, "--", ...command], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: { ...process.env, [lifelineVariable]: "3" },
    // In a group of its own, so that Ctrl-C reaches it once, through us.
    detached: true,
  });
  const passOn = (name: NodeJS.Signals): void => void child.kill(name);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (cause) =>
        reject(new RunError("E_NAMESPACE", `Expected to run unshare, but: ${cause.message}.`, { cause })),
      );
      child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
    });
  } finally {
    for (const name of signals) process.off(name, passOn);
  }
}
