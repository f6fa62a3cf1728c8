import type { Lock } from "./lock.ts";

interface Objects {
  readonly wants: boolean[];
  /** Who gives way when both want. */
  yields: number;
}

const other = (me: number): number => 1 - me;

/**
 * Peterson's lock for two processes (1981), on registers alone. The loop that waits reads `wants` and `yields` in turn;
 * while neither would let the process in, going round changes nothing, and it counts as blocked.
 */
export const petersonLock: Lock<Objects, null> = {
  name: "peterson-lock",
  summary: "Peterson's lock for two processes",
  processes: 2,
  objects: () => ({ wants: [false, false], yields: 0 }),
  own: () => null,
  acquire: (then) => ({
    acquire: {
      does: ({ me }) => `write true to wants[${me}]`,
      run({ wants }, local) {
        wants[local.me] = true;
        local.at = "yield";
      },
    },
    yield: {
      does: ({ me }) => `write ${me} to yields`,
      run(lock, local) {
        lock.yields = local.me;
        local.at = "look";
      },
    },
    look: {
      does: ({ me }) => `read wants[${other(me)}]`,
      blocked: ({ wants, yields }, { me }) => wants[other(me)] === true && yields === me,
      run({ wants }, local) {
        if (wants[other(local.me)] === true) local.at = "whose";
        else then(local);
      },
    },
    whose: {
      does: "read yields",
      run({ yields }, local) {
        if (yields === local.me) local.at = "look";
        else then(local);
      },
    },
  }),
  release: (then) => ({
    release: {
      does: ({ me }) => `write false to wants[${me}]`,
      run({ wants }, local) {
        wants[local.me] = false;
        then(local);
      },
    },
  }),
};
