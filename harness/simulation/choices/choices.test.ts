import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../histories/errors.ts";
import type { Choices, ChoiceStreams } from "../choices.ts";
import {
  decodeChoices,
  encodeChoices,
  ExhaustiveChoices,
  RandomChoices,
  RecordedChoices,
  recordLength,
  ReplayedChoices,
  type ChoiceRecord,
} from "./index.ts";

/** A question: stream, bound and label. */
const question = fc.record({
  stream: fc.constantFrom("network", "node n1", "disk"),
  bound: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 32 })),
  label: fc.constantFrom("delay", "fate", "jitter"),
});
const questions = fc.array(question, { maxLength: 300 });
type Question = { readonly stream: string; readonly bound: number; readonly label: string };

const ask = (choices: ChoiceStreams, asked: readonly Question[]): number[] =>
  asked.map(({ stream, bound, label }) => choices.stream(stream).choose(bound, label));

const recordOf = (seed: number, asked: readonly Question[]): ChoiceRecord => {
  const recorded = new RecordedChoices(new RandomChoices(seed));
  ask(recorded, asked);
  return recorded.record();
};

describe("random choices", () => {
  it("are below their bounds, and the same for the same seed", () => {
    fc.assert(
      fc.property(fc.nat(), questions, (seed, asked) => {
        const chosen = ask(new RandomChoices(seed), asked);
        expect(chosen.every((value, i) => value >= 0 && value < (asked[i]?.bound ?? 0))).toBe(true);
        expect(ask(new RandomChoices(seed), asked)).toEqual(chosen);
      }),
    );
  });

  it("of one stream do not depend on what others drew, nor on when they were made", () => {
    const alone = new RandomChoices(3);
    const expected = [1, 2, 3].map(() => alone.stream("b").choose(1_000_000, "x"));
    const both = new RandomChoices(3);
    const interleaved = [1, 2, 3].map(() => {
      both.stream("a").choose(10, "x");
      return both.stream("b").choose(1_000_000, "x");
    });
    expect(interleaved).toEqual(expected);
  });
});

describe("a record of choices", () => {
  it("replays to the same choices, to the letter and to its end", () => {
    fc.assert(
      fc.property(fc.nat(), questions, (seed, asked) => {
        const recorded = new RecordedChoices(new RandomChoices(seed));
        const chosen = ask(recorded, asked);
        const replayed = new ReplayedChoices(recorded.record(), { strict: true });
        expect(ask(replayed, asked)).toEqual(chosen);
        expect(replayed.exact()).toBe(true);
      }),
    );
  });

  it("is the same after it was written and read, as JSON", () => {
    fc.assert(
      fc.property(fc.nat(), questions, (seed, asked) => {
        const record = recordOf(seed, asked);
        expect(decodeChoices(JSON.parse(JSON.stringify(encodeChoices(record))))).toEqual(record);
      }),
    );
  });

  it("takes a byte or two a choice", () => {
    const asked = Array.from({ length: 3_000 }, () => ({ stream: "s", bound: 100, label: "delay" }));
    const text = JSON.stringify(encodeChoices(recordOf(1, asked)));
    expect(text.length).toBeLessThan(3_000 * 2.8);
  });

  it("leaves out choices that are forced", () => {
    const forced = Array.from({ length: 5 }, () => ({ stream: "s", bound: 1, label: "delay" }));
    expect(recordLength(recordOf(1, forced))).toBe(0);
  });

  it.each([
    ["no object", []],
    ["no base64", { s: { values: "?", labels: "", names: [] } }],
    ["a value that does not end", { s: { values: btoa("\x80"), labels: "", names: [] } }],
    ["a value of 2^32", { s: { values: btoa("\x80\x80\x80\x80\x10"), labels: "AA==", names: ["x"] } }],
    ["fewer labels than values", { s: { values: btoa("\x01\x02"), labels: "AA==", names: ["x"] } }],
    ["a label without a name", { s: { values: btoa("\x01"), labels: "AA==", names: [] } }],
    ["names that are none", { s: { values: "", labels: "", names: [1] } }],
  ])("is refused when it has %s", (_, json) => {
    expect(() => decodeChoices(json)).toThrow(InputError);
  });
});

