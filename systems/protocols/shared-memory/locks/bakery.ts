import { eachProcess } from "../program.ts";
import type { Lock, Locker } from "./lock.ts";

interface Objects {
  readonly choosing: boolean[];
  /** 0: does not want. */
  readonly number: number[];
}

/** Whom the process reads next, and the greatest number that it has seen while it chose its own. */
interface Own {
  next: number;
  greatest: number;
}

/** Lamport's bakery (1974), on registers alone, for any number of processes: a doorway in which to draw a number, then wait. */
export const bakeryLock: Lock<Objects, Own> = bakery(true);

/** Without the sign that one is choosing, so that others pass by before the number is there. */
export const bakeryWithoutDoorway: Lock<Objects, Own> = bakery(false);

function bakery(doorway: boolean): Lock<Objects, Own> {
  return {
    name: "bakery-lock",
    summary: "Lamport's bakery",
    processes: Infinity,
    objects: (processes) => ({
      choosing: eachProcess(processes, () => false),
      number: eachProcess(processes, () => 0),
    }),
    own: () => ({ next: 0, greatest: 0 }),
    acquire: (then) => ({
      acquire: {
        does: ({ me }) => `write true to choosing[${me}]`,
        run({ choosing }, local) {
          choosing[local.me] = doorway;
          startOver(local, "scan");
          if (local.processes === 1) local.at = "number";
        },
      },
      scan: {
        does: ({ lock }) => `read number[${lock.next}]`,
        run({ number }, local) {
          const { lock } = local;
          lock.greatest = Math.max(lock.greatest, number[lock.next]!);
          if (!advance(local)) local.at = "number";
        },
      },
      number: {
        does: ({ me, lock }) => `write ${lock.greatest + 1} to number[${me}]`,
        run({ number }, local) {
          number[local.me] = local.lock.greatest + 1;
          local.at = "chosen";
        },
      },
      chosen: {
        does: ({ me }) => `write false to choosing[${me}]`,
        run({ choosing }, local) {
          choosing[local.me] = false;
          startOver(local, "await-choice");
          if (local.processes === 1) then(local);
        },
      },
      "await-choice": {
        does: ({ lock }) => `read choosing[${lock.next}], and find false`,
        blocked: ({ choosing }, { lock }) => choosing[lock.next] === true,
        run: (_objects, local) => void (local.at = "await-turn"),
      },
      "await-turn": {
        does: ({ lock }) => `read number[${lock.next}], and find 0 or a later one`,
        blocked({ number }, { me, lock: { next } }) {
          const theirs = number[next]!;
          const mine = number[me]!;
          return theirs !== 0 && (theirs < mine || (theirs === mine && next < me));
        },
        run(_objects, local) {
          if (advance(local)) local.at = "await-choice";
          else {
            local.lock = { next: 0, greatest: 0 };
            then(local);
          }
        },
      },
    }),
    release: (then) => ({
      release: {
        does: ({ me }) => `write 0 to number[${me}]`,
        run({ number }, local) {
          number[local.me] = 0;
          then(local);
        },
      },
    }),
  };
}

function startOver(local: Locker<Own>, at: string): void {
  local.lock.next = local.me === 0 ? 1 : 0;
  local.at = at;
}

/** On to the next other process; false after the last. */
function advance({ me, processes, lock }: Locker<Own>): boolean {
  lock.next += lock.next + 1 === me ? 2 : 1;
  return lock.next < processes;
}
