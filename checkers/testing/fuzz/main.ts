/**
 * The fuzzer behind `npm run fuzz`: every model and engine on random histories, against trying every order,
 * against one another, and under changes that must not matter. Deterministic: the n-th round of a seed is
 * always the same. Stops at the first law broken, with the smallest history that breaks it as a file.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { historyText } from "../../../histories/codecs/write.ts";
import type { History } from "../../../histories/history.ts";
import { families } from "../families.ts";
import { enginesAgree, firstImpossible, judgedByDefinition, LawBroken, metamorphosesHold } from "../laws.ts";
import { smallHistories, type Family } from "../small-histories.ts";

/** Histories of one model under one law in a round. */
const RunsOfRound = 25;
/** Steps for one history, so that no round is stuck; what ends by them is counted, not judged. */
const limits = { steps: 200_000 };

/** What histories of a model are put to. */
interface Law {
  readonly name: string;
  readonly histories: (family: Family) => fc.Arbitrary<History>;
  /** What to count the history under; throws `LawBroken`. */
  readonly holds: (history: History, family: Family, seed: number) => readonly string[];
}

const laws: readonly Law[] = [
  {
    name: "definition",
    histories: (family) => smallHistories(family, 7),
    holds: (history, family) => [judgedByDefinition(history, family) ? "valid" : "invalid"],
  },
  {
    name: "definition, two objects",
    histories: (family) => smallHistories(family, 9, 2),
    holds: (history, family) => [judgedByDefinition(history, family) ? "valid" : "invalid"],
  },
  {
    name: "first impossible",
    histories: (family) => smallHistories(family, 12, 1, 60),
    holds(history, family) {
      return firstImpossible(history, family, limits) ? ["invalid"] : [];
    },
  },
  {
    name: "changes",
    histories: (family) => smallHistories(family, 12, 1, 60),
    holds: (history, family, seed) => metamorphosesHold(history, family, seed, limits),
  },
  {
    name: "engines",
    histories: (family) => smallHistories(family, 60, 1, 240),
    holds: (history, family) => enginesAgree(history, family, limits).answers,
  },
];

const options = given();

const chosen = among("model", Object.keys(families), options.model);
const chosenLaws = among(
  "law",
  laws.map(({ name }) => name),
  options.law,
);
const seed = number("seed", options.seed);
const ends = performance.now() + number("minutes", options.minutes) * 60_000;
const rounds = options.rounds === undefined ? Infinity : number("rounds", options.rounds);
const counts = new Map<string, Map<string, number>>();
let histories = 0;
const started = performance.now();

console.log(
  `seed ${seed}, ${options.rounds === undefined ? `${options.minutes} minutes` : `${rounds} rounds`}`,
);
let told = performance.now();
let round = number("round", options.round);
for (const last = round + rounds; round < last; round++) {
  if (rounds === Infinity && performance.now() > ends) break;
  for (const model of chosen) for (const law of laws) if (chosenLaws.includes(law.name)) put(model, law);
  if (performance.now() - told < 30_000) continue;
  told = performance.now();
  tell();
}
tell();
for (const name of [...counts.keys()].toSorted(byText)) {
  const kinds = counts.get(name) ?? new Map<string, number>();
  const figures = [...kinds.keys()].toSorted(byText).map((kind) => `${kind} ${kinds.get(kind)}`);
  console.log(`  ${name.padEnd(50)} ${figures.join(", ")}`);
}

/** Puts some histories of a model to a law. */
function put(model: string, law: Law): void {
  const family = families[model]!;
  const kinds = counts.get(`${model}, ${law.name}`) ?? new Map<string, number>();
  counts.set(`${model}, ${law.name}`, kinds);
  let broken: LawBroken | undefined;
  const details = fc.check(
    fc.property(law.histories(family), fc.integer(), (history, choice) => {
      histories++;
      try {
        const found = law.holds(history, family, choice);
        for (const kind of found) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      } catch (error) {
        broken = error instanceof LawBroken ? error : new LawBroken(String(error), history, { cause: error });
        throw error;
      }
    }),
    { numRuns: RunsOfRound, seed: seedOf(model, law.name) },
  );
  if (!details.failed || broken === undefined) return;
  report(model, law, broken);
  process.exit(1);
}

/** Writes the smallest history found, and how to see it again. */
function report(model: string, law: Law, broken: LawBroken): void {
  mkdirSync(options.output, { recursive: true });
  const name = `${model}-${law.name}-${seed}-${round}`.replaceAll(/[^a-z0-9-]+/g, "-");
  const file = join(options.output, `${name}.jsonl`);
  writeFileSync(file, [...historyText(broken.history, "native")].join(""));
  const { name: modelName, initial } = families[model]!.model;
  console.error(`\nBROKEN: ${model}, ${law.name}: ${broken.message}`);
  if (broken.cause !== undefined) console.error(broken.cause);
  console.error(`history: ${file}`);
  console.error(
    `look:    node dist/cli/main.js check ${file} --linearizable ${modelName} --initial '${JSON.stringify(initial)}'`,
  );
  console.error(
    `again:   npm run fuzz -- --seed ${seed} --round ${round} --rounds 1 --model '${model}' --law '${law.name}'`,
  );
}

/** A seed for each model, law and round, so that any one can be run alone. */
function seedOf(model: string, law: string): number {
  let hash = Math.imul(seed, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b);
  for (const character of `${model}/${law}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash | 0;
}

function tell(): void {
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${seconds.toFixed(0)} s: ${round} rounds, ${histories} histories, ${(histories / seconds).toFixed(0)} a second`,
  );
}

function among(option: string, known: readonly string[], wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return known;
  if (known.includes(wanted)) return [wanted];
  console.error(`--${option} ${wanted}: expected one of ${known.join(", ")}`);
  process.exit(64);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function given() {
  try {
    return parseArgs({
      options: {
        minutes: { type: "string", default: "5" },
        rounds: { type: "string" },
        seed: { type: "string", default: "1" },
        round: { type: "string", default: "0" },
        model: { type: "string" },
        law: { type: "string" },
        output: { type: "string", default: "node_modules/.cache/rashomon-fuzz" },
      },
    }).values;
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}\n(npm run fuzz -- --help tells more)`,
    );
    process.exit(64);
  }
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  console.error(`--${option} ${text}: expected a number from 0 on`);
  process.exit(64);
}
