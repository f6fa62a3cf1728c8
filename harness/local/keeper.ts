/**
 * The keeper: a tiny process beside the harness that ends every node when the harness is gone, even by
 * kill -9 and even if a node is paused at that moment and could not end itself. The harness writes `+pid`
 * and `-pid` lines to its standard input; the end of that input is the end of the harness.
 */
const leaders = new Set<number>();
let rest = "";

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const pid = Number(line.slice(1));
    if (!Number.isInteger(pid) || pid <= 1) continue;
    if (line.startsWith("+")) leaders.add(pid);
    else leaders.delete(pid);
  }
});
process.stdin.on("end", () => {
  for (const pid of leaders) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
  process.exit(0);
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
