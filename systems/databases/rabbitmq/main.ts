/**
 * A node of RabbitMQ, with a port mapper of its own beside it:
 *
 *     node main.js {"listens", "nodes"} COMMAND ARGUMENT…
 *
 * The command is started once the mapper serves, as a child in the same process group. This process ends when it does, and it when this
 * process does, where the kernel sees to that.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

import { parseMapping } from "./mapping.ts";
import { servePortMapper } from "./port-mapper.ts";

/** Of util-linux; has a process killed when its parent is gone. */
const setpriv = "/usr/bin/setpriv";

const [json = "", ...given] = process.argv.slice(2);
await servePortMapper(parseMapping(json));
const [command = "", ...rest] = existsSync(setpriv) ? [setpriv, "--pdeathsig", "SIGKILL", ...given] : given;
const child = spawn(command, rest, { stdio: "inherit" });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code) => process.exit(code ?? 1));
