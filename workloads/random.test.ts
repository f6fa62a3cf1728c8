import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random, seededRandom } from "./random.ts";

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

const word = (x: bigint): bigint => x & 0xffffffffn;
const rotate = (x: bigint, k: bigint): bigint => word(x << k) | (x >> (32n - k));

/** The reference definition of xoshiro128** (Blackman & Vigna), word for word in big integers. */
function reference(state: readonly number[], count: number): number[] {
  const s = state.map(BigInt);
  const at = (i: number): bigint => s[i] ?? 0n;
  return Array.from({ length: count }, () => {
    const result = word(rotate(word(at(1) * 5n), 7n) * 9n);
    const t = word(at(1) << 9n);
    s[2] = at(2) ^ at(0);
    s[3] = at(3) ^ at(1);
    s[1] = at(1) ^ at(2);
    s[0] = at(0) ^ at(3);
    s[2] = at(2) ^ t;
    s[3] = rotate(at(3), 11n);
    return Number(result);
  });
}

describe("the random source", () => {
  it("is xoshiro128**: the published vector from state 1, 2, 3, 4", () => {
    const random = new Random(0, 0);
    random.restore([1, 2, 3, 4]);
    expect(draws(random, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it("is xoshiro128**: the reference definition from any state", () => {
    const any = fc.nat(0xffffffff);
    fc.assert(
      fc.property(any, any, any, any, (a, b, c, d) => {
        fc.pre((a | b | c | d) !== 0);
        const random = new Random(0, 0);
        random.restore([a, b, c, d]);
        expect(draws(random, 20)).toEqual(reference([a, b, c, d], 20));
        expect(random.state().every((part) => part >= 0)).toBe(true);
      }),
    );
  });

  it("gives the same draws for a seed in every version", () => {
    expect(draws(seededRandom("0"), 4)).toEqual([1873347938, 3486291191, 162831057, 325718419]);
    expect(draws(seededRandom("7"), 4)).toEqual([1203773503, 1790342297, 3632922655, 2750142565]);
    expect(draws(seededRandom("0xffffffffffffffff"), 4)).toEqual([
      2557530343, 2672452322, 1772037089, 1852330066,
    ]);
    expect(draws(seededRandom("rashomon"), 4)).toEqual([4175685132, 2253429710, 2488582650, 46455472]);
    expect(draws(seededRandom("da39a3ee5e6b4b0d3255bfef95601890afd80709"), 4)).toEqual([
      235274148, 1037167776, 609910772, 374022993,
    ]);
    const nemesis = seededRandom(7).split("nemesis");
    expect(draws(nemesis, 4)).toEqual([2120725191, 4210830919, 2174628568, 2461611127]);
    nemesis.rewind(3);
    expect(draws(nemesis, 4)).toEqual([658579174, 83886950, 3159260225, 4035613280]);
    nemesis.rewind(2 ** 33 + 1);
    expect(draws(nemesis, 4)).toEqual([3298394670, 2022408649, 1196244682, 335483855]);
  });

  it("gives the same choices for a seed in every version", () => {
    const random = seededRandom("m");
    expect(Array.from({ length: 6 }, () => random.int(10))).toEqual([6, 5, 1, 8, 7, 4]);
    expect([random.int(2 ** 53), random.int(2 ** 40)]).toEqual([2827839043493354, 1022746920630]);
    expect(Array.from({ length: 4 }, () => random.exponential(1e9))).toEqual([
      2504443418, 659567521, 362915273, 926101648,
    ]);
    expect(Array.from({ length: 8 }, () => random.zipf(100))).toEqual([8, 5, 4, 1, 4, 7, 15, 3]);
    expect(random.shuffle([1, 2, 3, 4, 5])).toEqual([1, 4, 3, 2, 5]);
  });
});

describe("a seed", () => {
  it("is one number, however it is written", () => {
    const seven = draws(seededRandom(7), 4);
    for (const same of ["7", "0x7", "0X07", "007", " 7 ", 7n])
      expect(draws(seededRandom(same), 4)).toEqual(seven);
    expect(draws(seededRandom("8"), 4)).not.toEqual(seven);
  });

  it("is hashed when it is other text, or a number of more than 64 bits", () => {
    const streams = ["seven", "sevem", "18446744073709551616", "0", "0x10000000000000000", "-1", "1.5"];
    expect(new Set(streams.map((seed) => draws(seededRandom(seed), 2).join()))).toHaveProperty("size", 7);
  });

  it.each(["", "  ", -1, 0.5, Number.NaN, 2 ** 53, -1n])("is refused: %s", (seed) => {
    expect(() => seededRandom(seed as string)).toThrow(/A seed is text or a non-negative integer/);
  });

  it("sets every bit of the state: neighbours and high words differ at the first draw", () => {
    const first = new Set<number>();
    for (let i = 0n; i < 2000n; i++) {
      first.add(seededRandom(i).next());
      first.add(seededRandom(i << 32n).next());
    }
    // 3999 seeds (0 is twice there); two random words meet with a chance of 1 in 500 among so many.
    expect(first.size).toBeGreaterThan(3990);
  });
});

describe("split", () => {
  it("depends on the seed and the label alone", () => {
    const fresh = draws(seededRandom("s").split("network"), 4);
    const random = seededRandom("s");
    random.next();
    random.split("disk").next();
    expect(draws(random.split("network"), 4)).toEqual(fresh);
    expect(draws(random.split("disk"), 4)).not.toEqual(fresh);
    expect(draws(seededRandom("t").split("network"), 4)).not.toEqual(fresh);
  });
});

describe("rewind", () => {
  it("goes back to the beginning, or to the beginning of a numbered substream", () => {
    const random = seededRandom("s");
    const beginning = draws(random, 3);
    random.rewind(1);
    const first = draws(random, 3);
    random.rewind();
    expect(draws(random, 3)).toEqual(beginning);
    random.rewind(1);
    expect(draws(random, 3)).toEqual(first);
    expect(first).not.toEqual(beginning);
  });
});

describe("a choice", () => {
  it("draws nothing when it is forced", () => {
    const random = seededRandom("forced");
    const before = random.state();
    random.int(1);
    random.pick(["only"]);
    random.chance(0, 5);
    random.chance(5, 5);
    random.weighted([0, 3, 0]);
    random.shuffle(["only"]);
    random.zipf(1);
    random.exponential(0);
    expect(random.state()).toEqual(before);
    random.int(2);
    expect(random.state()).not.toEqual(before);
  });

  it("stays below its bound", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.nat(), (bound, seed) => {
        const draw = seededRandom(seed).int(bound);
        expect(Number.isSafeInteger(draw) && draw >= 0 && draw < bound).toBe(true);
      }),
    );
  });

  it.each([
    [0, /bound/],
    [-1, /bound/],
    [1.5, /bound/],
    [Number.NaN, /bound/],
    [2 ** 53 + 2, /bound/],
  ])("refuses the bound %d", (bound, message) => {
    expect(() => seededRandom(1).int(bound)).toThrow(message);
  });

  it("refuses to choose among nothing", () => {
    expect(() => seededRandom(1).pick([])).toThrow(/nothing/);
    expect(() => seededRandom(1).weighted([0, 0])).toThrow(/no weight/);
    expect(() => seededRandom(1).weighted([1, -1])).toThrow(/non-negative/);
  });
});

/** Pearson's statistic of observed counts against expected shares. */
function chiSquare(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, i) => {
    const expected = total * (shares[i] ?? 0);
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

function tally(size: number, draw: () => number): number[] {
  const counts = Array.from({ length: size }, () => 0);
  for (let i = 0; i < 60_000; i++) {
    const slot = draw();
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

// Seeds are fixed, so these never flicker; the bounds are the 99.99 % points of the distributions.
describe("distributions", () => {
  it("int is uniform, below 2^32 and above it", () => {
    const random = seededRandom("uniform");
    const even = Array.from({ length: 6 }, () => 1 / 6);
    const sixth = 2 ** 40;
    expect(
      chiSquare(
        tally(6, () => random.int(6)),
        even,
      ),
    ).toBeLessThan(25.7);
    expect(
      chiSquare(
        tally(6, () => Math.floor(random.int(6 * sixth) / sixth)),
        even,
      ),
    ).toBeLessThan(25.7);
  });

  it("weighted keeps to the weights", () => {
    const random = seededRandom("weighted");
    expect(
      chiSquare(
        tally(3, () => random.weighted([1, 2, 3])),
        [1 / 6, 2 / 6, 3 / 6],
      ),
    ).toBeLessThan(18.5);
  });

  it("shuffle gives every order alike", () => {
    const random = seededRandom("shuffle");
    const orders = ["abc", "acb", "bac", "bca", "cab", "cba"];
    const counts = tally(6, () => orders.indexOf(random.shuffle(["a", "b", "c"]).join("")));
    expect(
      chiSquare(
        counts,
        orders.map(() => 1 / 6),
      ),
    ).toBeLessThan(25.7);
  });

  it("zipf gives i a share proportional to 1/(i+1)", () => {
    const random = seededRandom("zipf");
    const harmonic = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5;
    const counts = tally(5, () => random.zipf(5));
    expect(
      chiSquare(
        counts,
        [1, 2, 3, 4, 5].map((rank) => 1 / rank / harmonic),
      ),
    ).toBeLessThan(23.6);
  });

  it("exponential has its mean, and halves every mean × ln 2", () => {
    const random = seededRandom("exponential");
    const mean = 1_000_000;
    const samples = Array.from({ length: 60_000 }, () => random.exponential(mean));
    const average = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    expect(Math.abs(average / mean - 1)).toBeLessThan(0.02);
    for (const halves of [1, 2, 3, 4]) {
      const above = samples.filter((sample) => sample > halves * 693_147).length / samples.length;
      expect(Math.abs(above - 2 ** -halves)).toBeLessThan(0.008);
    }
  });
});
