/** The decisions on which Lamport's mutual exclusion rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** Whether requests of the same time have one order everywhere, by their nodes; else whoever knows its own first goes first. */
  readonly ordersTies: boolean;
  /** Whether a node's messages to another leave in the order in which they were made; else requests are sent a little later. */
  readonly inOrder: boolean;
  /** Whether of another node what has the very time of the request is late enough, whatever their order. */
  readonly hearsTies: boolean;
  /** Whether a node's clock goes on from what it hears that is later than it shows. */
  readonly followsClocks: boolean;
  /** Whether a client is refused while another waits at the same node. */
  readonly oneAtATime: boolean;
  /** Whether a node waits until it has heard something later from every other. */
  readonly waitsForAll: boolean;
  /** Whether a lock is released by its own token only. */
  readonly checksToken: boolean;
  /** Whether a node tells the others when its client has released the lock, or has given up. */
  readonly tellsRelease: boolean;
  /** Whether the lock is free for the others as soon as its client releases it; else it stays a while for a next client of the same node. */
  readonly releasesAtOnce: boolean;
  /** Whether a client that has waited long enough is told that it does not get the lock. */
  readonly saysNo: boolean;
}

export const mutexRules: Rules = {
  ordersTies: true,
  hearsTies: false,
  followsClocks: true,
  oneAtATime: true,
  inOrder: true,
  waitsForAll: true,
  checksToken: true,
  tellsRelease: true,
  releasesAtOnce: true,
  saysNo: true,
};
