import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Source } from "../../nemesis/grudge.ts";
import { gateway, probed, probing, type Layout } from "./layout.ts";
import { detourMark, probeRules, routerRules } from "./rules.ts";

/** The two ends of the way through the switch: what the router sends out at the first, the switch finds at the second. */
export const detourEnds = ["detour", "switch"] as const;

/** Nobody's hardware address: the kernel takes what arrives for it as somebody else's, and only the switch looks at it. */
const nobody = "02:02:0a:4d:00:01";
const detourRouter = "10.76.0.2";
const detourTable = 100;

const sysctl = (name: string, value: 0 | 1): string => `echo ${value} > /proc/sys/net/ipv4/${name}`;

/**
 * TCP waits ever longer before it sends again what was not acknowledged, so that after a partition of 15 seconds a connection is silent for
 * up to 12 more. Where the kernel lets us (Linux 6.15), it waits a second at most: healed is healed. The number of tries keeps
 * connections alive for minutes as before.
 */
const impatience = [
  "if [ -e /proc/sys/net/ipv4/tcp_rto_max_ms ]; then",
  "echo 1000 > /proc/sys/net/ipv4/tcp_rto_max_ms",
  "echo 255 > /proc/sys/net/ipv4/tcp_retries2",
  "fi",
].join("\n");

/** A shell command that gives `lines` to a tool on its standard input. */
function fed(command: string, lines: string): string {
  return `${command} <<'END'\n${lines}\nEND`;
}

/** Makes the pair of interfaces between the namespace in which it runs and the router's. */
function joined(who: Source, layout: Layout, router: number): string[] {
  const { address, hardware, gate, gateHardware } = layout.place(who);
  return [
    "link set lo up",
    `link add eth0 address ${hardware} type veth peer name ${gate} address ${gateHardware} netns ${router}`,
    `addr add ${address}/32 dev eth0`,
    "link set eth0 up",
    // Everybody knows everybody's hardware address from the start: nothing is ever asked for that a fault could hit.
    `neigh replace ${gateway} lladdr ${gateHardware} nud permanent dev eth0`,
    `route add ${gateway} dev eth0`,
    `route add default via ${gateway} dev eth0 src ${address}`,
  ];
}

/** What is done in the namespace of a node, given the process that holds the router's. */
export function nodeScript(node: NodeId, layout: Layout, router: number): string {
  return [
    // It passes on what the harness sends as if from here.
    sysctl("ip_forward", 1),
    sysctl("conf/all/send_redirects", 0),
    impatience,
    fed("ip -batch -", joined(node, layout, router).join("\n")),
    sysctl("conf/eth0/send_redirects", 0),
    fed("nft -j -f -", probeRules(node, layout)),
  ].join("\n");
}

/** What is done in the namespace of the harness, where the clients are. */
export function clientsScript(layout: Layout, router: number): string {
  const batch = [
    ...joined("clients", layout, router),
    `addr add ${probing}/32 dev eth0`,
    `route add ${probed} via ${gateway} dev eth0 src ${probing}`,
  ];
  return ["set -e", impatience, fed("ip -batch -", batch.join("\n"))].join("\n");
}

/** The same, undone. */
export const clientsGone = "link del eth0";

/** What is done in the namespace of the router at first. */
export function routerScript(): string {
  const [detour, end] = detourEnds;
  return [
    sysctl("ip_forward", 1),
    sysctl("conf/all/send_redirects", 0),
    fed(
      "ip -batch -",
      [
        "link set lo up",
        `link add ${detour} type veth peer name ${end}`,
        `link set ${detour} up`,
        `link set ${end} up`,
        `neigh replace ${detourRouter} lladdr ${nobody} nud permanent dev ${detour}`,
        `route add default via ${detourRouter} dev ${detour} table ${detourTable} onlink`,
        `rule add fwmark ${detourMark} lookup ${detourTable}`,
      ].join("\n"),
    ),
    fed("nft -j -f -", routerRules()),
  ].join("\n");
}

/** What `ip` is to do in the namespace of the router when everybody is there. */
export function routerBatch(layout: Layout): string {
  const gates = layout.everybody.flatMap((who) => {
    const { address, hardware, gate } = layout.place(who);
    const addresses = who === "clients" ? [address, probing] : [address];
    return [
      `link set ${gate} up`,
      ...addresses.flatMap((each) => [
        `neigh replace ${each} lladdr ${hardware} nud permanent dev ${gate}`,
        `route add ${each} dev ${gate}`,
      ]),
      ...(who === "clients" ? [] : [`route add ${layout.probes(who)} via ${address} dev ${gate} onlink`]),
    ];
  });
  return gates.join("\n");
}
