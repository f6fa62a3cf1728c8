import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, counted, cut, duration, percent, printable, valueText } from "./text.ts";

function survivesUtf8(text: string): boolean {
  return Buffer.from(text, "utf8").toString("utf8") === text;
}

describe("printable", () => {
  it("shows what a display would obey: controls, separators, marks that turn text around", () => {
    expect(printable("a\u001b[31mb\u0000\u202ec\u2028d\ufeff")).toBe(
      "a\\u001b[31mb\\u0000\\u202ec\\u2028d\\ufeff",
    );
  });

  it("shows half surrogates and leaves whole ones alone", () => {
    expect(printable("\ud83d \udc00 😀")).toBe("\\ud83d \\udc00 😀");
  });

  it("leaves nothing that UTF-8 cannot hold", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => survivesUtf8(printable(text))));
  });
});

describe("cut", () => {
  it("says how much was left out", () => expect(cut("x".repeat(5000), 3)).toBe("xxx… (5,000 characters)"));
  it("parts no surrogate pair", () => expect(survivesUtf8(cut("ab😀cd", 3))).toBe(true));
  it("leaves short text alone", () => expect(cut("abc", 3)).toBe("abc"));
});

describe("numbers in words", () => {
  it("separates thousands", () =>
    expect([count(0), count(999), count(1234567)]).toEqual(["0", "999", "1,234,567"]));
  it("counts", () =>
    expect([counted(1, "key"), counted(2, "anomaly", "anomalies")]).toEqual(["1 key", "2 anomalies"]));
  it("tells time in the unit that reads best", () => {
    expect([0, 850, 12_340, 999_600, 5e6, 1.5e9, 61e9, 7260e9].map(duration)).toEqual([
      "0 ns",
      "850 ns",
      "12.3 µs",
      "1 ms",
      "5 ms",
      "1.5 s",
      "1 min 1 s",
      "2 h 1 min",
    ]);
  });
  it("never rounds a share to none or to all", () => {
    expect([0, 0.0001, 0.05, 0.5, 0.9999, 1].map(percent)).toEqual([
      "0 %",
      "< 0.1 %",
      "5.0 %",
      "50 %",
      "> 99.9 %",
      "100 %",
    ]);
  });
  it("writes values as JSON on one line", () => expect(valueText({ a: "\n" })).toBe('{"a":"\\n"}'));
});
