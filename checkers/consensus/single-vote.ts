import { inWords, type Json } from "../../histories/json.ts";
import type { Monitor } from "./monitor.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { kept, member, memberOr, stillSame } from "./values.ts";

type Memory = {
  /** By node, then by instance: its latest vote. */
  readonly votes: Record<string, Record<string, [ballot: number, value: Json]>>;
  readonly rests: Rests;
};

/** One vote: a node votes for one value only in each ballot of an instance, crashes in between included. */
export const singleVote: Monitor<Memory> = {
  name: "single-vote",
  summary: "a node votes for one value only in each ballot of an instance",
  begin: () => ({ votes: {}, rests: {} }),
  crashed({ votes }, node, lost) {
    if (lost) delete votes[node];
  },
  look({ votes, rests }, node, view, occasion) {
    const shown = view.votes;
    if (shown === undefined) return undefined;
    if (occasion !== "step") delete rests[node];
    const latest = memberOr(votes, node, () => ({}));
    const violation = eachMember(rests, node, shown, (instance, { ballot, value }) => {
      const before = member(latest, instance);
      if (before === undefined || before[0] !== ballot) latest[instance] = [ballot, kept(value)];
      if (before === undefined || before[0] !== ballot || stillSame(before[1], value)) return undefined;
      return {
        property: "single-vote",
        nodes: [node],
        explanation: `${node} votes for ${inWords(value)} in ballot ${ballot} of instance ${instance}, where it had voted for ${inWords(before[1])}.`,
        evidence: { instance, ballot, before: before[1], now: kept(value) },
      };
    });
    // What a running node drops it needs no more.
    if (occasion === "step" && rests[node] === undefined)
      for (const name of Object.keys(latest)) if (!Object.hasOwn(shown, name)) delete latest[name];
    return violation;
  },
};
