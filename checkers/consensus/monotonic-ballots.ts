import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { member, memberOr } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Memory = {
  /** By node, then by name. */
  readonly promised: Record<string, Record<string, number>>;
  /** By node, then by instance: the ballot of the vote. */
  readonly voted: Record<string, Record<string, number>>;
  readonly promiseRests: Rests;
  readonly voteRests: Rests;
};

/**
 * Monotonic ballots: what a node has promised never goes back, nor does the ballot of its vote in an instance; restarts
 * included, except for what it had not synced and so could have told nobody.
 */
export const monotonicBallots: Monitor<Memory> = {
  name: "monotonic-ballots",
  summary: "what a node has promised and in which ballot it voted never goes back, restarts included",
  begin: () => ({ promised: {}, voted: {}, promiseRests: {}, voteRests: {} }),
  crashed(memory, node, lost) {
    if (!lost) return;
    delete memory.promised[node];
    delete memory.voted[node];
  },
  look(memory, node, view, occasion) {
    if (occasion !== "step") forget(memory, node);
    return lookAt(memory, node, view, occasion === "restart");
  },
  finish(memory, node, view) {
    forget(memory, node);
    return lookAt(memory, node, view, false);
  },
};

function forget({ promiseRests, voteRests }: Memory, node: string): void {
  delete promiseRests[node];
  delete voteRests[node];
}

function lookAt(
  memory: Memory,
  node: string,
  view: ConsensusView,
  restarted: boolean,
): Violation | undefined {
  const { promised, votes } = view;
  const back = restarted ? ", after a restart" : "";
  if (promised !== undefined) {
    const before = memberOr(memory.promised, node, () => ({}));
    const violation = eachMember(memory.promiseRests, node, promised, (name, ballot) => {
      const last = member(before, name);
      if (last === undefined || last < ballot) before[name] = ballot;
      return last === undefined || last <= ballot
        ? undefined
        : wentBack(
            node,
            `${node} had promised ${last} for ${name} and now shows ${ballot}${back}.`,
            last,
            ballot,
          );
    });
    const gone =
      violation ??
      (memory.promiseRests[node] === undefined ? forgotten(before, promised, restarted) : undefined);
    if (typeof gone === "string")
      return wentBack(
        node,
        `${node} had promised ${before[gone]} for ${gone} and now shows no promise${back}.`,
        before[gone]!,
        null,
      );
    if (gone !== undefined) return gone;
  }
  if (votes === undefined) return undefined;
  const before = memberOr(memory.voted, node, () => ({}));
  const violation = eachMember(memory.voteRests, node, votes, (instance, { ballot }) => {
    const last = member(before, instance);
    if (last === undefined || last < ballot) before[instance] = ballot;
    return last === undefined || last <= ballot
      ? undefined
      : wentBack(
          node,
          `${node} had voted in ballot ${last} of instance ${instance} and now shows its vote in ${ballot}${back}.`,
          last,
          ballot,
        );
  });
  if (violation === undefined && memory.voteRests[node] === undefined) forgotten(before, votes, false);
  return violation;
}

/**
 * What a running node drops it needs no more. Only what is gone after a restart is lost: the name of such a promise. Of nodes
 * that show many it is not known what they dropped since they were looked at, so nothing is missed there.
 */
function forgotten(
  before: Record<string, number>,
  shown: Readonly<Record<string, unknown>>,
  restarted: boolean,
): string | undefined {
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(shown, name)) continue;
    if (restarted && before[name]! > 0) return name;
    delete before[name];
  }
  return undefined;
}

function wentBack(node: string, explanation: string, before: number, now: number | null): Violation {
  return { property: "monotonic-ballots", nodes: [node], explanation, evidence: { before, now } };
}
