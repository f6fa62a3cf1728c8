/** Locks with small operations, for random histories. */
import type { Json } from "../../histories/json.ts";
import { lease } from "../linearizability/models/lease.ts";
import {
  fencedMutex,
  ownerMutex,
  reentrantFencedMutex,
  reentrantMutex,
} from "../linearizability/models/locks.ts";
import { semaphore } from "../linearizability/models/semaphore.ts";
import { isWhole, memberOf } from "../linearizability/models/shapes.ts";
import type { Family } from "./small-histories.ts";

/** Clients that are named, or not, since the process is who asks. */
const lockFamily = (model: Family["model"], named: boolean): Family => ({
  model,
  input: (a, b) => ({
    f: a % 2 === 0 ? "acquire" : "release",
    value: named ? { client: b % 2 === 0 ? "a" : "b" } : null,
  }),
  result: (state, { f }) => {
    const latest = memberOf(state, "latest");
    const token = memberOf(state, "token");
    return f === "acquire" && isWhole(latest) ? { fence: isWhole(token) ? token : latest + 1 } : null;
  },
  lie: ({ f }, a, b) => (f === "acquire" && b < 4 ? { fence: a % 4 } : null),
});

export const lockFamilies: Readonly<Record<string, Family>> = {
  "owner-mutex": lockFamily(ownerMutex(), true),
  "owner-mutex by process": lockFamily(ownerMutex(), false),
  "reentrant-mutex": lockFamily(reentrantMutex(), true),
  "fenced-mutex": lockFamily(fencedMutex(), true),
  "reentrant-fenced-mutex": lockFamily(reentrantFencedMutex(), true),
  lease: {
    model: lease(),
    input: (a, b) =>
      b % 2 === 0
        ? { f: "acquire", value: null }
        : { f: ["renew", "use", "release"][a % 3] ?? "use", value: b < 3 ? 0 : { token: b === 3 ? 1 : 2 } },
    result: (state, { f }): Json => {
      const latest = memberOf(state, "latest");
      return f === "acquire" && isWhole(latest) ? latest + 1 : null;
    },
    lie: ({ f }, a, b) => (f === "acquire" && b > 0 ? a % 4 : null),
  },
  semaphore: {
    model: semaphore(2),
    input: (a, b) => ({ f: a < 3 ? "acquire" : "release", value: b < 2 ? null : b < 4 ? 1 : { permits: 2 } }),
    lie: () => null,
  },
};
