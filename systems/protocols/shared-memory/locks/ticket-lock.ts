import type { Lock } from "./lock.ts";

interface Objects {
  next: number;
  serving: number;
}

/** A ticket lock: fetch-and-add gives numbers, and the lock serves them one after the other, first come, first served. */
export const ticketLock: Lock<Objects, { ticket: number }> = {
  name: "ticket-lock",
  summary: "a ticket lock",
  processes: Infinity,
  objects: () => ({ next: 0, serving: 0 }),
  own: () => ({ ticket: -1 }),
  acquire: (then) => ({
    acquire: {
      does: "fetch-and-add the next ticket",
      run(lock, local) {
        local.lock.ticket = lock.next++;
        local.at = "wait";
      },
    },
    wait: {
      does: ({ lock }) => `read who is served, and find ticket ${lock.ticket}`,
      blocked: ({ serving }, { lock }) => serving !== lock.ticket,
      run: (_lock, local) => then(local),
    },
  }),
  release: (then) => ({
    release: {
      does: ({ lock }) => `serve ticket ${lock.ticket + 1}`,
      run(lock, local) {
        lock.serving = local.lock.ticket + 1;
        local.lock.ticket = -1;
        then(local);
      },
    },
  }),
};
