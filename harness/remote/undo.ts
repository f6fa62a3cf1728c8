import type { JournalEntry } from "../journal.ts";
import { packetFilters } from "./packet-filters.ts";
import { RemoteClock } from "./remote-clock.ts";
import { RemoteShell } from "./remote-shell.ts";
import { undisturb } from "./traffic-control.ts";

type RemoteEntry = Extract<JournalEntry, { ssh: unknown }>;

const endScript = `
[ "$(sed "s/.*) //" "/proc/$1/stat" 2>/dev/null | cut -d" " -f20)" = "$2" ] || { echo "was gone"; exit 0; }
kill -KILL -"$1" && echo ended
`;

/** Undoes what a run has done on another machine; says what became of it. Throws if that machine cannot be reached. */
export async function undoRemote(entry: RemoteEntry): Promise<string> {
  const shell = new RemoteShell(entry.ssh);
  try {
    switch (entry.kind) {
      case "remote-process":
        return (await shell.run(endScript, [String(entry.pid), entry.started])).trim();
      case "remote-stopped":
        return (
          await shell.run('kill -CONT -"$1" 2>/dev/null && echo resumed || echo "was gone"', [
            String(entry.pid),
          ])
        ).trim();
      case "remote-table":
        return (await shell.perform(packetFilters[entry.filter].remove(entry.table))).trim();
      case "remote-queue":
        return (await shell.perform(undisturb)).trim();
      case "remote-clock":
        return await setRight(shell, entry.before);
    }
  } finally {
    await shell.close();
  }
}

async function setRight(shell: RemoteShell, before: number): Promise<string> {
  const clock = await RemoteClock.open(shell);
  try {
    const turned = await clock.setRight(before);
    return turned === 0 ? "was right" : `set right, by ${Math.round(turned)} ms`;
  } finally {
    await clock.close();
  }
}
