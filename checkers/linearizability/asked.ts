import { UsageError } from "../../histories/errors.ts";
import type { Json } from "../../histories/json.ts";
import type { Budget } from "../checker.ts";
import type { Limits } from "./engines/engine.ts";
import type { Model } from "./model.ts";
import { modelNamed } from "./models/catalogue.ts";

/** The model that was asked for, by its name or as it is. */
export function modelOf({
  model,
  initial,
}: {
  readonly model: string | Model;
  readonly initial?: Json;
}): Model {
  if (typeof model === "string") return modelNamed(model, initial);
  if (initial !== undefined)
    throw new UsageError("An initial state goes with the name of a model, not with a model.");
  return model;
}

/** What a budget means for one object: steps are `usualSteps` unless it says so. */
export function limitsOf({ steps, bytes, seconds, clock }: Budget, usualSteps: number): Limits {
  const spending = { steps: steps ?? usualSteps, ...(bytes === undefined ? {} : { bytes }) };
  if (seconds === undefined) return spending;
  if (clock === undefined) throw new UsageError("A budget in seconds needs a clock.");
  const end = clock() + seconds;
  return { ...spending, expired: () => clock() >= end };
}
