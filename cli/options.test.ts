import { describe, expect, test } from "vitest";
import { bytes } from "./options.ts";

describe("a number of bytes", () => {
  test.each([
    ["500000", 500_000],
    ["512MiB", 512 * 2 ** 20],
    ["512 MiB", 512 * 2 ** 20],
    ["1.5GB", 1_500_000_000],
    ["2KiB", 2048],
  ])("%s", (text, value) => {
    expect(bytes(text)).toBe(value);
  });

  test.each(["", "MiB", "12 bananas", "-1MB", "0", "0.1", "1e3", "1..5GB"])("is not %j", (text) => {
    expect(() => bytes(text)).toThrow("such as 500000, 512MiB or 2GB");
  });
});
