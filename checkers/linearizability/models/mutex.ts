import { Refused, type Model } from "../model.ts";

/**
 * A lock without an owner, as in Knossos: acquire, release. Its state is whether it is held; the initial
 * state can be `true`.
 */
export function mutex(initial: boolean = false): Model<boolean> {
  return {
    name: "mutex",
    summary: "a lock without owner: acquire, release",
    operations: [
      { f: "acquire", argument: "ignored", result: "ignored", meaning: "takes the lock, which must be free" },
      { f: "release", argument: "ignored", result: "ignored", meaning: "frees the lock, which must be held" },
    ],
    initial,
    changes: () => true,
    observes: () => true,
    step(held, { f }) {
      if (f === "acquire") return held ? new Refused("the lock was held already") : true;
      return held ? false : new Refused("the lock was not held");
    },
    describe: (held) => (held ? "held" : "free"),
    tell: ({ f }) => (f === "acquire" ? "acquired the lock" : "released the lock"),
  };
}
