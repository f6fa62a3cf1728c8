import { isJsonObject } from "../../../histories/json.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, type FaultPackage } from "./fault-package.ts";
import { numberOf } from "./fault-values.ts";

export const clock: FaultPackage = {
  kind: "clock",
  summary: "makes the wall clocks of nodes jump and drift (libfaketime)",
  band: bandOf("clock", "skew-clock", "reset-clock", "#0a5fb8"),
  start({ random, clockBound }, nodes) {
    const chosen = chooseTargets(random.pick(["one", "minority", "all"]), nodes, random);
    const skews = chosen.map((node) => {
      if (clockBound !== undefined) {
        return [node, { offset: random.int(2 * clockBound + 1) - clockBound, rate: 1 }] as const;
      }
      // From half a second, which can still be told from a late answer, to about 4 min; every order of
      // magnitude as likely as another, to either side.
      const offset = (1 << (9 + random.int(10))) * (random.int(2) === 0 ? 1 : -1);
      return [node, { offset, rate: random.pick([1, 1, 0.9, 1.1, 2]) }] as const;
    });
    return { f: "skew-clock", value: Object.fromEntries(skews) };
  },
  stop: { f: "reset-clock", value: null },
  *perform({ nodes }, { f, value }) {
    if (f === "reset-clock" || !isJsonObject(value)) {
      yield nodes.map((node) => ({ kind: "reset-clock", node }));
      return "reset";
    }
    const skews = Object.entries(value);
    try {
      yield skews.map(([node, skew]) => ({
        kind: "set-clock",
        node,
        offset: numberOf(skew, "offset"),
        rate: numberOf(skew, "rate"),
      }));
    } catch (error) {
      yield skews.map(([node]) => ({ kind: "reset-clock", node }));
      throw error;
    }
    return value;
  },
};
