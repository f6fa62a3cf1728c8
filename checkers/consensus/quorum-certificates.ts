import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { insert } from "./ordered.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { kept, member, memberOr, same } from "./values.ts";
import type { ConsensusView, QuorumCertificate } from "./view.ts";

/** Who voted for a value in a ballot of an instance, by name in order. */
type Votes = [ballot: number, value: Json, voters: string[]];

type Memory = {
  readonly nodes: readonly string[];
  /** By instance, in the order of ballots; empty for protocols that show no votes. */
  votes: Record<string, Votes[]>;
  /** By instance: values for which there was a good certificate. */
  readonly certified: Record<string, Json[]>;
  /** Whether all votes are known: nobody shows any, all were seen, or there are too many to look at in each step. */
  watching: "none" | "all" | "too many";
  /** Whether anybody shows certificates: what nobody shows is not asked for. */
  showsCertificates: boolean;
  readonly decisionRests: Rests;
};

/** A node that votes in more instances is not followed: a vote that is not seen when it is cast may be overwritten. */
const mostInstances = 64;

/**
 * Quorum certificates: whoever claims that a value was chosen can name a quorum that voted for it in one ballot. A certificate's
 * voters are different members, as many as a quorum; its quorums meet one another; where nodes show their votes, these voters
 * did vote so. A decided value has had a certificate at some node; where none are shown but votes are, it has the votes of a
 * majority of all nodes in one ballot. Of nodes that vote in very many instances the votes are not followed.
 */
export const quorumCertificates: Monitor<Memory> = {
  name: "quorum-certificates",
  summary: "what is decided has the votes of a quorum in one ballot, as its certificate says",
  begin: (nodes) => ({
    nodes: [...nodes],
    votes: {},
    certified: {},
    watching: "none",
    showsCertificates: false,
    decisionRests: {},
  }),
  look: lookAt,
  finish(memory, node, view) {
    delete memory.decisionRests[node];
    return lookAt(memory, node, view);
  },
};

function lookAt(memory: Memory, node: string, view: ConsensusView): Violation | undefined {
  addVotes(memory, node, view);
  const { certificates, decided } = view;
  if (certificates !== undefined) {
    memory.showsCertificates = true;
    for (const certificate of certificates) {
      const problem = problemOf(memory, certificate);
      if (problem !== undefined) return wrongCertificate(node, certificate, problem);
      const values = memberOr(memory.certified, certificate.instance, () => []);
      if (!values.some((one) => same(one, certificate.value))) insert(values, kept(certificate.value));
    }
  }
  if (decided === undefined || !(memory.showsCertificates || memory.watching === "all")) return undefined;
  return eachMember(memory.decisionRests, node, decided, (instance, value) => {
    const problem = unbacked(memory, instance, value);
    if (problem === undefined) return undefined;
    return {
      property: "quorum-certificates",
      nodes: [node],
      explanation: `${node} decided ${inWords(value)} in instance ${instance}, ${problem}.`,
      evidence: { instance, value: kept(value) },
    };
  });
}

/** Votes are seen in the step in which they are cast. */
function addVotes(memory: Memory, node: string, { votes: shown }: ConsensusView): void {
  if (shown === undefined || memory.watching === "too many") return;
  memory.watching = "all";
  let instances = 0;
  for (const instance in shown) {
    instances++;
    const { ballot, value } = shown[instance]!;
    const votes = memberOr(memory.votes, instance, () => []);
    const found = votes.find((one) => one[0] === ballot && same(one[1], value));
    if (found === undefined) {
      votes.push([ballot, kept(value), [node]]);
      votes.sort(byBallotAndValue);
    } else if (!found[2].includes(node)) {
      found[2].push(node);
      found[2].sort();
    }
  }
  if (instances <= mostInstances) return;
  memory.watching = "too many";
  memory.votes = {};
}

function byBallotAndValue(a: Votes, b: Votes): number {
  if (a[0] !== b[0]) return a[0] - b[0];
  return canonical(a[1]) < canonical(b[1]) ? -1 : 1;
}

/** What is wrong with a certificate, in words. */
function problemOf(
  memory: Memory,
  { instance, ballot, value, voters, quorum }: QuorumCertificate,
): string | undefined {
  const { size, members, meets = size } = quorum;
  if (size + meets <= members.length)
    return `quorums of ${size} out of ${members.length} need not meet ${meets === size ? "one another" : `those of ${meets}`}`;
  const different = new Set(voters);
  if (different.size < size) return `that is fewer voters than the ${size} of a quorum`;
  const stranger = voters.find((voter) => !members.includes(voter));
  if (stranger !== undefined) return `${stranger} has no vote there: members are ${members.join(", ")}`;
  if (memory.watching !== "all") return undefined;
  const votes = member(memory.votes, instance)?.find((one) => one[0] === ballot && same(one[1], value));
  const liar = voters.find((voter) => votes?.[2].includes(voter) !== true);
  return liar === undefined ? undefined : `${liar} never voted so`;
}

function wrongCertificate(node: string, certificate: QuorumCertificate, problem: string): Violation {
  const { instance, ballot, value, voters, quorum } = certificate;
  return {
    property: "quorum-certificates",
    nodes: [node],
    explanation: `${node} has a certificate that ${inWords(value)} was chosen in ballot ${ballot} of instance ${instance} by ${voters.join(", ")}; but ${problem}.`,
    evidence: {
      instance,
      ballot,
      value: kept(value),
      voters: [...voters],
      size: quorum.size,
      members: [...quorum.members],
    },
  };
}

/** Why a decision is not backed, in words. */
function unbacked(memory: Memory, instance: string, value: Json): string | undefined {
  if (memory.showsCertificates)
    return member(memory.certified, instance)?.some((one) => same(one, value)) === true
      ? undefined
      : "for which nobody had a certificate";
  const majority = Math.floor(memory.nodes.length / 2) + 1;
  const votes = member(memory.votes, instance) ?? [];
  if (votes.some((one) => one[2].length >= majority && same(one[1], value))) return undefined;
  const most = votes.reduce((best, one) => (same(one[1], value) ? Math.max(best, one[2].length) : best), 0);
  return `which has ${most} ${most === 1 ? "vote" : "votes"} at most in any one ballot; a majority is ${majority}`;
}
