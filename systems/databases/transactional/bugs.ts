import type { Mutant } from "../../contracts/protocol.ts";

/** The bugs that a store can be given, in the names of what they let happen. */
export const bugNames = [
  "lost-update",
  "long-fork",
  "read-skew",
  "fractured-read",
  "dirty-read",
  "aborted-read",
  "stale-read",
  "causal-reverse",
  "internal",
  "lost-write",
  "write-skew",
  "phantom",
] as const;
export type Bug = (typeof bugNames)[number];

export function isBug(name: string): name is Bug {
  return bugNames.some((each) => each === name);
}

/** What each bug is, and the workload that shows it. */
const bugs: Readonly<Record<Bug, { readonly summary: string; readonly workload: string }>> = {
  "lost-update": {
    summary: "does not look whether a key that a transaction writes was written since it read it",
    workload: "list-append",
  },
  "long-fork": {
    summary: "has two sites, each of which sees its own commits at once and the other's later",
    workload: "long-fork",
  },
  "read-skew": {
    summary: "reads the latest version of each key instead of that of one moment",
    workload: "bank",
  },
  "fractured-read": {
    summary: "commits key by key, so that others see half of a transaction",
    workload: "dirty-read",
  },
  "dirty-read": {
    summary: "shows writes before their transaction has committed",
    workload: "dirty-read",
  },
  "aborted-read": {
    summary: "leaves one write behind when it rolls a transaction back",
    workload: "list-append",
  },
  "stale-read": {
    summary: "answers transactions that only read from a replica that is behind",
    workload: "list-append",
  },
  "causal-reverse": {
    summary: "reads half of the keys from a replica that is behind",
    workload: "causal-reverse",
  },
  internal: {
    summary: "does not show a transaction its own writes",
    workload: "list-append",
  },
  "lost-write": {
    summary: "acknowledges a commit now and then that it has not made",
    workload: "list-append",
  },
  "write-skew": {
    summary: "looks only whether what a transaction writes was changed, not what it read",
    workload: "write-skew",
  },
  phantom: {
    summary:
      "looks whether the rows were changed that a predicate gave, not whether it would now give others",
    workload: "write-skew",
  },
};

/** These bugs as mutants of a system, caught by `checker` where it is not the workload's own. */
export function mutantsOf(names: readonly Bug[]): readonly Mutant[] {
  return names.map((name) => {
    const { summary, workload } = bugs[name];
    const transactional = workload === "list-append";
    return {
      name,
      summary,
      killedBy: {
        nodes: 1,
        faults: [],
        workload,
        checker: transactional ? "isolation" : workload,
        seconds: 5,
      },
    };
  });
}
