import type { Lock } from "./lock.ts";

interface Objects {
  held: boolean;
}

/** A lock by test-and-set: who finds the bit clear has it; all others try until it is. */
export const spinLock: Lock<Objects, null> = {
  name: "test-and-set-lock",
  summary: "a test-and-set lock",
  processes: Infinity,
  objects: () => ({ held: false }),
  own: () => null,
  acquire: (then) => ({
    acquire: {
      does: "test-and-set the lock",
      blocked: ({ held }) => held,
      run(lock, local) {
        lock.held = true;
        then(local);
      },
    },
  }),
  release: (then) => ({
    release: {
      does: "clear the lock",
      run(lock, local) {
        lock.held = false;
        then(local);
      },
    },
  }),
};

/** The same with a lease that runs out: whoever waits may find at any moment that it has, and takes the lock. */
export const leaseLock: Lock<Objects, null> = {
  ...spinLock,
  name: "lease-lock",
  acquire: (then) => ({
    acquire: {
      does: "take the lock, if it is free or its lease has run out",
      run(lock, local) {
        lock.held = true;
        then(local);
      },
    },
  }),
};
