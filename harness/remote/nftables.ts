import {
  familyOf,
  type PacketFate,
  type PacketFilter,
  type PacketRule,
  type PacketRules,
} from "./packet-filter.ts";

/** Rules in a table of their own, replaced in one transaction. */
export const nftables: PacketFilter = {
  load: (rules) => ({ script: "nft -f -", arguments: [], input: rulesetOf(rules) }),
  remove: (name) => ({
    script:
      'nft list table inet "$1" >/dev/null 2>&1 || { echo "was gone"; exit 0; }; nft delete table inet "$1" && echo removed',
    arguments: [name],
  }),
  count: (name) => ({
    script: 'nft list table inet "$1" 2>/dev/null | grep -c "comment" || :',
    arguments: [name],
  }),
};

function rulesetOf(all: PacketRules): string {
  const { name: table, sshPort, rules } = all;
  const chain = (name: string): string[] => [
    `add chain inet ${table} ${name} { type filter hook ${name} priority -5; policy accept; }`,
    `add rule inet ${table} ${name} tcp dport ${sshPort} accept`,
    `add rule inet ${table} ${name} tcp sport ${sshPort} accept`,
  ];
  return [
    `add table inet ${table}`,
    `delete table inet ${table}`,
    `add table inet ${table}`,
    ...chain("input"),
    ...chain("output"),
    ...rules.map(
      (rule) =>
        `add rule inet ${table} ${rule.chain} ${matchOf(rule, all)} ${fateOf(rule.fate)} comment "${rule.comment}"`,
    ),
    "",
  ].join("\n");
}

function matchOf({ chain, other, fate }: PacketRule, { address, peers, ports }: PacketRules): string {
  const [side, port] = chain === "input" ? ["saddr", "dport"] : ["daddr", "sport"];
  const protocol = (each: string): string => (familyOf(each) === 6 ? "ip6" : "ip");
  if (other !== "clients")
    return `${protocol(other)} ${side} ${other}${fate.kind === "reset" ? ` ${notReset}` : ""}`;
  const notPeers = peers
    .filter((peer) => familyOf(peer) === familyOf(address))
    .map((peer) => `${protocol(peer)} ${side} != ${peer} `);
  return `${notPeers.join("")}tcp ${port} { ${ports.join(", ")} }${fate.kind === "reset" ? ` ${notReset}` : ""}`;
}

/** A reset is not answered by another: where both sides have the rule, it would never arrive. */
const notReset = "tcp flags & rst == 0";

function fateOf(fate: PacketFate): string {
  switch (fate.kind) {
    case "reset":
      return "reject with tcp reset";
    case "bandwidth":
      return `limit rate over ${fate.kilobytesPerSecond} kbytes/second drop`;
    case "loss":
      return `numgen random mod 10000 < ${Math.round(fate.rate * 10_000)} drop`;
    case "drop":
      // Silence, not refusal: what is hardest to tolerate.
      return "drop";
  }
}
