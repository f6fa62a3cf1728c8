import { canonical, type Json } from "../../../histories/json.ts";
import type { Plan } from "../../../workloads/generators/plan.ts";
import { simulate, type Schedule, type ScheduledEvent, type SimulationOptions } from "../simulate.ts";

/** The events of a schedule, one a line: `<time> <process> <type> <f> [<value>] [key=<key>]`. */
export function lines(schedule: Schedule): string[] {
  return schedule.events.map(line);
}

function line({ time, process, type, f, key, value }: ScheduledEvent): string {
  const shownValue = value === null ? "" : ` ${canonical(value)}`;
  return `${time} ${process} ${type} ${f}${shownValue}${key === undefined ? "" : ` key=${canonical(key)}`}`;
}

/** What a plan dispatches in a simulated run: the invocations. */
export function invocations(plan: Plan, options?: SimulationOptions): readonly ScheduledEvent[] {
  return simulate(plan, options).events.filter(({ type }) => type === "invoke");
}

/** The functions that a plan dispatches, in order, one blank between. */
export function functions(plan: Plan, options?: SimulationOptions): string {
  return invocations(plan, options)
    .map(({ f }) => f)
    .join(" ");
}

/** When a plan dispatches: `<time>:<f>`, one blank between. */
export function times(plan: Plan, options?: SimulationOptions): string {
  return invocations(plan, options)
    .map(({ time, f }) => `${time}:${f}`)
    .join(" ");
}

/** One client thread and no nemesis: the order is then the plan's own. */
export const alone: SimulationOptions = { concurrency: 1, withNemesis: false };

/** Events by key. */
export function byKey(events: readonly ScheduledEvent[]): Map<Json | undefined, ScheduledEvent[]> {
  const groups = new Map<Json | undefined, ScheduledEvent[]>();
  for (const event of events) {
    const group = groups.get(event.key);
    if (group === undefined) groups.set(event.key, [event]);
    else group.push(event);
  }
  return groups;
}
