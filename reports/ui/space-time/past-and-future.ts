import type { SpaceTime } from "../../space-time/space-time.ts";

/** How a step stands to another (Lamport 1978): it came before, after, or neither. */
export const Concurrent = 0;
export const Before = 1;
export const After = 2;
export const Itself = 3;

/** Which steps follow a step directly: the next at its place, and where its messages arrived; and the reverse. */
export interface Links {
  readonly next: readonly (readonly number[])[];
  readonly previous: readonly (readonly number[])[];
}

export function linksOf({ steps, arrows }: SpaceTime): Links {
  const next: number[][] = steps.map(() => []);
  const previous: number[][] = steps.map(() => []);
  const link = (from: number, to: number): void => {
    next[from]?.push(to);
    previous[to]?.push(from);
  };
  const latest = new Map<number, number>();
  steps.forEach(({ place }, step) => {
    const before = latest.get(place);
    if (before !== undefined) link(before, step);
    latest.set(place, step);
  });
  for (const { from, to, lost } of arrows) if (to !== null && lost === undefined) link(from, to);
  return { next, previous };
}

/** How each step stands to `step`. */
export function standing(links: Links, step: number): Uint8Array {
  const stands = new Uint8Array(links.next.length);
  spread(links.previous, step, Before, stands);
  spread(links.next, step, After, stands);
  stands[step] = Itself;
  return stands;
}

function spread(links: readonly (readonly number[])[], from: number, mark: number, stands: Uint8Array): void {
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const other of links[at] ?? []) {
      if (stands[other] === mark) continue;
      stands[other] = mark;
      open.push(other);
    }
  }
}
