import type { PacketDisturbance } from "./link-model.ts";

// What the harness tells the switch, in lines. Both ends are ours and of one version, and nobody else has the pipe.

/** An interface of the router, and who is behind it. */
export interface Gate {
  readonly address: string;
  readonly hardware: string;
  readonly gateHardware: string;
}

export interface SwitchSetup {
  readonly seed: string;
  /** In the order of the descriptors. */
  readonly gates: readonly Gate[];
}

/** A link, by addresses, with what is done to its packets. */
export interface SwitchedLink {
  readonly from: string;
  readonly to: string;
  readonly disturbances: readonly PacketDisturbance[];
}

export const writeSetup = (setup: SwitchSetup): string => JSON.stringify(setup);
export const writeLinks = (links: readonly SwitchedLink[]): string => JSON.stringify(links);

export function readSetup(line: string): SwitchSetup {
  return JSON.parse(line) as SwitchSetup;
}

export function readLinks(line: string): readonly SwitchedLink[] {
  return JSON.parse(line) as readonly SwitchedLink[];
}
