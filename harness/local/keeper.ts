/**
 * The keeper: a tiny process beside the harness that ends every node when the harness is gone, even by
 * kill -9 and even if a node is paused at that moment and could not end itself. The harness writes lines to its
 * standard input, `+pid` and `-pid`, the first with the node's network namespace and who holds that, if it
 * lives in one; the end of that input is the end of the harness.
 */
import { residents, type Residence } from "./residence.ts";

const leaders = new Set<number>();
/** By namespace; where a node has lived, daemons of it may be when it has ended. */
const residences = new Map<string, Residence>();
let rest = "";

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const [number, namespace = "", holder] = line.slice(1).split(" ");
    const pid = Number(number);
    if (!Number.isInteger(pid) || pid <= 1) continue;
    if (line.startsWith("+")) leaders.add(pid);
    else leaders.delete(pid);
    if (namespace !== "") residences.set(namespace, { namespace, holder: Number(holder) });
  }
});
process.stdin.on("end", () => {
  for (const pid of leaders) end(-pid);
  endResidents(1_000);
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);

/** Ends whoever is left where nodes lived, and this process then; what forks meanwhile is seen the next time. */
function endResidents(tries: number): void {
  const left = [...residences.values()].flatMap(residents);
  if (left.length === 0 || tries === 0) process.exit(0);
  for (const { pid } of left) end(pid);
  setTimeout(() => endResidents(tries - 1), 5);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
