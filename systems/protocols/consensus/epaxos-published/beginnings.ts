/** How explorations of EPaxos as published begin, so that what takes many steps is within reach. */
import type { BeginningStep, NodeId } from "../../../contracts/protocol.ts";
import { deliver, fire, lose } from "../../exploration-steps.ts";
import { ask } from "../epaxos/beginnings.ts";

/** A question to each of these, and then their answers. */
const round = (from: NodeId, type: string, answer: string, ...others: readonly NodeId[]): BeginningStep[] => [
  ...others.flatMap((other) => deliver(from, other, type)),
  ...others.flatMap((other) => deliver(other, from, answer)),
];

/** These hear nothing of it. */
const unheard = (from: NodeId, type: string, ...others: readonly NodeId[]): BeginningStep[] =>
  others.flatMap((other) => lose(from, other, type));

/** What a node has settled on the fast path is on its disk. */
const stable = (node: NodeId): BeginningStep[] => deliver(node, node, "commit");

/** Goes through phase 2 with these. */
const accept = (leader: NodeId, ...others: readonly NodeId[]): BeginningStep[] =>
  round(leader, "accept", "accepted", ...others);

/** Pre-accepts anew with these, what it takes over, and has it accepted. */
const again = (leader: NodeId, ...others: readonly NodeId[]): BeginningStep[] => [
  ...round(leader, "pre-accept", "pre-accepted", ...others),
  ...accept(leader, ...others),
];

/**
 * n3 knows no more than n1 of n1's command when it pre-accepts it. n2, whose own command it knew of by then, and which is
 * committed since, has answered that n1's depends on that. n3, which has answered as well, has taken n1's over with n2, and it is committed as n3 has it.
 */
export const twoAnswers: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  ask("n2"),
  ...unheard("n2", "pre-accept", "n1"),
  ...round("n2", "pre-accept", "pre-accepted", "n3"),
  ...unheard("n2", "accept", "n1"),
  ...accept("n2", "n3"),
  ...unheard("n2", "commit", "n1", "n3"),
  ...deliver("n1", "n2", "pre-accept"),
  ...fire("n3", "recover/n1.1"),
  ...unheard("n3", "prepare", "n1"),
  ...round("n3", "prepare", "prepared", "n2"),
  ...unheard("n3", "accept", "n1"),
  ...accept("n3", "n2"),
  ...unheard("n3", "commit", "n1", "n2"),
];

/**
 * Of five, n1 has committed its command on the fast path with n2 and n3, and told nobody. n4 and n5 know one of n4's, and not n1's, nor do the others
 * know that. n2 has taken n1's over with these two, and has asked both what stands against it.
 */
export const triedByTwo: readonly BeginningStep[] = [
  ask("n4"),
  ...deliver("n4", "n5", "pre-accept"),
  ...unheard("n4", "pre-accept", "n1", "n2", "n3"),
  ...lose("n5", "n4", "pre-accepted"),
  ask("n1"),
  ...round("n1", "pre-accept", "pre-accepted", "n2", "n3"),
  ...unheard("n1", "pre-accept", "n4", "n5"),
  ...stable("n1"),
  ...unheard("n1", "commit", "n2", "n3", "n4", "n5"),
  ...fire("n2", "recover/n1.1"),
  ...unheard("n2", "prepare", "n1", "n3"),
  ...round("n2", "prepare", "prepared", "n4", "n5"),
  ...deliver("n2", "n4", "try-pre-accept"),
  ...deliver("n2", "n5", "try-pre-accept"),
];

/**
 * Of five, n1 leads a command on x and y, for which n2 and n3 find another on y: what n1 has of it then n1 alone accepts. n2 hears of n4's on x, which
 * n5 knows and which none of them knew. n3 takes n1's over with n2 and n5, and n2 finds that it depends on n4's now; n1 takes it back with n4 and
 * n5, and commits what it had. n5 has taken over n4's with n2 and n3, and has asked n2 what stands against it.
 */
