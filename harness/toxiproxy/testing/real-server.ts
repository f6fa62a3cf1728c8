import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { boundAddress } from "../listen.ts";
import { toxiproxyVersion } from "../api.ts";
import type { ToxiproxyServer } from "../server.ts";

const installed = fileURLToPath(
  new URL("../../../node_modules/.cache/toxiproxy/toxiproxy-server", import.meta.url),
);

/**
 * The binary of the real Toxiproxy: that of the environment's TOXIPROXY_SERVER, else one on the PATH, else
 * the one that scripts/install-toxiproxy.sh installs. Undefined when there is none of the right version.
 */
export function findRealToxiproxy(): string | undefined {
  const named = process.env["TOXIPROXY_SERVER"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = [
    named ?? [],
    folders.map((folder) => join(folder, "toxiproxy-server")),
    installed,
  ].flat();
  return candidates.find((file) => existsSync(file) && hasRightVersion(file));
}

/** Starts the real server on a free port. */
export async function startRealToxiproxy(
  binary: string,
  options: { metrics?: boolean } = {},
): Promise<ToxiproxyServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = options.metrics === true ? ["-proxy-metrics"] : [];
  const server = spawn(binary, ["-host", "127.0.0.1", "-port", String(port), ...flags], { stdio: "ignore" });
  const exited = new Promise((resolve) => server.once("exit", resolve));
  const deadline = performance.now() + 20_000;
  while (!(await answers(url))) {
    if (server.exitCode !== null || performance.now() > deadline) throw new Error(`${binary} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    url,
    async close() {
      server.kill("SIGKILL");
      await exited;
    },
  };
}

/** A port that nothing listens on; it was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = boundAddress(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function hasRightVersion(file: string): boolean {
  try {
    const version = execFileSync(file, ["-version"], { encoding: "utf8" }).trim().split(" ").at(-1);
    return version === toxiproxyVersion;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/version`)).ok;
  } catch {
    return false;
  }
}
