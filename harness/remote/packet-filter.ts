import { isIPv6 } from "node:net";

/** What becomes of a packet that a rule matches. */
export type PacketFate =
  | { readonly kind: "drop" | "reset" }
  /** Lost beyond so many kilobytes a second. */
  | { readonly kind: "bandwidth"; readonly kilobytesPerSecond: number }
  /** Lost with this probability. */
  | { readonly kind: "loss"; readonly rate: number };

/** A rule of one machine, about what comes in from a peer or from clients, or what goes out to clients. */
export interface PacketRule {
  readonly chain: "input" | "output";
  /** The address of a peer; clients are all others, at the ports on which the node listens. */
  readonly other: string | "clients";
  readonly fate: PacketFate;
  /** The fault and the link, in words; kept beside the rule. */
  readonly comment: string;
}

/** All rules of one machine. */
export interface PacketRules {
  /** Of everything that is made for them: letters, digits and underscores, at most 26. */
  readonly name: string;
  /** The address of the machine. */
  readonly address: string;
  /** The addresses of the other machines. */
  readonly peers: readonly string[];
  /** On which the node listens. */
  readonly ports: readonly number[];
  /** Connections of ssh are never hurt: they are how faults are undone. */
  readonly sshPort: number;
  readonly rules: readonly PacketRule[];
}

/** A script of sh with its arguments and its input. */
export interface ShellCommand {
  readonly script: string;
  readonly arguments: readonly string[];
  readonly input?: string;
}

/** What a machine hurts packets with, as commands to be run there. */
export interface PacketFilter {
  /** Replaces all rules that were loaded under this name, at once: no moment is without those that stay. */
  load(rules: PacketRules): ShellCommand;
  /** Removes them and all that was made for them, and says whether there was anything: "removed" or "was gone". */
  remove(name: string): ShellCommand;
  /** Prints how many rules of faults there are. */
  count(name: string): ShellCommand;
}

export const packetFilterKinds = ["nftables", "iptables"] as const;
export type PacketFilterKind = (typeof packetFilterKinds)[number];

/** The version of the protocol of an IP address. */
export function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4;
}
