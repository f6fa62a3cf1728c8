import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeColumns, encodeColumns } from "./columns.ts";
import { inertJson, pack } from "./pack.ts";

const whole = fc.maxSafeNat();

describe("columns of numbers", () => {
  it("read back as they were written, whatever the numbers", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(whole, whole), { maxLength: 300 }), (pairs) => {
        const ascending = pairs.map(([a]) => a).toSorted((a, b) => a - b);
        const any = pairs.map(([, b]) => b);
        const { entries, bytes } = encodeColumns(pairs.length, [
          { name: "time", code: "delta", values: ascending },
          { name: "process", code: "plain", values: any },
        ]);
        const decoded = decodeColumns(pairs.length, entries, bytes);
        expect([...(decoded.get("time") ?? [])]).toEqual(ascending);
        expect([...(decoded.get("process") ?? [])]).toEqual(any);
      }),
    );
  });

  it("take a byte a number where differences are small", () => {
    const values = Array.from({ length: 100 }, (_, i) => 1e12 + i * 200);
    const { entries, bytes } = encodeColumns(99, [
      { name: "time", code: "delta", values: values.slice(1).map((v) => v - 1e12) },
    ]);
    expect(entries).toEqual([{ name: "time", code: "delta", width: 1 }]);
    expect(bytes.length).toBe(99);
  });

  it("refuse what they cannot hold instead of writing something else", () => {
    const encode = (code: "plain" | "delta", values: number[]) =>
      encodeColumns(values.length, [{ name: "x", code, values }]);
    expect(() => encode("plain", [1.5])).toThrow("whole numbers from 0 up, found 1.5 at row 0");
    expect(() => encode("plain", [-1])).toThrow("found -1");
    expect(() => encode("delta", [5, 4])).toThrow("found -1 at row 1");
  });
});

describe("a packed block", () => {
  it("unpacks to the same bytes, and names no operating system", () => {
    const bytes = new TextEncoder().encode("the same bytes on every machine".repeat(20));
    const packed = Buffer.from(pack(bytes), "base64");
    expect(gunzipSync(packed).equals(bytes)).toBe(true);
    expect(packed[9]).toBe(255);
  });
});

describe("JSON inside a script element", () => {
  it("holds nothing that ends the element or breaks a line, and means the same", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.constantFrom("</script>", "<!--", "\u2028", "\u2029", "<script>", "]]>"),
        (json, bad) => {
          const value: unknown = { json, [bad]: bad };
          const text = inertJson(value);
          expect(text).not.toMatch(/[<\u2028\u2029]/);
          expect(JSON.parse(text)).toEqual(value);
        },
      ),
    );
  });
});
