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
  /** Whether, of the states with which later ballots are to begin, it tells that of the ballot before. */
  readonly tellsPrevious: boolean;
  /** Whether a leader that tells its state for a later ballot leads no more. */
  readonly stopsLeading: boolean;
  /** Whether a leader takes over the state of the ballot before its own. */
  readonly transfers: boolean;
  /** Whether its ballot is completed only when all its members have that state. */
  readonly waitsForState: boolean;
  /** Whether the master is asked for what follows the ballot whose state was taken over, though another is complete by now. */
  readonly asksForPrevious: boolean;
  /** Whether the master lets only one ballot follow another. */
  readonly comparesPrevious: boolean;
  /** Whether a leader waits until its ballot is activated before it takes commands. */
  readonly waitsForActivation: boolean;
  /** Whether a leader's own vote is on stable storage before it asks the others to vote. */
  readonly syncsOwnVote: boolean;
  /** Whether all members, not just most of them, have to vote for a command. */
  readonly writesToAll: boolean;
  /** Whether a leader makes sure that its ballot is not over before it answers a read. */
  readonly confirmsReads: boolean;
  /** Whether it asks for that once more for a read that came when others were being confirmed. */
  readonly confirmsLaterReads: boolean;
  /** After how many executed commands the log is trimmed. */
  readonly snapshotAfter: number;
}

export const verticalPaxosRules: Rules = {
  promises: true,
  syncsPromise: true,
  tellsPending: true,
  tellsPrevious: true,
  stopsLeading: true,
  durable: true,
  transfers: true,
  waitsForState: true,
  asksForPrevious: true,
  comparesPrevious: true,
  waitsForActivation: true,
  syncsOwnVote: true,
  writesToAll: true,
  confirmsReads: true,
  confirmsLaterReads: true,
  snapshotAfter: 100,
};
