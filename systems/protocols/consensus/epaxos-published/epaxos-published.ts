/**
 * EPaxos with the fast quorums and the recovery that were published (Iulian Moraru, David Andersen and Michael Kaminsky, "There Is More
 * Consensus in Egalitarian Parliaments", SOSP 2013, §4.4, and the specification and the implementation of its authors): with F failures a
 * command is committed in one round trip by F + ⌊(F + 1) / 2⌋ replicas, its leader included. Whoever recovers an instance asks a majority by Prepare,
 * and where that does not tell whether it was committed on the fast path, by TryPreAccept what stands against it; what was not goes through phase 1
 * again, and what nobody knows is given up. Everything else is EPaxos.
 *
 * As published it does not keep its promises. Here it does, since it differs in this:
 *
 * - A vote has a ballot of its own, apart from the one joined, and both are kept on disk (Sutra 2020).
 * - All of a fast quorum have nothing to add to what the leader said. If they had only to say the same as each other, two of three replicas that
 *   answered differently might each have been the one: mutant `agree-with-each-other`, 23 steps.
 * - TryPreAccept asks of what is not committed what its leader named at first, which whatever is committed names, too. What a replica has
 *   of it now may come from an attempt that came to nothing, while another leader goes on from an older one: then two commands are
 *   committed neither of which depends on the other, by the published rules with two ballots as well: mutant `conflicts-by-latest`, 74 steps.
 * - A dependency counts as committed on the fast path only with a lower sequence number: mutant `dependencies-not-committed`.
 * - Only what is committed settles that an instance was not: what was accepted may be overruled.
 * - Who may have been in a fast quorum is counted from all answers. An attempt that is blocked waits until what blocks it is committed, which
 *   is recovered as well. Two that block each other, of leaders that are both gone, cannot both have had a fast quorum, and leaders named first what they
 *   knew before, so that nobody waits in a circle.
 * - All that interferes is named, given up or not, and not only the latest of each replica (Whittaker 2021), nor only what no other covers. So
 *   dependencies grow with the history of a key.
 *
 * What was published and remains: an instance that goes through phase 1 again comes to depend on what came in the meantime. As long as clients ask
 * and somebody fails, it may be that nothing is executed.
 */
import type { BundledProtocol } from "../../../contracts/protocol.ts";
import { rulesOf } from "../../rules-of.ts";
import { epaxos, epaxosBy } from "../epaxos/epaxos.ts";
import { epaxosPublishedExplorations } from "./explorations.ts";
import { epaxosPublishedMutants } from "./mutants.ts";
import { epaxosPublishedRules } from "./rules.ts";

const name = "epaxos-published";

export const epaxosPublished: BundledProtocol = {
  ...epaxos,
  name,
  summary:
    "EPaxos as published, with its holes closed: small fast quorums, and recovery by Prepare and TryPreAccept.",
  explorations: epaxosPublishedExplorations,
  mutants: epaxosPublishedMutants,
  build: (mutant) => epaxosBy(rulesOf(name, epaxosPublishedRules, epaxosPublishedMutants, mutant), name),
};
