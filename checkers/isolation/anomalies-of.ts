import type { Budget } from "../checker.ts";
import type { Anomaly } from "../verdict.ts";
import type { AnomalyName } from "./anomalies.ts";
import { forbids, isObserved } from "./cycles/forbids.ts";
import { nameOfInferred, namesOfCycle } from "./cycles/name-cycle.ts";
import { verifyCycle as verifyEdges } from "./cycles/verify.ts";
import { cyclesOf as namedCyclesOf } from "./engines/known-order/cycles-of.ts";
import type { CycleVerdict } from "../certificates/isolation/cycle.ts";
import type { LevelOutcome } from "./decide-levels.ts";
import type { Edge, IsolationEngine } from "./decision.ts";
import type {
  DependencyCycleEvidence,
  FindingEvidence,
  Formalism,
  NoOrderEvidence,
  ShownProof,
} from "./evidence.ts";
import { EdgeSentences } from "./explain/edge-sentences.ts";
import { sentenceOfFinding } from "./explain/finding-sentences.ts";
import { headingOfCycle, list } from "./explain/headings.ts";
import { TransactionTexts } from "./explain/transaction-text.ts";
import { hasTerms, viewOfCore, viewOfCycle, viewOfFinding } from "./explain/formalisms.ts";
import type { Finding } from "./finding.ts";
import { isBrokenBy, levelNumber, levels as allLevels, implies, weakest, withoutEquals } from "./lattice.ts";
import { levelNames, type Level } from "./levels.ts";
import { nameOf } from "./names.ts";
import type { Proofs } from "./proofs.ts";
import { Initial, type Reading } from "./reading.ts";
import { shrink } from "./shrink.ts";

/** Findings of one type that are told; the rest is counted. */
const MostOfOneType = 10;
/** Steps of an engine for one attempt to do without some transactions. */
const StepsToShrink = 200_000;
/** Transactions that evidence shows. */
const MostShown = 40;

/** A contradiction and the weakest levels that it breaks. */
interface Broken {
  readonly levels: readonly Level[];
  readonly anomaly: Anomaly;
}

export interface AnomalyContext {
  /** The levels that were asked for: violations are told in a formalism as those of these, where they are. */
  readonly asked: readonly Level[];
  readonly engines: readonly IsolationEngine[];
  readonly formalism?: Formalism;
  readonly budget: Budget;
  /** What separate code says of the violations. */
  readonly proofs: Proofs;
}

/**
 * What is wrong with a history: the findings, a shortest cycle of each type, first those of the weakest levels, and what has no
 * order at all. Each is explained and shrunk.
 */
export function anomaliesOf(
  reading: Reading,
  outcomes: readonly LevelOutcome[],
  context: AnomalyContext,
): Anomaly[] {
  // Some levels may have been decided twice, with and without findings.
  const broken = allLevels.filter((level) =>
    outcomes.some(
      (outcome) =>
        outcome.valid === false &&
        outcome.model === undefined &&
        levelNumber(outcome.level) === levelNumber(level),
    ),
  );
  const found = [
    ...findingsOf(reading, outcomes, broken, context),
    ...cyclesOf(reading, outcomes, broken, context),
    ...coresOf(reading, outcomes, broken, context),
  ];
  const least = weakest(broken);
  const isOfWeakest = ({ levels }: Broken): boolean =>
    levels.some((level) => least.some((one) => one.name === level.name && one.strength === level.strength));
  const ordered = [...found.filter(isOfWeakest), ...found.filter((one) => !isOfWeakest(one))].map(
    ({ anomaly }) => anomaly,
  );
  // One of each type comes first: who reads only the beginning has seen all there is.
  const types = ordered.map(({ type }) => type);
  return [
    ...ordered.filter(({ type }, i) => types.indexOf(type) === i),
    ...ordered.filter(({ type }, i) => types.indexOf(type) < i),
  ];
}

