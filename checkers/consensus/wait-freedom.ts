import type { Monitor } from "./monitor.ts";

/** By process: the steps it has taken so far; absent once it has decided. */
type Memory = Record<string, number>;

/**
 * Wait-freedom (Herlihy 1991): each process has decided after so many steps of its own, whatever the others do.
 */
export function waitFreedom(stepBound: number): Monitor<Memory> {
  return {
    name: "wait-freedom",
    summary: "each process decides within a bounded number of its own steps",
    begin: () => ({}),
    look(steps, process, { decided }, occasion) {
      if (decided !== undefined && Object.keys(decided).length > 0) {
        delete steps[process];
        return undefined;
      }
      if (occasion !== "step") return undefined;
      const taken = (steps[process] ?? 0) + 1;
      steps[process] = taken;
      if (taken < stepBound) return undefined;
      return {
        property: "wait-freedom",
        nodes: [process],
        explanation: `${process} has taken ${taken} steps and has not decided; it promises to within ${stepBound}.`,
        evidence: { steps: taken, bound: stepBound },
      };
    },
  };
}
