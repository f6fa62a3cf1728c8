/** How explorations of EPaxos begin in which instances are taken over. */
import type { BeginningStep } from "../../../contracts/protocol.ts";
import { deliver, lose } from "../../exploration-steps.ts";
import { ask, recover, slowly, twoBallots } from "./beginnings.ts";

/**
 * All have joined the second ballot of n3, in which n1 has voted for the command and n3 has not heard of it. n2 voted in the one
 * before to give it up. n1 takes the instance over.
 */
export const laterVote: readonly BeginningStep[] = [
  ...twoBallots,
  ...deliver("n3", "n1", "accept"),
  recover("n1"),
];

/** n3 leads a command of its own, of which nobody hears, and hears of n1's: it has something to add. */
const foundMore: readonly BeginningStep[] = [
  ask("n3"),
  ...lose("n3", "n1", "pre-accept"),
  ...lose("n3", "n2", "pre-accept"),
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
];

/**
 * n1 has settled its second command on the fast path with n2, which has nothing to add. n3 knows one more that interferes, which
 * changes no sequence number. It takes over and has asked n2.
 */
export const settledWithout: readonly BeginningStep[] = [
  ask("n3"),
  ...lose("n3", "n1", "pre-accept"),
  ...lose("n3", "n2", "pre-accept"),
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...lose("n1", "n3", "pre-accept"),
  ...deliver("n2", "n1", "pre-accepted"),
  ...deliver("n1", "n1", "commit"),
  ...lose("n1", "n2", "commit"),
  ...lose("n1", "n3", "commit"),
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n2", "n1", "pre-accepted"),
  { do: "fire", node: "n3", timer: "recover/n1.2" },
  ...deliver("n3", "n2", "prepare"),
];

/** n3 has taken n1's instance over, and asked n2, which has taken it over in a ballot above. */
const takenTwice: readonly BeginningStep[] = [
  recover("n3"),
  ...lose("n3", "n1", "prepare"),
  ...deliver("n3", "n2", "prepare"),
  recover("n2"),
];

/**
 * n2 asked n3, whose answer is on its way. Since then n3 leads in a ballot above, which n1 has joined, and n2, which n1 refused
 * for it, in one above that.
 */
export const preparedBefore: readonly BeginningStep[] = [
  ...foundMore,
  ...takenTwice,
  ...deliver("n2", "n3", "prepare"),
  recover("n3"),
  ...deliver("n3", "n1", "prepare"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n1", "n2", "nack"),
  recover("n2"),
];

/** n2 asked twice, and n3 has answered twice, of which n2 has heard once: by that it votes to give the instance up. n1 has been asked, too. */
export const answeredTwice: readonly BeginningStep[] = [
  ...foundMore,
  ...takenTwice,
  recover("n2"),
  ...deliver("n2", "n3", "prepare", "prepare"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n3", "n2", "prepared"),
];

/** n3 knows n1's command, and takes it: n2, which does not, had joined its ballot. By now n2 has taken the instance over in one above. */
export const joinedAbove: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  ...takenTwice,
  ...deliver("n2", "n3", "prepared"),
];

/**
 * n1 has settled its command on the fast path with n2, and waits for its disk. n3 had joined a ballot of n2 before it heard of
 * it, and refuses. It has taken the instance over.
 */
export const refusedWhenSettled: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n2", "n1", "pre-accepted"),
  recover("n2"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n1", "n3", "pre-accept"),
  recover("n3"),
];

/**
 * n1 has settled its command on the fast path with n2, which has restarted since. n3, whose command depends on that one and who
 * knows nothing else of it, has asked n2.
 */
export const toldBefore: readonly BeginningStep[] = [
  ask("n1"),
  ask("n3"),
  ...slowly("n3", "n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n2", "n1", "pre-accepted"),
  { do: "crash", node: "n2" },
  { do: "start", node: "n2" },
  recover("n3"),
  ...deliver("n3", "n2", "prepare"),
];

/**
 * n3's command is committed, which n1 does not know. n3 had it to add to n1's, and n1 has restarted before it heard so: it takes
 * its own instance over, and has asked n3.
 */
export const ownerTakesOver: readonly BeginningStep[] = [
  ask("n3"),
  ...deliver("n3", "n2", "pre-accept"),
  ...deliver("n2", "n3", "pre-accepted"),
  ...deliver("n3", "n3", "commit"),
  ...["n1", "n2"].flatMap((other) => lose("n3", other, "commit")),
  ...lose("n3", "n1", "pre-accept"),
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  { do: "crash", node: "n1" },
  { do: "start", node: "n1" },
  recover("n1"),
  ...deliver("n1", "n3", "prepare"),
];

/**
 * Of five, all but n4 know a command of n5's that is committed, so that n4's goes through phase 2 with n2 and n5. Neither n1 nor n3
 * knows of that. n1 leads another, and n3 alone hears of it, and takes it over with n2 and n5.
 */
export const knownToFew: readonly BeginningStep[] = [
  ask("n5"),
  ...["n1", "n2", "n3"].flatMap((other) => deliver("n5", other, "pre-accept")),
  ...["n1", "n2", "n3"].flatMap((other) => deliver(other, "n5", "pre-accepted")),
  ...lose("n5", "n4", "pre-accept"),
  ...deliver("n5", "n5", "commit"),
  ...["n1", "n2", "n3", "n4"].flatMap((other) => lose("n5", other, "commit")),
  ask("n4"),
  ...["n2", "n5"].flatMap((other) => deliver("n4", other, "pre-accept")),
  ...["n2", "n5"].flatMap((other) => deliver(other, "n4", "pre-accepted")),
  ...["n2", "n5"].flatMap((other) => deliver("n4", other, "accept")),
  ...["n2", "n5"].flatMap((other) => deliver(other, "n4", "accepted")),
  ...["n1", "n3"].flatMap((other) => lose("n4", other, "pre-accept", "accept")),
  ...["n1", "n2", "n3", "n5"].flatMap((other) => lose("n4", other, "commit")),
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  ...["n2", "n4", "n5"].flatMap((other) => lose("n1", other, "pre-accept")),
  recover("n3"),
  ...["n2", "n5"].flatMap((other) => deliver("n3", other, "prepare")),
  ...deliver("n2", "n3", "prepared"),
];

/** Of five, n1 leads a command through phase 2, for n2 had one to add. It asked twice, and n2 has answered twice, of which n1 has heard once. */
export const acceptedTwice: readonly BeginningStep[] = [
  ask("n2"),
  ...["n1", "n3", "n4", "n5"].flatMap((other) => lose("n2", other, "pre-accept")),
  ask("n1"),
  ...["n2", "n3"].flatMap((other) => deliver("n1", other, "pre-accept")),
  ...["n2", "n3"].flatMap((other) => deliver(other, "n1", "pre-accepted")),
  ...["n4", "n5"].flatMap((other) => lose("n1", other, "pre-accept")),
  recover("n1"),
  ...deliver("n1", "n2", "accept", "accept"),
  ...["n3", "n4", "n5"].flatMap((other) => lose("n1", other, "accept", "accept")),
  ...deliver("n2", "n1", "accepted"),
];
