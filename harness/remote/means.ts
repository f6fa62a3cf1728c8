import { RunError } from "../../histories/errors.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import { faultKinds, type FaultKind } from "../../systems/contracts/system.ts";
import type { RemoteMachine } from "./inventory.ts";
import { packetFilterKinds, type PacketFilterKind } from "./packet-filter.ts";
import { RemoteShell } from "./remote-shell.ts";
import { netemKinds } from "./traffic-control.ts";

/** What there is on another machine to hurt its node with. */
export interface RemoteMeans {
  readonly filter: PacketFilterKind;
  /** Why netem is not to be had; undefined where it is. */
  readonly noNetem: string | undefined;
  /** Why its clock cannot be set; undefined where it can. */
  readonly noClock: string | undefined;
}

/** What can be done to nodes on every machine, beside what a system does itself. */
const everywhere: readonly FaultKind[] = [
  "partition",
  "reset",
  "bandwidth",
  "loss",
  "kill",
  "terminate",
  "pause",
  "failover",
  "restart-storm",
];

/**
 * The faults that nodes on these machines cannot have, each with the reason. Without `means` nobody has looked at the machines yet: then it is said what
 * can be said all the same.
 */
export function impossibleRemotely(
  machines: readonly RemoteMachine[],
  means: ReadonlyMap<NodeId, RemoteMeans> = new Map(),
): ReadonlyMap<FaultKind, string> {
  const lack = (kind: FaultKind): string | undefined => {
    if (everywhere.includes(kind)) return undefined;
    if (kind !== "clock" && !netemKinds.some((each) => each === kind))
      return `it takes means of this machine, and the nodes are on others, where there are signals, packet filters, netem and date`;
    for (const { node, clock } of machines) {
      if (kind === "clock" && clock !== "own")
        return `the inventory does not say of ${node} that its clock is its own ("clock": "own"); containers have that of their host, and it is set for all that run there`;
      const found = means.get(node);
      const why = kind === "clock" ? found?.noClock : found?.noNetem;
      if (why !== undefined) return `on the machine of ${node}, ${why}`;
    }
    return undefined;
  };
  return new Map(
    faultKinds.flatMap((kind) => {
      const reason = lack(kind);
      return reason === undefined ? [] : [[kind, reason] as const];
    }),
  );
}

/** What every machine needs, beside something that filters packets. */
const programs = ["setsid", "ps", "tar", "timeout", "bash"];

/** What sets clocks right again, by the names of processes, which are cut after 15 letters. */
const keepers = ["chronyd", "ntpd", "systemd-timesyn", "openntpd"];

/**
 * Prints a line about each means, by trying it: netem in a network namespace that is gone at once. A clock is set to the time that it shows, and only if the
 * second argument says that it may be.
 */
const probeScript = `
for each in $1; do command -v "$each" >/dev/null || echo "missing $each"; done
if nft list tables >/dev/null 2>&1; then echo "filter nftables"
elif iptables -w -S >/dev/null 2>&1 && command -v iptables-restore >/dev/null; then echo "filter iptables"
else echo "filter none $( { nft list tables || iptables -w -S; } 2>&1 | head -n 1)"; fi
try_netem() {
  unshare --net sh -ec 'tc qdisc add dev lo root handle 1: htb; tc class add dev lo parent 1: classid 1:1 htb rate 100gbit quantum 60000
    tc qdisc add dev lo parent 1:1 netem delay 1ms; tc filter add dev lo parent 1: protocol ip prio 1 u32 match ip dst 127.0.0.1 flowid 1:1' 2>&1
}
if ! command -v tc >/dev/null; then echo "netem there is no tc (Debian: apt-get install iproute2)"
elif said=$(try_netem); then echo "netem"
else echo "netem the kernel has no netem, or it may not be used: $(echo "$said" | head -n 1)"; fi
[ "$2" = own ] || exit 0
keeper=$(ps -eo comm= | grep -x -E "$3" | head -n 1)
now=$(date -u +%s.%N)
case $now in *N* | "") echo "clock date tells no fractions of seconds (as that of GNU does)"; exit 0 ;; esac
if [ -n "$keeper" ]; then echo "clock $keeper runs, which would set it right again: stop it for the test"
elif said=$(date -u -s "@$(date -u +%s.%N)" 2>&1 >/dev/null); then echo "clock"
else echo "clock it may not be set: $(echo "$said" | head -n 1)"; fi
`;

/** Looks at what each machine has. Throws a `RunError` if one cannot be reached, or lacks what every machine needs. */
export async function probeMachines(
  machines: readonly RemoteMachine[],
): Promise<ReadonlyMap<NodeId, RemoteMeans>> {
  return new Map(
    await Promise.all(machines.map(async (machine) => [machine.node, await probe(machine)] as const)),
  );
}

async function probe({ node, ssh, clock }: RemoteMachine): Promise<RemoteMeans> {
  const shell = new RemoteShell(ssh);
  try {
    return meansOf(await shell.run(probeScript, [programs.join(" "), clock, keepers.join("|")]));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunError("E_REMOTE", `The machine of ${node}: ${why}.`, { cause });
  } finally {
    await shell.close();
  }
}

/** What a machine said of itself. Throws if it lacks what every machine needs. */
export function meansOf(said: string): RemoteMeans {
  const lines = said.split("\n").map((line) => line.split(/ (.*)/s));
  const about = (word: string): string | undefined => lines.find(([first]) => first === word)?.[1] ?? "";
  const missing = lines.flatMap(([word, name = ""]) => (word === "missing" ? [name] : []));
  if (missing.length > 0) throw new Error(`it lacks ${missing.join(", ")}`);
  const filter = packetFilterKinds.find((kind) => kind === about("filter"));
  if (filter === undefined)
    throw new Error(`it has neither nftables nor iptables that can be used: ${about("filter")}`);
  const unless = (word: string): string | undefined => {
    const why = about(word);
    return why === "" ? undefined : why;
  };
  return { filter, noNetem: unless("netem"), noClock: unless("clock") };
}
