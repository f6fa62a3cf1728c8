import type { Choices } from "../choices.ts";
import type { LinkDisturbance } from "../../nemesis/fault-world.ts";

/** One direction between two places, and what is wrong with it at the moment. */
export class Link {
  /** Indices of nodes; the clients, who count as one place, come after the last node. */
  readonly from: number;
  readonly to: number;
  /** "n1 to n2". */
  readonly name: string;
  /** Whether one end is the clients. */
  readonly outer: boolean;
  readonly choices: Choices;
  /** How many cuts, resets and holds are on it. */
  cuts = 0;
  resets = 0;
  holds = 0;
  readonly disturbances: LinkDisturbance[] = [];
  /** Since when it keeps the bound and loses nothing; Infinity until it has stabilized. */
  stableSince = Infinity;
  /** Slots of messages that are held, the oldest first. */
  readonly kept: number[] = [];
  /** Messages sent so far. */
  sent = 0;
  /** The message that must come next if the link is in order. */
  next = 0;
  /** When the last message of a link in order is due, and its rank among what is due at the same time. */
  lastDue = 0;
  lastRank = 0;
  /** When bytes sent now can begin to leave, where bandwidth is short. */
  free = 0;

  constructor(from: number, to: number, name: string, outer: boolean, choices: Choices) {
    this.from = from;
    this.to = to;
    this.name = name;
    this.outer = outer;
    this.choices = choices;
  }
}
