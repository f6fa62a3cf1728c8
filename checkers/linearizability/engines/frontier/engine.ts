import { callsUntil } from "../../calls.ts";
import type { Engine } from "../engine.ts";
import { readRegisterCalls } from "../register-calls.ts";
import { searchEngine } from "../search-engine.ts";
import { Contest, type Search } from "./contest.ts";
import { scheduleOf } from "./schedule.ts";

/** Known calls in flight at once for which this engine is made. */
const MostSlots = 1024;
/** How many configurations are kept after an event at first. */
const FirstWidth = 16;

/** Registers, flags and locks whose values repeat: by the frontier of `Frontier`, in contest with the general search. */
export const frontierEngine: Engine = {
  name: "frontier",
  decide({ calls, states }, limits) {
    const { structure } = calls.alphabet.model;
    if (structure?.kind !== "register") return undefined;
    const schedule = scheduleOf(readRegisterCalls(calls, structure));
    if (schedule.slots > MostSlots) return undefined;
    const search: Search = (before, its) => {
      const some = before === undefined ? calls : callsUntil(calls, before - 1);
      const decision = searchEngine.decide({ calls: some, states }, its);
      if (decision === undefined) throw new Error("the general search decides anything");
      return decision;
    };
    return new Contest(schedule, limits, search).decide(FirstWidth);
  },
};
