import { canonical, sameValue, type Json } from "../../../../histories/json.ts";
import { noRound, type Round } from "./rounds.ts";

/** What an acceptor of a quorum has told of its latest vote. */
export type Report = { readonly ballot: Round; readonly value: Json } | null;

/** How many acceptors there are, and how large quorums are. */
export interface Sizes {
  readonly nodes: number;
  readonly classicQuorum: number;
  readonly fastQuorum: number;
}

/**
 * What may be proposed, given the latest votes of a classic quorum: a value, or undefined if there is none to
 * propose. `own` is what the coordinator itself would like.
 */
export type Pick = (reports: readonly Report[], own: Json | undefined, sizes: Sizes) => Json | undefined;

/**
 * The rule of Lamport (2006, §2.2 and §3.1, O4). Only votes of the latest round k among them matter. If k is classic there
 * is one value. If it is fast, a value may have been, or may yet be, chosen in k only if all of a fast quorum that
 * are in this quorum too have voted for it: at least c + q − n of them. There is at most one such value, and then
 * it must be; else every value that was proposed is free.
 */
export const chosenOrFree: Pick = (reports, own, sizes) => {
  const votes = latestVotes(reports);
  const must = distinct(votes).find(
    (value) => countOf(votes, value) >= reports.length + sizes.fastQuorum - sizes.nodes,
  );
  return first(must, firstByText(votes), own);
};

/** As the rule has it, but with more than enough votes only is there a value that must be: wrong, if there are just enough. */
export const chosenByMore: Pick = (reports, own, sizes) =>
  chosenOrFree(reports, own, { ...sizes, fastQuorum: sizes.fastQuorum + 1 });

/** A value that more than half of the quorum voted for, else any. */
export const majorityOrFree: Pick = (reports, own) => {
  const votes = latestVotes(reports);
  const must = distinct(votes).find((value) => 2 * countOf(votes, value) > reports.length);
  return first(must, votes[0], own);
};

/** The value with the most votes. */
export const plurality: Pick = (reports, own) => mostVotes(latestVotes(reports)) ?? own;

/** A value that somebody voted for, and only few: wrong, if another may have been chosen. */
export const rarestSeen: Pick = (reports, own) => {
  const votes = latestVotes(reports);
  const [one, ...others] = distinct(votes);
  if (one === undefined) return own;
  return others.reduce(
    (rarest, value) => (countOf(votes, value) < countOf(votes, rarest) ? value : rarest),
    one,
  );
};

/** What the coordinator would like, whatever was voted for. */
export const ownFirst: Pick = (reports, own) => own ?? mostVotes(latestVotes(reports));

/** The values of the votes of the latest round among them: all the same if it is classic. */
function latestVotes(reports: readonly Report[]): Json[] {
  const latest = reports.reduce((round, report) => Math.max(round, report?.ballot ?? noRound), noRound);
  return reports.flatMap((report) => (report?.ballot === latest ? [report.value] : []));
}

/** The first one by their texts; undefined if nobody voted. */
function firstByText(votes: readonly Json[]): Json | undefined {
  return votes.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1)).at(0);
}

/** The value that most voted for; of several the first by their texts; undefined if nobody voted. */
function mostVotes(votes: readonly Json[]): Json | undefined {
  return distinct(votes)
    .toSorted((a, b) => countOf(votes, b) - countOf(votes, a) || (canonical(a) < canonical(b) ? -1 : 1))
    .at(0);
}

/** The first that there is; null is a value as any other. */
function first(...values: readonly (Json | undefined)[]): Json | undefined {
  return values.find((value) => value !== undefined);
}

function distinct(values: readonly Json[]): Json[] {
  return values.filter((value, i) => values.findIndex((other) => sameValue(other, value)) === i);
}

function countOf(values: readonly Json[], value: Json): number {
  return values.filter((other) => sameValue(other, value)).length;
}
