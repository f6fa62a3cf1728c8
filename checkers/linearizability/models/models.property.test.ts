/** What holds for every model that comes with Rashomon, on random sequences and histories of small operations. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical, sameValue, type Json } from "../../../histories/json.ts";
import { linearizableByDefinition, stepAll, type PlainOperation } from "../../certificates/definition.ts";
import { families } from "../../testing/families.ts";
import type { Family } from "../../testing/small-histories.ts";
import { unknownOutput, type Input, type Model, type Output } from "../model.ts";
import type { CollectionStructure, RegisterStructure } from "../structure.ts";
import { models } from "./catalogue.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 400);

interface Done {
  readonly input: Input;
  readonly output: Output;
}

interface Choice {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly process: number;
  /** 0: the outcome is unknown; 1: a lie is told, whether or not the model refuses it; 2, 3: only if it does not. */
  readonly how: number;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  a: fc.nat(5),
  b: fc.nat(5),
  c: fc.nat(5),
  process: fc.nat(2),
  how: fc.nat(9),
});

/** What the object would answer in some of the states. */
function answer({ model, result }: Family, states: readonly Json[], input: Input): Json {
  const [state = null] = states;
  const [allowed] = model.allowed?.(state, input) ?? [];
  return allowed ?? result?.(state, input) ?? input.value;
}

/** Operations one after the other; each that the model refuses is the last. */
function play(family: Family, choices: readonly Choice[], onlyLegal: boolean): Done[] {
  const done: Done[] = [];
  let states: readonly Json[] = [family.model.initial];
  for (const { a, b, c, process, how } of choices) {
    const input: Input = { ...family.input(a, b), process };
    const output =
      how === 0 ? unknownOutput : how < 4 ? family.lie(input, b, c) : answer(family, states, input);
    if (family.model.malformed?.(input, output) !== undefined) continue;
    const next = stepAll(family.model, states, input, output);
    if (next.length === 0 && (onlyLegal || how !== 1)) continue;
    done.push({ input, output });
    if (next.length === 0) break;
    states = next;
  }
  return done;
}

const sequences = (family: Family, most: number, onlyLegal = false): fc.Arbitrary<Done[]> =>
  fc.array(choice, { maxLength: most, size: "max" }).map((choices) => play(family, choices, onlyLegal));

test("every model of the catalogue has a family of random operations", () => {
  const played = new Set(Object.values(families).map(({ model }) => model.name));
  expect(models.map(({ name }) => name).filter((name) => !played.has(name))).toEqual([]);
});

describe.each(Object.entries(families))("%s", (_, family) => {
  const { model } = family;

  test("keeps its states, and changes nothing where it says so", () => {
    fc.assert(
      fc.property(sequences(family, 12), (done) => {
        let states: readonly Json[] = [model.initial];
        for (const { input, output } of done) {
          const before = canonical(states);
          const after = stepAll(model, states, input, output);
          expect(canonical(states)).toBe(before);
          if (!model.changes(input))
            expect(after.every((state) => states.some((one) => sameValue(one, state)))).toBe(true);
          // An unknown result rules nothing out that a known one allows.
          const unknown = stepAll(model, states, input, unknownOutput);
          if (output === unknownOutput) expect(after).toEqual(unknown);
          model.tell?.(input, output);
          for (const state of after) model.describe?.(state);
          if (after.length > 0) states = after;
        }
      }),
      { numRuns: Runs / 4 },
    );
  });

  test("allows the results that it says it allows", () => {
    fc.assert(
      fc.property(sequences(family, 8, true), choice, (done, { a, b, c, process }) => {
        const states = statesAfter(model, done);
        const input: Input = { ...family.input(a, b), process };
        for (const state of states)
          for (const result of model.allowed?.(state, input) ?? []) {
            expect(model.malformed?.(input, result)).toBeUndefined();
            expect(stepAll(model, [state], input, result).length).toBeGreaterThan(0);
          }
        const lie = family.lie(input, b, c);
        expect(model.malformed?.(input, lie)).toBeUndefined();
      }),
      { numRuns: Runs / 4 },
    );
  });

  if (model.replay !== undefined)
    test("replays as it steps", () => {
      fc.assert(
        fc.property(sequences(family, 40), (done) => {
          const replay = model.replay!();
          let states: readonly Json[] = [model.initial];
          for (const { input, output } of done) {
            states = stepAll(model, states, input, output);
            expect(replay.apply(input, output) !== undefined).toBe(states.length === 0);
          }
          expect(replay.describe()).toEqual(expect.any(String));
        }),
        { numRuns: Runs },
      );
    });

  if (ofOneObject(model).structure !== undefined)
    test("has the structure that it declares", () => {
      let refused = 0;
      fc.assert(
        fc.property(sequences(family, 14), (played) => {
          const single = ofOneObject(model);
          const done = model.keys === undefined ? played : played.filter(({ input }) => onKey(model, input));
          const structure = single.structure!;
          const accepted =
            structure.kind === "register" ? ofRegister(structure, done) : ofCollection(structure, done);
          expect(accepted).toBe(statesAfter(single, done).length > 0);
          if (!accepted) refused++;
        }),
        { numRuns: Runs },
      );
      expect(refused).toBeGreaterThan(0);
    });

  if (model.ties !== undefined)
    test("lets go what its ties let go", () => {
      fc.assert(
        fc.property(sequences(family, 9, true), fc.array(fc.nat(8), { maxLength: 4 }), (done, wanted) => {
          const kept = closed(
            model,
            done,
            wanted.filter((i) => i < done.length),
          );
          const operations = kept.map(({ input, output }, i): PlainOperation => ({
            input,
            output,
            begin: 2 * i,
            // One after the other; the unknown ones may be left out.
            end: output === unknownOutput ? Infinity : 2 * i + 1,
          }));
          const inOrder = subsetsOfUnknown(operations).some((some) => statesAfter(model, some).length > 0);
          expect(inOrder).toBe(true);
          if (operations.length < 6) expect(linearizableByDefinition(operations, model)).toBe(true);
        }),
        { numRuns: Runs },
      );
    });
});

