import { isJsonObject } from "../../../histories/json.ts";
import { Refused, type Input, type Model } from "../model.ts";
import { isWhole, memberOf } from "./shapes.ts";

/** A counting semaphore. Its state is how many permits are free; at first all are. */
export function semaphore(permits: number = 1): Model<number> {
  return {
    name: "semaphore",
    summary: "a counting semaphore: acquire, release",
    operations: [
      {
        f: "acquire",
        argument: "how many permits, or {permits: …}; null: 1",
        result: "ignored; not getting them is recorded as fail",
        meaning: "takes permits, which must be free",
      },
      {
        f: "release",
        argument: "how many permits, or {permits: …}; null: 1",
        result: "ignored",
        meaning: "gives permits back, which must have been taken, by whomever",
      },
    ],
    initial: permits,
    changes: () => true,
    observes: () => true,
    malformed: (input) =>
      amount(input) < 1 ? "a whole number of permits from 1 on, or null for 1" : undefined,
    step(free, input) {
      const asked = amount(input);
      if (input.f === "acquire")
        return free >= asked
          ? free - asked
          : new Refused(`${free} of ${permits} permits were free, not ${asked}`);
      return free + asked <= permits
        ? free + asked
        : new Refused(`only ${permits - free} of ${permits} permits were taken`);
    },
    describe: (free) => `${free} of ${permits} free`,
    tell: (input) =>
      `${input.f === "acquire" ? "acquired" : "released"} ${amount(input)} permit${amount(input) === 1 ? "" : "s"}`,
  };
}

/** How many permits; 0: malformed. */
function amount({ value }: Input): number {
  const asked = isJsonObject(value) ? (memberOf(value, "permits") ?? 1) : (value ?? 1);
  return isWhole(asked) && asked >= 1 ? asked : 0;
}