function findingsOf(
  reading: Reading,
  outcomes: readonly LevelOutcome[],
  broken: readonly Level[],
  context: AnomalyContext,
): Broken[] {
  const told = new Map<string, number>();
  const seen = new Set<string>();
  return reading.findings.flatMap((finding) => {
    // One list shows what is wrong with it at several of its places.
    const same = `${finding.type} ${finding.transactions.join()} ${finding.operations.join()}`;
    if (seen.has(same)) return [];
    seen.add(same);
    const levels = weakest(broken.filter((level) => isBrokenBy(level, finding)));
    const models = outcomes.flatMap(({ finding: own, model }) =>
      model !== undefined && own?.type === finding.type ? [model] : [],
    );
    const count = told.get(finding.type) ?? 0;
    if (levels.length + models.length === 0 || count >= MostOfOneType) return [];
    told.set(finding.type, count + 1);
    return [
      {
        levels,
        anomaly: ofFinding(reading, finding, [...withoutEquals(levels).map(nameOf), ...models], context),
      },
    ];
  });
}

function ofFinding(
  reading: Reading,
  finding: Finding,
  levels: readonly string[],
  { formalism }: AnomalyContext,
): Anomaly {
  const texts = new TransactionTexts(reading.transactions, finding.transactions.slice(0, MostShown));
  const evidence: FindingEvidence = {
    kind: "transactions",
    levels,
    ...(finding.key < 0 ? {} : { key: texts.key(finding.key) }),
    transactions: texts.shown(new Set(finding.operations)),
    ...(formalism === undefined ? {} : { formalism: viewOfFinding(formalism, finding, texts) }),
  };
  return {
    type: finding.type,
    operations: texts.named.map((t) => texts.operation(t)),
    explanation: sentenceOfFinding(finding, texts),
    evidence,
  };
}

interface FoundCycle {
  readonly cycle: readonly Edge[];
  readonly level: Level;
  readonly model: string | undefined;
  /** Whether the level it is of is known to be broken without it: then it is told only if separate code verifies it. */
  readonly besides: boolean;
  readonly names: readonly [AnomalyName, ...AnomalyName[]];
}

/** Of each type the shortest; of the same length, that of the weakest level, which comes first. */
function cyclesOf(
  reading: Reading,
  outcomes: readonly LevelOutcome[],
  broken: readonly Level[],
  context: AnomalyContext,
): Broken[] {
  const shortest = new Map<string, FoundCycle>();
  for (const { level, decision, cycle: other, model, besides } of outcomes) {
    const cycle = decision?.valid === false && "cycle" in decision ? decision.cycle : (other ?? []);
    if (cycle.length === 0) continue;
    const names = isObserved(cycle)
      ? namesOfCycle(reading, cycle)
      : ([nameOfInferred(cycle, level)] as const);
    const known = shortest.get(names[0]);
    if (known === undefined || cycle.length < known.cycle.length)
      shortest.set(names[0], { cycle, level, names, model, besides: besides ?? false });
  }
  // Where orders are known, of each other type there may be one that no level had to be refuted by.
  if (broken.length > 0)
    for (const { cycle } of namedCyclesOf(reading)) {
      const names = namesOfCycle(reading, cycle);
      const [level] = weakest(broken.filter((one) => forbids(one, cycle, reading)));
      if (level !== undefined && isObserved(cycle) && !shortest.has(names[0]))
        shortest.set(names[0], { cycle, level, names, model: undefined, besides: true });
    }
  return [...shortest.values()].flatMap((found) => {
    if (found.model !== undefined) return [{ levels: [], anomaly: ofCycle(reading, found, [], context) }];
    const levels = isObserved(found.cycle)
      ? weakest(broken.filter((level) => forbids(level, found.cycle, reading)))
      : [found.level];
    if (found.besides && context.proofs.ofCycle(found.cycle, levels[0] ?? found.level).verified !== true)
      return [];
    return [{ levels, anomaly: ofCycle(reading, found, levels, context) }];
  });
}

