import cliProgress from "cli-progress";

import type { CampaignProgress } from "../harness/index.ts";

/** The live line of a simulation on standard error: seeds, how many failed, seeds and events a second. */
export class SimulationProgressLine {
  readonly #bar: cliProgress.SingleBar;
  readonly #seeds: number;
  readonly #started = performance.now();

  constructor(seeds: number) {
    this.#seeds = seeds;
    this.#bar = new cliProgress.SingleBar({
      stream: process.stderr,
      format: "{bar} {seeds} of {total} seeds  {failed}  {rate} seeds/s  {events} events/s  {phase}",
      barsize: 20,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      fps: 5,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      linewrap: false,
      emptyOnZero: true,
    });
    this.#bar.start(seeds, 0, { seeds: 0, failed: "0 failed", rate: 0, events: 0, phase: "" });
  }

  update({ phase, seeds, events, failed }: CampaignProgress): void {
    const seconds = Math.max(0.001, (performance.now() - this.#started) / 1000);
    this.#bar.update(Math.min(seeds, this.#seeds), {
      seeds,
      failed: `${failed} failed`,
      rate: Math.round(seeds / seconds),
      events: Math.round(events / seconds),
      phase: phase === "shrinking" && failed > 0 ? "shrinking the first failures" : "",
    });
  }

  stop(): void {
    this.#bar.stop();
  }
}
