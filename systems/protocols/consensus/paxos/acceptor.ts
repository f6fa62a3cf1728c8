import type { JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext } from "../../../contracts/protocol.ts";
import { noBallot, type Ballot } from "./ballot.ts";
import {
  isBallot,
  parseRegister,
  type Accept,
  type Accepted,
  type Nack,
  type Prepare,
  type Promised,
  type RegisterObject,
} from "./messages.ts";
import { emptyRegister } from "./register.ts";
import type { Rules } from "./rules.ts";

/**
 * What an acceptor remembers of one register (CASPaxos §2.2). It answers only when that is on stable
 * storage: an acceptor that has said something and forgets it in a crash breaks the protocol.
 */
export interface AcceptorState {
  /** It takes part in no ballot below this one. */
  promised: Ballot;
  /** The ballot in which it last accepted, and what. */
  accepted: Ballot;
  register: RegisterObject;
}

/** By key. */
export type Acceptors = Record<string, AcceptorState>;

const storagePrefix = "acceptor/";

/** Phase 1b: promises to take part in no lower ballot, and tells what it accepted last. */
export function prepare(
  acceptors: Acceptors,
  { key, ballot }: Prepare,
  rules: Rules,
  node: NodeContext<JsonObject>,
): Promised | Nack {
  const acceptor = acceptorOf(acceptors, key);
  const isLate = rules.promisesAgain ? ballot < acceptor.promised : ballot <= acceptor.promised;
  if (isLate) return { type: "nack", key, ballot, promised: acceptor.promised };
  const isNew = ballot > acceptor.promised;
  if (isNew) {
    acceptor.promised = ballot;
    store(key, acceptor, rules, node);
  }
  settle(isNew, rules, node);
  return { type: "promised", key, ballot, accepted: acceptor.accepted, register: acceptor.register };
}

/** Phase 2b: accepts, unless it has promised not to. */
export function accept(
  acceptors: Acceptors,
  { key, ballot, register }: Accept,
  rules: Rules,
  node: NodeContext<JsonObject>,
): Accepted | Nack {
  const acceptor = acceptorOf(acceptors, key);
  if (ballot < acceptor.promised && rules.heedsPromise) {
    return { type: "nack", key, ballot, promised: acceptor.promised };
  }
  const isNew = ballot !== acceptor.accepted;
  if (isNew) {
    if (rules.votePromises) acceptor.promised = Math.max(acceptor.promised, ballot);
    acceptor.accepted = ballot;
    acceptor.register = register;
    store(key, acceptor, rules, node);
  }
  settle(isNew, rules, node);
  return { type: "accepted", key, ballot };
}

/** Also when the message came a second time: the first answer may still wait for the disk. */
function settle(isNew: boolean, rules: Rules, node: NodeContext<JsonObject>): void {
  if (rules.syncBeforeAnswer && (isNew || rules.syncsRepeats)) node.sync();
}

export function acceptorOf(acceptors: Acceptors, key: string): AcceptorState {
  return (acceptors[key] ??= { promised: noBallot, accepted: noBallot, register: { ...emptyRegister } });
}

function store(
  key: string,
  { promised, accepted, register }: AcceptorState,
  rules: Rules,
  node: NodeContext<JsonObject>,
): void {
  node.persist(storagePrefix + key, {
    ...(rules.durablePromise ? { promised } : {}),
    ...(rules.durableVote ? { accepted, register } : {}),
  });
}

const emptyRecord: RegisterObject = { ...emptyRegister };

/** The acceptors that a node finds in its storage. */
export function restoreAcceptors(durable: Durable): Acceptors {
  const acceptors: Acceptors = {};
  for (const [name, value] of durable) {
    if (!name.startsWith(storagePrefix)) continue;
    const { promised, accepted = noBallot, register: stored = emptyRecord } = value as JsonObject;
    const register = parseRegister(stored);
    if (!isBallot(accepted) || register === undefined) throw new Error(`unreadable record ${name}`);
    acceptors[name.slice(storagePrefix.length)] = {
      promised: isBallot(promised) ? promised : noBallot,
      accepted,
      register,
    };
  }
  return acceptors;
}
