import { inWords, type Json } from "../../histories/json.ts";
import { verifyLinearization } from "../certificates/linearization.ts";
import { composeValidity, type Anomaly, type Validity, type Verdict } from "../verdict.ts";
import type { LinearizationCertificate, LinearizedPartition } from "./evidence.ts";
import type { Finding } from "./judge-object.ts";
import type { ModelHistory } from "./partition.ts";

/** Operations of unknown outcome that are named because a valid history needs them. */
const MostNeeded = 3;
/** Failing objects that are explained; the others are only counted. */
export const MostAnomalies = 32;

/** What was found object by object, in the order of the objects; composes the verdict. */
export class Findings {
  readonly #partitions: LinearizedPartition[] = [];
  readonly #anomalies: Anomaly[] = [];
  readonly #needed: number[] = [];
  #failing = 0;
  #undecided = 0;
  #firstUndecided = "";
  #operations = 0;
  #unknown = 0;
  #concurrency = 0;
  readonly #engines = new Map<string, number>();
  #steps = 0;
  #configurations = 0;
  #evidence = false;

  /** Whether a further object that fails will be explained. */
  get wantsAnomaly(): boolean {
    return this.#failing < MostAnomalies;
  }

  /** What was spent so far, in steps of an engine that need not search; a configuration costs about 16 of these. */
  get effort(): number {
    return this.#steps + 16 * this.#configurations;
  }

  add(key: Json | undefined, finding: Finding): void {
    const { end, engine, order, anomaly } = finding;
    this.#operations += finding.operations;
    this.#unknown += finding.unknownOutcomes;
    this.#concurrency = Math.max(this.#concurrency, finding.concurrency);
    this.#engines.set(engine, (this.#engines.get(engine) ?? 0) + 1);
    this.#steps += finding.steps;
    this.#configurations += finding.configurations;
    this.#evidence ||= finding.evidence;
    switch (end) {
      case "linearizable":
        this.#partitions.push(linearized(key, order));
        this.#needed.push(...(finding.needed ?? []).slice(0, MostNeeded - this.#needed.length));
        break;
      case "nonlinearizable":
        if (this.wantsAnomaly && anomaly !== undefined) this.#anomalies.push(anomaly);
        this.#failing++;
        break;
      case "steps":
      case "seconds":
      case "bytes":
        if (this.#undecided++ === 0) this.#firstUndecided = undecided(key, end, finding);
        break;
    }
  }

  verdict(source: ModelHistory): Verdict {
    const { history, model, keyed } = source;
    const decided = this.#partitions.length + this.#failing;
    const base = {
      checker: "linearizable",
      model: model.name,
      anomalies: this.#anomalies,
      statistics: {
        operations: this.#operations,
        unknownOutcomes: this.#unknown,
        partitions: decided + this.#undecided,
        decided,
        failing: this.#failing,
        concurrency: this.#concurrency,
        steps: this.#steps,
        configurations: this.#configurations,
      },
      details: { engines: Object.fromEntries(this.#engines) },
      ...(this.#failing > MostAnomalies
        ? {
            notes: [
              `${this.#failing - MostAnomalies} more objects are not linearizable; the first ${MostAnomalies} are explained.`,
            ],
          }
        : {}),
    };
    const valid = this.#validity();
    if (valid === false) return { ...base, valid };
    if (this.#undecided > 0)
      return {
        ...base,
        valid: "unknown",
        reason: `${this.#firstUndecided}; ${decided} of ${decided + this.#undecided} objects decided`,
      };
    if (!this.#evidence)
      return {
        ...base,
        valid: "unknown",
        reason: "no evidence: no completed operation could have shown a violation",
      };
    if (history.completionsOnly)
      return {
        ...base,
        valid: "unknown",
        reason:
          "no real-time order was recorded: the history has completions only, for which some order exists",
      };
    const certificate: LinearizationCertificate = {
      kind: "linearization",
      model: model.name,
      partitions: this.#partitions,
    };
    const problem = verifyLinearization(history, certificate, { model, keyed });
    return problem === undefined
      ? { ...base, ...this.#whatIsNeeded(source), valid, certificate, verified: true }
      : {
          ...base,
          valid: "unknown",
          certificate,
          verified: false,
          reason: `internal: certificate did not verify (${problem})`,
        };
  }

  /** What a valid verdict hangs on. */
  #whatIsNeeded(source: ModelHistory): Pick<Verdict, "notes"> {
    if (this.#needed.length === 0) return {};
    const named = this.#needed.map((operation) => {
      const { f, value } = source.input(operation);
      return `${f} ${inWords(value)} of process ${source.history.processOf(operation)} (operation ${operation})`;
    });
    return {
      notes: [
        `Linearizable only if operations whose outcome is unknown took effect; the first: ${named.join(", ")}.`,
      ],
    };
  }

  #validity(): Validity {
    return composeValidity([this.#failing === 0, this.#undecided > 0 ? "unknown" : true]);
  }
}

/** The order as a plain array, as which it is written to files. */
function linearized(key: Json | undefined, events: Int32Array = new Int32Array(0)): LinearizedPartition {
  const order = Array.from<number>({ length: 0 });
  order.length = events.length;
  for (let i = 0; i < events.length; i++) order[i] = events[i]!;
  return key === undefined ? { order } : { key, order };
}

function undecided(key: Json | undefined, budget: string, { returned = 0, operations }: Finding): string {
  const where = key === undefined ? "the search" : `the search of key ${inWords(key)}`;
  return `budget of ${budget} ended: ${where} found an order for the first ${returned} returned operations of ${operations}`;
}
