import { createHash } from "node:crypto";

import {
  familyOf,
  type PacketFate,
  type PacketFilter,
  type PacketRule,
  type PacketRules,
} from "./packet-filter.ts";

/**
 * Rules in two chains of their own, to which those of the machine lead; one transaction a family of addresses replaces all of them (iptables-restore
 * --noflush). For machines that have no nftables; where both are there, iptables is often made of it.
 */
export const iptables: PacketFilter = {
  load: (rules) => {
    const used = ([4, 6] as const).filter((family) =>
      [rules.address, ...rules.peers].some((address) => familyOf(address) === family),
    );
    return {
      script: loadScript,
      arguments: [rules.name, ...used.map(String)],
      input: used.flatMap((family) => chainsOf(family, rules).map((line) => `${family} ${line}\n`)).join(""),
    };
  },
  remove: (name) => ({ script: removeScript, arguments: [name] }),
  count: (name) => ({
    script:
      'for program in iptables ip6tables; do "$program" -w -S 2>/dev/null; done | grep "^-A $1" | grep -c -e "--comment" || :',
    arguments: [name],
  }),
};

/** Lines begin with the family that they are for. What leads to our chains is looked for before, since restoring keeps everybody else out. */
const loadScript = `
chain=$1; shift
rules=$(mktemp) || exit
trap 'rm -f "$rules"' EXIT
cat >"$rules"
for family; do
  case $family in 4) program=iptables ;; *) program=ip6tables ;; esac
  {
    sed -n "s/^$family //p" "$rules"
    "$program" -w -C INPUT -j "\${chain}_i" 2>/dev/null || echo "-I INPUT -j \${chain}_i"
    "$program" -w -C OUTPUT -j "\${chain}_o" 2>/dev/null || echo "-I OUTPUT -j \${chain}_o"
    echo COMMIT
  } >"$rules.$family" && "$program-restore" -w --noflush <"$rules.$family"
  code=$?
  rm -f "$rules.$family"
  [ "$code" = 0 ] || exit "$code"
done
`;

const removeScript = `
found="was gone"
for program in iptables ip6tables; do
  "$program" -w -S "$1_i" >/dev/null 2>&1 || continue
  printf "%s\\n" "*filter" "-D INPUT -j $1_i" "-D OUTPUT -j $1_o" "-F $1_i" "-F $1_o" "-X $1_i" "-X $1_o" COMMIT |
    "$program-restore" -w --noflush || exit
  found=removed
done
echo "$found"
`;

/** What a table has of ours, in the words of iptables-restore. Naming a chain empties it. */
function chainsOf(family: 4 | 6, all: PacketRules): string[] {
  const { name, sshPort, rules, peers } = all;
  const own = rules.filter(({ other }) => familyOf(other === "clients" ? all.address : other) === family);
  const chain = (hook: PacketRule["chain"]): string => `${name}${hook === "input" ? "_i" : "_o"}`;
  const inOrder = (["input", "output"] as const).flatMap((hook) => {
    const side = hook === "input" ? "-s" : "-d";
    const here = own.filter((rule) => rule.chain === hook);
    const ofClients = here.filter(({ other }) => other === "clients");
    // Clients are whoever is no peer: those have left the chain by then.
    const leaving =
      ofClients.length === 0
        ? []
        : peers.filter((peer) => familyOf(peer) === family).map((peer) => `${side} ${peer} -j RETURN`);
    return [
      `-p tcp --dport ${sshPort} -j RETURN`,
      `-p tcp --sport ${sshPort} -j RETURN`,
      ...here.filter(({ other }) => other !== "clients").map((rule) => ruleOf(rule, all)),
      ...leaving,
      ...ofClients.map((rule) => ruleOf(rule, all)),
    ].map((line) => `-A ${chain(hook)} ${line}`);
  });
  return ["*filter", `:${name}_i - [0:0]`, `:${name}_o - [0:0]`, ...inOrder];
}

function ruleOf(rule: PacketRule, all: PacketRules): string {
  const { chain, other, fate, comment } = rule;
  // A reset is not answered by another: where both sides have the rule, it would never arrive.
  const notReset = fate.kind === "reset" ? " -p tcp --tcp-flags RST NONE" : "";
  const match =
    other === "clients"
      ? `-p tcp -m multiport ${chain === "input" ? "--dports" : "--sports"} ${all.ports.join(",")}${notReset.replace(" -p tcp", "")}`
      : `${chain === "input" ? "-s" : "-d"} ${other}${notReset}`;
  return `${match} -m comment --comment "${comment}" ${fateOf(fate, `${all.name} ${comment}`)}`;
}

function fateOf(fate: PacketFate, rule: string): string {
  switch (fate.kind) {
    case "reset":
      return "-j REJECT --reject-with tcp-reset";
    case "bandwidth":
      // A bucket keeps its limit for as long as there is a rule with its name.
      return `-m hashlimit --hashlimit-above ${fate.kilobytesPerSecond}kb/s --hashlimit-name ${shortName(`${rule} ${fate.kilobytesPerSecond}`)} -j DROP`;
    case "loss":
      return `-m statistic --mode random --probability ${fate.rate} -j DROP`;
    case "drop":
      return "-j DROP";
  }
}

/** A name of at most 15 letters, which is as long as the kernel takes everywhere. */
function shortName(of: string): string {
  return createHash("sha256").update(of).digest("hex").slice(0, 15);
}
