/** The decisions on which Vertical Paxos II rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** Whether an acceptor that tells its state for a ballot takes part in no lower ballot any more. */
  readonly promises: boolean;
  /** Whether an acceptor keeps its promise and its state on stable storage. */
  readonly durable: boolean;
  /** Whether it tells its state only when the promise is on stable storage. */
  readonly syncsPromise: boolean;
  /** Whether it tells what the ballot before has begun with, where it does not know yet that this is complete. */
  readonly tellsPending: boolean;
  /** Whether a leader takes over the state of the ballot before its own. */
  readonly transfers: boolean;
  /** Whether its ballot is completed only when all its members have that state. */
  readonly waitsForState: boolean;
  /** Whether the master lets only one ballot follow another. */
  readonly comparesPrevious: boolean;
  /** Whether a leader waits until its ballot is activated before it takes commands. */
  readonly waitsForActivation: boolean;
  /** Whether all members, not just most of them, have to vote for a command. */
  readonly writesToAll: boolean;
  /** Whether a leader makes sure that its ballot is not over before it answers a read. */
  readonly confirmsReads: boolean;
  /** After how many executed commands the log is trimmed. */
  readonly snapshotAfter: number;
}

export const verticalPaxosRules: Rules = {
  promises: true,
  syncsPromise: true,
  tellsPending: true,
  durable: true,
  transfers: true,
  waitsForState: true,
  comparesPrevious: true,
  waitsForActivation: true,
  writesToAll: true,
  confirmsReads: true,
  snapshotAfter: 100,
};
