import { inquire, runSeed, type Finding, type Inquiry, type SeedOutcome } from "./seed-run.ts";
import type { SimulationRequest } from "../runs/simulation-plan.ts";

/** What a worker thread is asked to do. */
export type CampaignTask =
  | {
      readonly kind: "seeds";
      readonly options: SimulationRequest;
      readonly first: number;
      readonly count: number;
    }
  | { readonly kind: "inquiry"; readonly inquiry: Inquiry };

/** Runs seeds one after another, or looks into one. */
export function runSeeds({ options, first, count }: Extract<CampaignTask, { kind: "seeds" }>): SeedOutcome[] {
  return Array.from({ length: count }, (_, i) => runSeed(options, first + i));
}

/** The task of a worker thread. */
export default function campaignTask(task: CampaignTask): SeedOutcome[] | Finding {
  return task.kind === "seeds" ? runSeeds(task) : inquire(task.inquiry);
}
