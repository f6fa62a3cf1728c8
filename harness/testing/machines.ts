import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";

const script = fileURLToPath(new URL("../remote/testing/machines.sh", import.meta.url));
const namespaces = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** Why there can be no machines for tests here; undefined where there can. */
export async function noMachines(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "machines for tests are made by root";
  for (const [program, debianPackage] of [
    ["/usr/sbin/sshd", "openssh-server"],
    ["/usr/bin/ssh", "openssh-client"],
    ["/usr/sbin/nft", "nftables"],
    ["/usr/sbin/ip", "iproute2"],
    ["/usr/bin/setpriv", "util-linux"],
  ] as const)
    if (!existsSync(program) && !existsSync(program.slice("/usr".length)))
      return `${program} is not installed. On Debian: apt-get install ${debianPackage}`;
  const { failed, stderr } = await execa("unshare", [...namespaces, "true"], { reject: false });
  return failed ? `there are no namespaces here: ${stderr}` : undefined;
}

/**
 * Runs a script of bash where there are `count` machines, reached by ssh: `$folder/inventory.json` lists them, `$folder/ssh_config` is how they are reached, as
 * 10.99.0.1 and so on. They are gone when it ends. The clock of the host cannot be set there.
 */
export async function amongMachines(
  count: number,
  body: string,
  /** `WITHOUT`, programs that the machines lack; `CLOCKS: "own"`, for clocks of their own. */
  environment: Readonly<Partial<Record<"WITHOUT" | "CLOCKS", string>>> = {},
): Promise<{
  readonly folder: string;
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}> {
  const folder = mkdtempSync(join(tmpdir(), "rashomon-machines-"));
  const { exitCode, stdout, stderr } = await execa(
    "unshare",
    [...namespaces, "bash", script, folder, String(count), "bash", "-c", body],
    { reject: false, env: { ...environment, NO_COLOR: "1", folder }, timeout: 110_000 },
  );
  return { folder, exitCode, stdout, stderr };
}