export const foundSince: readonly BeginningStep[] = [
  ask("n2"),
  ...round("n2", "pre-accept", "pre-accepted", "n3", "n4"),
  ...stable("n2"),
  ...unheard("n2", "commit", "n1", "n3", "n4", "n5"),
  ...unheard("n2", "pre-accept", "n1", "n5"),
  ask("n1"),
  ...round("n1", "pre-accept", "pre-accepted", "n2", "n3"),
  ...unheard("n1", "pre-accept", "n4", "n5"),
  ...unheard("n1", "accept", "n2", "n3", "n4"),
  ask("n4"),
  ...deliver("n4", "n5", "pre-accept"),
  ...deliver("n4", "n2", "pre-accept"),
  ...unheard("n4", "pre-accept", "n1", "n3"),
  ...lose("n5", "n4", "pre-accepted"),
  ...lose("n2", "n4", "pre-accepted"),
  ...fire("n3", "recover/n1.1"),
  ...unheard("n3", "prepare", "n1", "n4"),
  ...round("n3", "prepare", "prepared", "n2", "n5"),
  ...deliver("n3", "n2", "pre-accept"),
  ...unheard("n3", "pre-accept", "n1", "n4", "n5"),
  ...lose("n2", "n3", "pre-accepted"),
  ...deliver("n1", "n5", "accept"),
  ...deliver("n5", "n1", "nack"),
  ...fire("n1", "recover/n1.1"),
  ...unheard("n1", "prepare", "n2", "n3"),
  ...round("n1", "prepare", "prepared", "n4", "n5"),
  ...unheard("n1", "accept", "n2", "n3"),
  ...accept("n1", "n4", "n5"),
  ...unheard("n1", "commit", "n2", "n3", "n4", "n5"),
  ...fire("n5", "recover/n4.1"),
  ...unheard("n5", "prepare", "n1", "n4"),
  ...round("n5", "prepare", "prepared", "n2", "n3"),
  ...deliver("n5", "n2", "try-pre-accept"),
  ...lose("n5", "n3", "try-pre-accept"),
];

/**
 * Of five, all but n5 know two commands, one after the other, of which n5 and n4 have not heard that the second is committed.
 * n1's third is committed on the fast path with n2 and n3, which nobody else has heard. n3 takes it over with n4 and n5, and has asked n4.
 */
export const covered: readonly BeginningStep[] = [
  ask("n1"),
  ...round("n1", "pre-accept", "pre-accepted", "n2", "n3"),
  ...unheard("n1", "pre-accept", "n4", "n5"),
  ...stable("n1"),
  ...["n2", "n3", "n4"].flatMap((other) => deliver("n1", other, "commit")),
  ...lose("n1", "n5", "commit"),
  ask("n1"),
  ...round("n1", "pre-accept", "pre-accepted", "n2", "n3"),
  ...deliver("n1", "n4", "pre-accept"),
  ...lose("n4", "n1", "pre-accepted"),
  ...lose("n1", "n5", "pre-accept"),
  ...stable("n1"),
  ...["n2", "n3"].flatMap((other) => deliver("n1", other, "commit")),
  ...unheard("n1", "commit", "n4", "n5"),
  ask("n1"),
  ...round("n1", "pre-accept", "pre-accepted", "n2", "n3"),
  ...unheard("n1", "pre-accept", "n4", "n5"),
  ...stable("n1"),
  ...unheard("n1", "commit", "n2", "n3", "n4", "n5"),
  ...fire("n3", "recover/n1.3"),
  ...unheard("n3", "prepare", "n1", "n2"),
  ...round("n3", "prepare", "prepared", "n4", "n5"),
  ...deliver("n3", "n4", "try-pre-accept"),
  ...lose("n3", "n5", "try-pre-accept"),
];

/**
 * Of five, n1 knew n4's command before its own, as did n2 and n3, and all three found nothing more, of which n1 has not heard from n3. n4's is
 * committed since, with n5, which knew of one more: it comes no earlier in their order than n1's. n2 has taken n1's over with n4 and n5, and it is committed as
 * these found it.
 */
