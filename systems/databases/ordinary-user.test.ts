import { mkdtempSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { expect, test } from "vitest";

import { asOrdinaryUser } from "./ordinary-user.ts";

const { failed: unavailable } = await execa("unshare", ["--user", "--ipc", "true"], { reject: false });
if (unavailable)
  process.stderr.write("tests of user namespaces are skipped: unshare --user does not work here\n");

test.skipIf(unavailable)(
  "a server is not root, owns our files, and shares no memory with anybody else",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "rashomon-owner-"));
    const ordinary = await asOrdinaryUser();
    const script = `id -u; stat -c %u "${folder}"; readlink /proc/self/ns/ipc`;
    const { command, arguments: args } = ordinary({ command: "sh", arguments: ["-c", script] });
    const { stdout } = await execa(command, [...args]);
    const [user, owner, memory] = stdout.split("\n");
    expect(user).not.toBe("0");
    expect(owner).toBe(user);
    expect(memory).toMatch(/^ipc:/);
    expect(memory).not.toBe(readlinkSync("/proc/self/ns/ipc"));
  },
);