function ofCycle(
  reading: Reading,
  { cycle, level, names, model }: FoundCycle,
  levels: readonly Level[],
  context: AnomalyContext,
): Anomaly {
  const turned = turnToFirst(cycle, reading);
  const nodes = [...nodesOf(turned)];
  const target = levels[0] ?? level;
  const shrunk = model === undefined ? smallest(reading, target, nodes, context) : undefined;
  const shown = new Set([...nodes, ...sourcesOf(reading, turned)].slice(0, MostShown));
  const texts = new TransactionTexts(
    reading.transactions,
    Array.from(shown, (node) => (node === Initial ? -1 : reading.transaction[node]!)),
  );
  const sentences = new EdgeSentences(reading, texts);
  const relevant = new Set(turned.flatMap((edge) => sentences.prove(edge).operations));
  const name = { name: (node: number) => sentences.name(node), keyText: (key: number) => texts.keyText(key) };
  const heading = headingOfCycle(turned, names, name);
  const steps = turned.map(
    (edge) =>
      `${sentences.name(edge.from)} came before ${sentences.name(edge.to)}: ${sentences.prove(edge).sentence}`,
  );
  const proof: CycleVerdict =
    model === undefined
      ? context.proofs.ofCycle(cycle, target)
      : { verified: verifyEdges(reading, cycle) === undefined };
  const evidence: DependencyCycleEvidence = {
    kind: "dependency-cycle",
    levels: model === undefined ? withoutEquals(levels).map(nameOf) : [model],
    heading,
    alsoKnownAs: names.slice(1),
    cycle: turned.map((edge) => sentences.shown(edge)),
    transactions: texts.shown(relevant),
    ...(shrunk === undefined ? {} : { shrunk: shrunk.map((node) => reading.begin[node]!) }),
    ...shownProof(proof),
    ...(context.formalism === undefined
      ? {}
      : {
          formalism: viewOfCycle(
            context.formalism,
            turned,
            levelToTell(reading, turned, target, context),
            sentences,
          ),
        }),
  };
  return {
    type: names[0],
    operations: texts.named.map((t) => texts.operation(t)),
    explanation: `${heading} ${steps.join(". ")}. So each would have to come before itself.`,
    evidence,
  };
}

/** What evidence shows of what came of its proof. */
function shownProof({ verified, by, reason }: CycleVerdict): ShownProof {
  return {
    ...(verified === "open" ? {} : { verified }),
    ...(by === "orders" ? { verifiedBy: by } : {}),
    ...(reason === undefined ? {} : { unverified: reason }),
  };
}

/** The level in whose terms a formalism tells of a cycle: one that was asked for, or the weakest that it has terms for. */
function levelToTell(
  reading: Reading,
  cycle: readonly Edge[],
  target: Level,
  { asked, formalism }: AnomalyContext,
): Level {
  const forbidding = (some: readonly Level[]): Level | undefined =>
    some.find(
      (level) => (formalism === undefined || hasTerms(formalism, level)) && forbids(level, cycle, reading),
    );
  const { strength } = target;
  return (
    forbidding([target]) ??
    forbidding(levelNames.map((name) => ({ name, strength }))) ??
    forbidding(asked) ??
    target
  );
}

