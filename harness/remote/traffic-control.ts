import type { LinkFault } from "../network/link-network.ts";
import { familyOf, type ShellCommand } from "./packet-filter.ts";

/** What delays and mangles packets on their way out of a machine: to a peer, or to the clients of a node. */
export interface Disturbed {
  /** The address of a peer; clients are those who are spoken to from the ports of the node. */
  readonly other: string | "clients";
  readonly faults: readonly LinkFault[];
}

/** All that is disturbed on one machine. */
export interface Disturbances {
  readonly address: string;
  readonly peers: readonly string[];
  readonly ports: readonly number[];
  readonly sshPort: number;
  readonly disturbed: readonly Disturbed[];
}

/** The faults for which a machine needs netem. */
export const netemKinds = ["latency", "duplication", "corruption", "reorder"] as const;

/** Our queue's number, by which it is told from those of others: "ra" in ASCII. */
const handle = "7261";

/**
 * Puts what is disturbed into effect: a queue with a class for each way that is disturbed, and netem in it. A device has one queue, so that of each device on the
 * way to a peer is replaced by ours; one that somebody has set up is left alone, and the fault refused. Removed, the kernel's own is there again.
 */
export function disturb(all: Disturbances): ShellCommand {
  const lines = all.disturbed.flatMap(({ other, faults }, i) => {
    const filters = other === "clients" ? toClients(all) : [towards(other)];
    const parent = `parent ${handle}:`;
    const id = `${handle}:${(i + 1).toString(16)}`;
    return [
      // As fast as can be said: what is late is so because of netem.
      `class add DEVICE ${parent} classid ${id} htb rate 100gbit quantum 60000`,
      `qdisc add DEVICE parent ${id} netem limit 100000 ${netemOf(faults)}`,
      ...filters.map((filter) => `filter add DEVICE ${parent} ${filter} flowid ${id}`),
    ];
  });
  return {
    script: disturbScript,
    arguments: [all.peers.length === 0 ? all.address : "", ...all.peers],
    input: [`qdisc replace DEVICE root handle ${handle}: htb default 0`, ...spared(all), ...lines, ""].join(
      "\n",
    ),
  };
}

/** Takes our queues away from all devices, and says whether there was any. */
export const undisturb: ShellCommand = {
  script: `
found="was gone"
for device in $(tc qdisc show 2>/dev/null | sed -n 's/^qdisc htb ${handle}: dev \\([^ ]*\\) root.*/\\1/p'); do
  tc qdisc del dev "$device" root || exit
  found=removed
done
echo "$found"
`,
  arguments: [],
};

/** Prints how many ways are disturbed. */
export const countDisturbed: ShellCommand = {
  script: `tc qdisc show 2>/dev/null | grep -c " parent ${handle}:" || :`,
  arguments: [],
};

const ownQueues = `
own() { tc qdisc show dev "$1" 2>/dev/null | sed -n 's/^qdisc [^ ]* \\([0-9a-f]*\\): root.*/\\1/p'; }
`;

/**
 * The first argument is the machine's own address if it has no peers, the others are theirs. A queue of the kernel's own has the number 0, or none is shown.
 */
const disturbScript = `${ownQueues}
batch=$(mktemp) || exit
trap 'rm -f "$batch"' EXIT
cat >"$batch"
devices=$({
  for address; do [ -z "$address" ] || ip -o route get "$address"; done
  [ -z "$1" ] || ip -o route show default
} 2>/dev/null | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | grep -v '^lo$' | sort -u)
[ -n "$devices" ] || { echo "no device leads to the others" >&2; exit 1; }
for device in $devices; do
  case $(own "$device") in "" | 0 | ${handle}) ;;
  *) echo "$device has a queue that somebody has set up (tc qdisc show dev $device)" >&2; exit 1 ;;
  esac
done
for device in $devices; do
  tc qdisc del dev "$device" root handle ${handle}: 2>/dev/null
  sed "s/DEVICE/dev $device/" "$batch" | tc -batch - || { tc qdisc del dev "$device" root 2>/dev/null; exit 1; }
done
`;

/** Connections of ssh come before all others, and into no class; so do peers, where what goes to clients is disturbed. */
function spared({ address, peers, sshPort, disturbed }: Disturbances): string[] {
  const families = [...new Set([address, ...peers].map(familyOf))];
  const ssh = families.flatMap((family) =>
    ["sport", "dport"].map((port) => filterOf(family, "ssh", `${port} ${sshPort} 0xffff`)),
  );
  const left = peers.filter((peer) => !disturbed.some(({ other }) => other === peer));
  const atClients = disturbed.some(({ other }) => other === "clients");
  return [...ssh, ...(atClients ? left.map(towards) : [])].map(
    (filter) => `filter add DEVICE parent ${handle}: ${filter} flowid ${handle}:0`,
  );
}

function towards(peer: string): string {
  return filterOf(familyOf(peer), "peers", `dst ${peer}`);
}

/** What goes from a node's ports to anybody but its peers. */
function toClients({ address, ports }: Disturbances): string[] {
  return ports.map((port) => filterOf(familyOf(address), "clients", `sport ${port} 0xffff`));
}

/** In the order in which they are asked; those of one place are all of one family. */
const places = ["ssh", "peers", "clients"] as const;

function filterOf(family: 4 | 6, place: (typeof places)[number], match: string): string {
  const [protocol, network] = family === 6 ? ["ipv6", "ip6"] : ["ip", "ip"];
  const order = 2 * places.indexOf(place) + (family === 6 ? 2 : 1);
  return `protocol ${protocol} prio ${order} u32 match ${network} ${match}`;
}

/** What netem is to do; it can do all at once but delay and reorder, since what it reorders it does not delay. */
function netemOf(faults: readonly LinkFault[]): string {
  const percent = (rate: number): string => `${Math.round(rate * 10_000) / 100}%`;
  const kinds = new Set(faults.map(({ kind }) => kind));
  if (kinds.has("latency") && kinds.has("reorder"))
    throw new Error("netem cannot delay the packets of a link and reorder them at the same time");
  return faults
    .map((fault) => {
      switch (fault.kind) {
        case "latency":
          return `delay ${fault.milliseconds}ms${fault.jitter === 0 ? "" : ` ${fault.jitter}ms`}`;
        case "duplication":
          return `duplicate ${percent(fault.rate)}`;
        case "corruption":
          return `corrupt ${percent(fault.rate)}`;
        case "reorder":
          // What is not delayed overtakes what is.
          return `delay ${fault.milliseconds}ms reorder ${percent(1 - fault.rate)}`;
        default:
          throw new Error(`netem does not do the fault ${fault.kind}`);
      }
    })
    .join(" ");
}
