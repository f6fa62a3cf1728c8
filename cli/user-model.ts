import * as checkers from "../checkers/index.ts";
import { RashomonError, UsageError } from "../histories/errors.ts";
import type { Json } from "../histories/json.ts";
import { importUserModule, isFile } from "./user-module.ts";

/** A model of the catalogue by name, or the user's own by the path of its file. */
export async function findModel(model: string, initial?: Json): Promise<checkers.Model> {
  return isFile(model) ? loadModel(model, initial) : checkers.modelNamed(model, initial);
}

/**
 * Loads a model from a TypeScript or JavaScript file, which exports it as `default` or as `model`: an object as
 * `defineModel` takes it or returns it, or a function from the initial state to one. Its imports of
 * "rashomon/checkers" are the program's own, installed or not. Throws a `UsageError` that says what is wrong, in which
 * file.
 */
export async function loadModel(file: string, initial?: Json): Promise<checkers.Model> {
  const exported = exportOf(
    await importUserModule(file, "model", "E_MODEL", { "rashomon/checkers": checkers }),
  );
  const made = typeof exported === "function" ? called(file, exported, initial) : exported;
  if (made === undefined)
    throw new UsageError(
      `${file} exports no model: export default defineModel({…}), or export const model.`,
      "E_MODEL",
    );
  const problem = checkers.problemOf(made);
  if (problem !== undefined) {
    const hint =
      typeof exported === "function" && initial === undefined && /needs initial|: initial is/.test(problem)
        ? " Say it with --initial, or let the function have a default."
        : "";
    throw new UsageError(`${file}: ${problem}${hint}`, "E_MODEL");
  }
  // problemOf has looked at every member.
  const definition = made as checkers.ModelDefinition;
  return checkers.defineModel(
    initial === undefined || typeof exported === "function" ? definition : { ...definition, initial },
  );
}

/** What a module exports as default or as model; of a CommonJS module, all that it exports. */
function exportOf(module: unknown): unknown {
  if (typeof module !== "object" || module === null) return module;
  const members = new Map<string, unknown>(Object.entries(module));
  const chosen = members.get("default") ?? members.get("model");
  if (chosen !== undefined) return members.has("step") ? module : unwrapped(chosen);
  return members.has("step") || members.has("initial") ? module : undefined;
}

/** CommonJS modules come with their exports as default. */
function unwrapped(chosen: unknown): unknown {
  if (typeof chosen !== "object" || chosen === null || "step" in chosen) return chosen;
  return "model" in chosen ? chosen.model : "default" in chosen ? chosen.default : chosen;
}

function called(file: string, make: object, initial: Json | undefined): unknown {
  try {
    if (typeof make !== "function") return make;
    return Reflect.apply(make, undefined, initial === undefined ? [] : [initial]);
  } catch (error) {
    if (error instanceof RashomonError) throw new UsageError(`${file}: ${error.message}`, error.code);
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UsageError(`The model file ${file} threw when asked for its model. ${what}`, "E_MODEL");
  }
}