describe("a replay that no longer fits", () => {
  const asked = [
    { stream: "s", bound: 100, label: "delay" },
    { stream: "s", bound: 100, label: "fate" },
  ];
  const record: ChoiceRecord = new Map([
    ["s", { values: Uint32Array.of(70, 80), labels: Uint8Array.of(0, 1), names: ["delay", "fate"] }],
  ]);

  it("chooses 0 beyond the end of the record, and counts it", () => {
    const replayed = new ReplayedChoices(record);
    expect(ask(replayed, [...asked, ...asked])).toEqual([70, 80, 0, 0]);
    expect(replayed).toMatchObject({ missing: 2, mismatches: 0, clamped: 0 });
    expect(replayed.exact()).toBe(false);
  });

  it("goes on at random beyond the end of the record if asked to", () => {
    const beyond = new RandomChoices(5);
    const replayed = new ReplayedChoices(record, { beyond });
    expect(ask(replayed, [...asked, ...asked]).slice(2)).toEqual(ask(new RandomChoices(5), asked));
  });

  it("chooses the largest there is where the record has more", () => {
    const replayed = new ReplayedChoices(record);
    expect(ask(replayed, [{ stream: "s", bound: 30, label: "delay" }])).toEqual([29]);
    expect(replayed.clamped).toBe(1);
  });

  it("is not exact when the record was not used up", () => {
    const replayed = new ReplayedChoices(record);
    ask(replayed, asked.slice(0, 1));
    expect(replayed.exact()).toBe(false);
  });

  it("tells where it first diverged, or stops there", () => {
    const other = [asked[0], { stream: "s", bound: 100, label: "jitter" }] as Question[];
    const replayed = new ReplayedChoices(record);
    expect(ask(replayed, other)).toEqual([70, 80]);
    expect(replayed).toMatchObject({ mismatches: 1, firstDivergence: { stream: "s", position: 1 } });
    expect(() => ask(new ReplayedChoices(record, { strict: true }), other)).toThrow(
      "the replay diverged at choice 1 of s: the record has fate, but jitter is asked for",
    );
  });
});

describe("exhaustive choices", () => {
  /** What every run of a program chose. */
  function all(program: (choices: Choices) => string, depth?: number): string[] {
    const choices = new ExhaustiveChoices(depth);
    const seen: string[] = [];
    do seen.push(program(choices));
    while (choices.next());
    expect(choices.runs).toBe(seen.length);
    return seen;
  }

  it("try every sequence once, in the order of counting", () => {
    const program = (choices: Choices): string => `${choices.choose(2, "a")}${choices.choose(3, "b")}`;
    expect(all(program)).toEqual(["00", "01", "02", "10", "11", "12"]);
  });

  it("try every path of a program whose choices depend on earlier ones", () => {
    /** Every subset of 1..4 whose sum is at most 5, chosen element by element. */
    const program = (choices: Choices): string => {
      const chosen: number[] = [];
      let sum = 0;
      for (let element = 1; element <= 4; element++) {
        if (sum + element > 5 || choices.choose(2, "take") === 0) continue;
        chosen.push(element);
        sum += element;
      }
      return chosen.join("+");
    };
    expect(all(program).toSorted()).toEqual(["", "1", "1+2", "1+3", "1+4", "2", "2+3", "3", "4"].toSorted());
  });

  it("count as many runs as the product of the bounds", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }), (bounds) => {
        const seen = all((choices) => bounds.map((bound) => choices.choose(bound, "x")).join());
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBe(bounds.reduce((product, bound) => product * bound, 1));
      }),
    );
  });

  it("vary the first choices only, if bounded, and say so", () => {
    const choices = new ExhaustiveChoices(2);
    let runs = 0;
    do {
      runs++;
      for (let i = 0; i < 4; i++) choices.choose(3, "x");
    } while (choices.next());
    expect(runs).toBe(9);
    expect(choices.truncated).toBe(true);
  });

  it("object to a program that is not a function of its choices", () => {
    const choices = new ExhaustiveChoices();
    choices.choose(2, "x");
    choices.choose(2, "x");
    choices.next();
    expect(() => choices.choose(3, "x")).toThrow("not a function of its choices");
    expect(() => choices.next()).toThrow("not a function of its choices");
  });
});
