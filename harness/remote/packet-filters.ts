import { iptables } from "./iptables.ts";
import { nftables } from "./nftables.ts";
import type { PacketFilter, PacketFilterKind } from "./packet-filter.ts";

export const packetFilters: Readonly<Record<PacketFilterKind, PacketFilter>> = { nftables, iptables };
