/** Registers of several kinds with small operations, for random histories. */
import { isJsonArray, type Json } from "../../histories/json.ts";
import { registerMap } from "../linearizability/models/register-map.ts";
import { textRegister } from "../linearizability/models/text-register.ts";
import { versionedRegister } from "../linearizability/models/versioned-register.ts";
import { writeOnceRegister } from "../linearizability/models/write-once-register.ts";
import type { Family } from "./small-histories.ts";

const orNull = (a: number): Json => (a % 4 === 3 ? null : a % 4);

export const registerFamilies: Readonly<Record<string, Family>> = {
  "write-once-register": {
    model: writeOnceRegister(),
    input: (a, b) => (b % 3 === 0 ? { f: "write", value: a % 3 } : { f: "read", value: null }),
    lie: ({ f, value }, a) => (f === "read" ? orNull(a) : value),
  },
  "versioned-register": {
    model: versionedRegister(),
    input: (a, b) =>
      b < 2
        ? { f: "write", value: [null, a % 3] }
        : b < 4
          ? { f: "read", value: null }
          : b === 4
            ? { f: "cas", value: [null, [a % 3, (a + 1) % 3]] }
            : { f: "cas-version", value: [a % 3, a] },
    lie: ({ f }, a, b) => (f === "read" ? [orNull(a), orNull(b)] : a === 0 ? null : [a % 4, null]),
  },
  "text-register": {
    model: textRegister(),
    input: (a, b) =>
      b % 3 === 0
        ? { f: "get", value: null }
        : { f: b % 3 === 1 ? "put" : "append", value: a % 2 === 0 ? "a" : "b" },
    lie: ({ f, value }, a, b) => (f === "get" ? "ab".repeat(2).slice(a % 3, (a % 3) + (b % 3)) : value),
  },
  "register-map": {
    model: registerMap([["x", 0]]),
    input(a, b) {
      const key = b % 2 === 0 ? "x" : "y";
      if (a < 2) return { f: "write", value: [key, a] };
      return a < 4 ? { f: "read", value: [key, null] } : { f: "cas", value: [key, [a % 2, (b + 1) % 3]] };
    },
    lie: ({ f, value }, a) => (f === "read" && isJsonArray(value) ? [value[0] ?? null, orNull(a)] : value),
  },
};