/** The same cycle, starting at the node that was invoked first. */
function turnToFirst(cycle: readonly Edge[], { begin }: Reading): Edge[] {
  let first = 0;
  cycle.forEach(({ from }, i) => {
    if (begin[from]! < begin[cycle[first]!.from]!) first = i;
  });
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

function nodesOf(cycle: readonly Edge[]): Set<number> {
  const nodes = new Set<number>();
  const open = [...cycle];
  const seen = new Set<Edge>(open);
  for (const edge of open) {
    if (edge.from !== Initial) nodes.add(edge.from);
    nodes.add(edge.to);
    for (const reason of edge.because ?? [])
      if (!seen.has(reason)) {
        seen.add(reason);
        open.push(reason);
      }
  }
  return nodes;
}

/** Who wrote what the readers of a cycle saw and others overwrote. */
function sourcesOf(reading: Reading, cycle: readonly Edge[]): number[] {
  return cycle.flatMap(({ kind, from, key }) => {
    if (kind !== "rw") return [];
    const sources: number[] = [];
    for (let entry = reading.readFirst[from]!; entry < reading.readFirst[from + 1]!; entry++)
      if (reading.readKey[entry] === key && reading.readFrom[entry]! > Initial)
        sources.push(reading.readFrom[entry]!);
    return sources;
  });
}

function coresOf(
  reading: Reading,
  outcomes: readonly LevelOutcome[],
  broken: readonly Level[],
  context: AnomalyContext,
): Broken[] {
  const cores = outcomes.flatMap(({ level, decision, besides }) =>
    decision?.valid === false && "core" in decision
      ? [{ level, core: decision.core, besides: besides ?? false }]
      : [],
  );
  // A core of a weaker level says all that one of a stronger level does.
  const told = cores.filter(
    ({ level }) => !cores.some((other) => implies(level, other.level) && !implies(other.level, level)),
  );
  // Several levels may break on the same transactions.
  const together = new Map<
    string,
    { readonly levels: Level[]; readonly nodes: readonly number[]; isSmall: boolean }
  >();
  for (const { level, core, besides } of told) {
    const shrunk = smallest(reading, level, core, context);
    const nodes = (shrunk ?? core).filter((node) => node !== Initial);
    // It may rest on what a finding says is wrong, such as a read of a version that was never final.
    if (besides && context.proofs.ofCore(nodes, level).verified !== true) continue;
    const known = together.get(nodes.join());
    if (known === undefined)
      together.set(nodes.join(), { levels: [level], nodes, isSmall: shrunk !== undefined });
    else known.levels.push(level);
  }
  return Array.from(together.values(), ({ levels, nodes, isSmall }) => ({
    levels: broken.filter((one) => levels.some((level) => levelNumber(level) === levelNumber(one))),
    anomaly: ofCore(reading, levels, nodes, isSmall, context),
  }));
}

function ofCore(
  reading: Reading,
  levels: readonly Level[],
  nodes: readonly number[],
  isSmall: boolean,
  { formalism, proofs }: AnomalyContext,
): Anomaly {
  const texts = new TransactionTexts(
    reading.transactions,
    nodes.slice(0, MostShown).map((node) => reading.transaction[node]!),
  );
  const all = list(texts.named.map((t) => texts.name(t)));
  const more = nodes.length > MostShown ? ` and ${nodes.length - MostShown} more` : "";
  const events = eventsOf(reading, nodes);
  const verdicts = levels.map((level) => proofs.ofCore(nodes, level));
  const doubt = verdicts.find(({ verified }) => verified !== true);
  const names = withoutEquals(levels).map(nameOf);
  const evidence: NoOrderEvidence = {
    kind: "no-order",
    levels: names,
    core: events,
    transactions: texts.shown(new Set()),
    ...(isSmall ? { shrunk: events } : {}),
    ...shownProof(doubt ?? { verified: true }),
    ...(formalism === undefined
      ? {}
      : { formalism: viewOfCore(formalism, levels[0]!, nodes, new EdgeSentences(reading, texts)) }),
  };
  const minimal = isSmall ? ", and each part of them alone could be explained" : "";
  return {
    type: "no-order",
    operations: events,
    explanation: `Whatever the order in which ${all}${more} wrote, what they read closes a circle that ${list(names)} forbid${names.length === 1 ? "s" : ""}: every order was tried${minimal}.`,
    evidence,
  };
}

function eventsOf({ begin }: Reading, nodes: readonly number[]): number[] {
  return nodes.map((node) => begin[node]!);
}

function smallest(
  reading: Reading,
  level: Level,
  start: readonly number[],
  { engines, budget, proofs }: AnomalyContext,
): readonly number[] | undefined {
  const steps = Math.min(budget.steps ?? StepsToShrink, StepsToShrink);
  const shrunk = shrink(reading, level, start, engines, { ...budget, steps });
  return shrunk === undefined || proofs.ofCore(shrunk, level).verified === false ? undefined : shrunk;
}