export const raisedSince: readonly BeginningStep[] = [
  ask("n5"),
  ...unheard("n5", "pre-accept", "n1", "n2", "n3", "n4"),
  ask("n4"),
  ...["n1", "n2", "n3", "n5"].flatMap((other) => deliver("n4", other, "pre-accept")),
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n1", "n3", "pre-accept"),
  ...unheard("n1", "pre-accept", "n4", "n5"),
  ...deliver("n2", "n1", "pre-accepted"),
  ...["n5", "n3"].flatMap((other) => deliver(other, "n4", "pre-accepted")),
  ...["n1", "n2"].flatMap((other) => lose(other, "n4", "pre-accepted")),
  ...unheard("n4", "accept", "n1", "n2"),
  ...accept("n4", "n3", "n5"),
  ...unheard("n4", "commit", "n1", "n2", "n3", "n5"),
  ...fire("n2", "recover/n1.1"),
  ...unheard("n2", "prepare", "n1", "n3"),
  ...round("n2", "prepare", "prepared", "n4", "n5"),
  ...deliver("n2", "n4", "try-pre-accept"),
  ...lose("n2", "n5", "try-pre-accept"),
  ...deliver("n4", "n2", "tried"),
  ...unheard("n2", "pre-accept", "n1", "n3"),
  ...again("n2", "n4", "n5"),
  ...unheard("n2", "accept", "n1", "n3"),
  ...unheard("n2", "commit", "n1", "n3", "n4", "n5"),
];

/**
 * Of five, n4 leads a command on x and y that n5 alone knows, and restarts; n2 learns of it by one of n5's on y, and gives it up, as n4 knows. n4 and n2 have
 * found nothing to add to n1's on x, of which n1 has not heard from n4. n2 has taken that over with n3 and n5, and it is committed as these found it.
 */
export const givenUpSince: readonly BeginningStep[] = [
  ask("n4"),
  ...deliver("n4", "n5", "pre-accept"),
  ...unheard("n4", "pre-accept", "n1", "n2", "n3"),
  ...lose("n5", "n4", "pre-accepted"),
  { do: "crash", node: "n4" },
  { do: "start", node: "n4" },
  ask("n5"),
  ...round("n5", "pre-accept", "pre-accepted", "n2", "n3"),
  ...unheard("n5", "pre-accept", "n1", "n4"),
  ...unheard("n5", "accept", "n1", "n4"),
  ...accept("n5", "n2", "n3"),
  ...deliver("n5", "n2", "commit"),
  ...unheard("n5", "commit", "n1", "n3", "n4"),
  ...fire("n2", "recover/n4.1"),
  ...unheard("n2", "prepare", "n4", "n5"),
  ...round("n2", "prepare", "prepared", "n1", "n3"),
  ...unheard("n2", "accept", "n4", "n5"),
  ...accept("n2", "n1", "n3"),
  ...deliver("n2", "n4", "commit"),
  ...unheard("n2", "commit", "n1", "n3", "n5"),
  ask("n1"),
  ...deliver("n1", "n4", "pre-accept"),
  ...deliver("n1", "n2", "pre-accept"),
  ...unheard("n1", "pre-accept", "n3", "n5"),
  ...deliver("n2", "n1", "pre-accepted"),
  ...fire("n2", "recover/n1.1"),
  ...unheard("n2", "prepare", "n1", "n4"),
  ...round("n2", "prepare", "prepared", "n3", "n5"),
  ...lose("n2", "n3", "try-pre-accept"),
  ...round("n2", "try-pre-accept", "tried", "n5"),
  ...unheard("n2", "pre-accept", "n1", "n4"),
  ...again("n2", "n3", "n5"),
  ...unheard("n2", "accept", "n1", "n4"),
  ...unheard("n2", "commit", "n1", "n3", "n4", "n5"),
];

/**
 * Of five, all but n1 know two commands of others that are committed. Of n1's, n2 alone has heard, which knows one of those. n2 has taken it over, and has
 * asked n3 and n4.
 */
export const othersKnow: readonly BeginningStep[] = [
  ask("n2"),
  ...round("n2", "pre-accept", "pre-accepted", "n3", "n4"),
  ...unheard("n2", "pre-accept", "n1", "n5"),
  ...stable("n2"),
  ...unheard("n2", "commit", "n1", "n3", "n4", "n5"),
  ask("n5"),
  ...round("n5", "pre-accept", "pre-accepted", "n3", "n4"),
  ...unheard("n5", "pre-accept", "n1", "n2"),
  ...unheard("n5", "accept", "n1", "n2"),
  ...accept("n5", "n3", "n4"),
  ...unheard("n5", "commit", "n1", "n2", "n3", "n4"),
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...unheard("n1", "pre-accept", "n3", "n4", "n5"),
  ...lose("n2", "n1", "pre-accepted"),
  ...fire("n2", "recover/n1.1"),
  ...unheard("n2", "prepare", "n1", "n5"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n2", "n4", "prepare"),
  ...deliver("n3", "n2", "prepared"),
];
