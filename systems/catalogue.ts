import { unknownName } from "../histories/errors.ts";
import type { BundledProtocol } from "./contracts/protocol.ts";
import { epaxos } from "./protocols/consensus/epaxos/epaxos.ts";
import { epaxosPublished } from "./protocols/consensus/epaxos-published/epaxos-published.ts";
import { fastPaxos } from "./protocols/consensus/fast-paxos/fast-paxos.ts";
import { horizontalPaxos } from "./protocols/consensus/horizontal-paxos/horizontal-paxos.ts";
import { leasePaxos } from "./protocols/consensus/lease-paxos/lease-paxos.ts";
import { multiPaxos } from "./protocols/consensus/multi-paxos/multi-paxos.ts";
import { causalBroadcast } from "./protocols/clocks/causal-broadcast/causal-broadcast.ts";
import { lamportMutex } from "./protocols/clocks/lamport-mutex/lamport-mutex.ts";
import { paxos } from "./protocols/consensus/paxos/paxos.ts";
import { raft } from "./protocols/consensus/raft/raft.ts";
import { verticalPaxosOne } from "./protocols/consensus/vertical-paxos-1/vertical-paxos-1.ts";
import { verticalPaxos } from "./protocols/consensus/vertical-paxos/vertical-paxos.ts";
import { zabLocalReads, zabSyncReads } from "./protocols/consensus/zab/variants.ts";
import { zab } from "./protocols/consensus/zab/zab.ts";

/** The protocols that come with Rashomon. */
export const protocols: readonly BundledProtocol[] = [
  paxos,
  multiPaxos,
  leasePaxos,
  horizontalPaxos,
  verticalPaxosOne,
  verticalPaxos,
  fastPaxos,
  epaxos,
  epaxosPublished,
  raft,
  zab,
  zabLocalReads,
  zabSyncReads,
  lamportMutex,
  causalBroadcast,
];

/** The bundled protocol of that name; a usage error that lists the known ones if there is none. */
export function findProtocol(name: string): BundledProtocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found === undefined) {
    throw unknownName(
      "protocol",
      name,
      protocols.map((protocol) => protocol.name),
    );
  }
  return found;
}