function statesAfter(model: Model, done: readonly Done[]): readonly Json[] {
  return done.reduce<readonly Json[]>(
    (states, { input, output }) => stepAll(model, states, input, output),
    [model.initial],
  );
}

const onlyKey = "x";

function ofOneObject(model: Model): Model {
  return model.only?.([onlyKey]) ?? model;
}

function onKey(model: Model, input: Input): boolean {
  return model.keys?.(input).every((key) => key === onlyKey) === true;
}

/** The operations wanted with all that they need, and what these need. */
function closed(model: Model, done: readonly Done[], wanted: readonly number[]): Done[] {
  const tokens = (kind: "gives" | "takes", i: number): string[] =>
    (model.ties?.(done[i]!.input, done[i]!.output)[kind] ?? []).map(({ cell, value }) =>
      canonical([cell, value]),
    );
  const set = new Set(wanted);
  for (const i of set)
    for (const taken of tokens("takes", i))
      done.forEach((_, giver) => {
        if (tokens("gives", giver).includes(taken)) set.add(giver);
      });
  return done.filter((_, i) => set.has(i));
}

function subsetsOfUnknown(operations: readonly PlainOperation[]): PlainOperation[][] {
  return operations.reduce<PlainOperation[][]>(
    (subsets, operation) =>
      operation.output === unknownOutput
        ? [...subsets, ...subsets.map((subset) => [...subset, operation])]
        : subsets.map((subset) => [...subset, operation]),
    [[]],
  );
}

/** Whether a register, naively, admits the operations by their meaning. */
function ofRegister(structure: RegisterStructure, done: readonly Done[]): boolean {
  let value = structure.initial;
  return done.every(({ input, output }) => {
    const met = structure.meaning(input, output);
    switch (met.does) {
      case "nothing":
        return true;
      case "read":
        return sameValue(value, met.value);
      case "differ":
        return !sameValue(value, met.value);
      case "write":
        value = met.value;
        return true;
      case "cas": {
        const matches = sameValue(value, met.from);
        if (matches) value = met.to;
        return matches;
      }
    }
  });
}

/** Whether a collection, naively, admits the operations by their meaning; in some way, if there are several. */
function ofCollection(structure: CollectionStructure, done: readonly Done[]): boolean {
  let states: (readonly Json[])[] = [structure.initial];
  for (const { input, output } of done) {
    const met = structure.meaning(input, output);
    const next = states.flatMap((items) => afterOne(structure, items, met));
    states = [...new Map(next.map((items) => [canonical(items), items])).values()];
  }
  return states.length > 0;
}

function afterOne(
  structure: CollectionStructure,
  items: readonly Json[],
  met: ReturnType<CollectionStructure["meaning"]>,
): (readonly Json[])[] {
  const { kind } = structure;
  const urgency = (item: Json): number => structure.priority?.(item) ?? 0;
  const has = (item: Json): boolean => items.some((one) => sameValue(one, item));
  const due = items.flatMap((item, i) => {
    switch (kind) {
      case "queue":
        return i === 0 ? [i] : [];
      case "stack":
        return i === items.length - 1 ? [i] : [];
      case "priority-queue":
        return items.some((other) => urgency(other) > urgency(item)) ? [] : [i];
      default:
        return [i];
    }
  });
  const text = (all: readonly Json[]): string[] => all.map(canonical).toSorted();
  switch (met.does) {
    case "nothing":
      return [items];
    case "add":
      if (kind !== "set") return [[...items, met.item]];
      if (met.fresh !== undefined && met.fresh === has(met.item)) return [];
      return [has(met.item) ? items : [...items, met.item]];
    case "remove":
      if (kind === "set") {
        if (met.found !== undefined && met.found !== has(met.item)) return [];
        return [items.filter((one) => !sameValue(one, met.item))];
      }
      return due
        .filter((i) => sameValue(items[i]!, met.item))
        .slice(0, 1)
        .map((i) => items.toSpliced(i, 1));
    case "remove-unknown":
      return due.length === 0 ? [items] : due.map((i) => items.toSpliced(i, 1));
    case "peek":
      return due.some((i) => sameValue(items[i]!, met.item)) ? [items] : [];
    case "contains":
      return has(met.item) === met.found ? [items] : [];
    case "empty":
      return items.length === 0 ? [items] : [];
    case "snapshot":
      return sameValue(text(items), text(met.items)) ? [items] : [];
  }
}
