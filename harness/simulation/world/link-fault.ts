import type { LinkDisturbance } from "../../nemesis/fault-world.ts";
import type { Link } from "./link.ts";

/** What a nemesis has done to some links, until it is taken off. */
export type LinkFault =
  | { readonly kind: "cut"; readonly links: readonly Link[] }
  | { readonly kind: "hold"; readonly links: readonly Link[] }
  | { readonly kind: "reset"; readonly links: readonly Link[] }
  | { readonly kind: "disturbance"; readonly links: readonly Link[]; readonly disturbance: LinkDisturbance };

/** Puts a fault on its links, besides those that are on them. */
export function putOn(fault: LinkFault): void {
  for (const link of fault.links) {
    if (fault.kind === "disturbance") link.disturbances.push(fault.disturbance);
    else count(link, fault.kind, 1);
  }
}

/** Takes a fault off its links. */
export function takeOff(fault: LinkFault): void {
  for (const link of fault.links) {
    if (fault.kind === "disturbance")
      link.disturbances.splice(link.disturbances.indexOf(fault.disturbance), 1);
    else count(link, fault.kind, -1);
  }
}

function count(link: Link, kind: "cut" | "hold" | "reset", change: 1 | -1): void {
  switch (kind) {
    case "cut":
      link.cuts += change;
      break;
    case "hold":
      link.holds += change;
      break;
    case "reset":
      link.resets += change;
      break;
  }
}

/** By how much longer, in microseconds, the disturbances of a link let `payload` take that is sent `now`. */
export function disturbedBy(link: Link, payload: unknown, now: number): number {
  let delay = 0;
  for (const disturbance of link.disturbances) {
    switch (disturbance.kind) {
      case "latency": {
        const jitter = Math.round(disturbance.jitter * 1000);
        const drawn = jitter === 0 ? 0 : link.choices.choose(2 * jitter + 1, "jitter") - jitter;
        delay += Math.max(0, Math.round(disturbance.milliseconds * 1000) + drawn);
        break;
      }
      case "bandwidth": {
        const bytes = JSON.stringify(payload).length;
        // Kilobytes a second are bytes a millisecond.
        const taken = Math.ceil((bytes * 1000) / disturbance.kilobytesPerSecond);
        link.free = Math.max(now, link.free) + taken;
        delay += link.free - now;
        break;
      }
      case "slow-close":
      case "reset":
      // There are no packets; messages are lost, doubled and overtaken by chances of their own.
      case "loss":
      case "duplication":
      case "corruption":
      case "reorder":
        break;
    }
  }
  return delay;
}
