import type { TransitionSystem } from "../transition-system.ts";
import { plainSystem, type PlainStep } from "./plain-system.ts";

type Manager = "working" | "prepared" | "committed" | "aborted";

/** Transaction commit without messages (Gray & Lamport, "Consensus on Transaction Commit", 2006, TCommit.tla). */
export function transactionCommit(
  managers: number,
): TransitionSystem<readonly Manager[], PlainStep<readonly Manager[]>> {
  const initial: readonly Manager[] = Array.from({ length: managers }, () => "working" as const);
  return plainSystem(initial, (state) =>
    state.flatMap((manager, i) => {
      const steps: PlainStep<readonly Manager[]>[] = [];
      if (manager === "working") steps.push({ name: `${i} prepares`, next: state.with(i, "prepared") });
      if (manager === "prepared" && state.every((one) => one === "prepared" || one === "committed")) {
        steps.push({ name: `${i} commits`, next: state.with(i, "committed") });
      }
      if ((manager === "working" || manager === "prepared") && !state.includes("committed")) {
        steps.push({ name: `${i} aborts`, next: state.with(i, "aborted") });
      }
      return steps;
    }),
  );
}
