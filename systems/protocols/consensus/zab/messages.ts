import { isJsonObject, type JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { isCount, operationFrom, type Operation } from "../../state-machine/operation.ts";
import { listFrom, transactionFrom, zxidFrom, type Transaction, type Zxid } from "./history.ts";

/** A vote: the server that somebody wants for leader, and what it knows. */
export type Vote = {
  readonly candidate: NodeId;
  readonly currentEpoch: number;
  readonly last: Zxid;
  readonly length: number;
};

/** Leader election: from a looking server to all, and the answer of one that leads. */
export type Notification = { readonly type: "vote"; readonly round: number; readonly vote: Vote };
export type Leading = { readonly type: "leading" };

/** Phase 1, discovery: CEPOCH, NEWEPOCH, ACKEPOCH. */
export type FollowerEpoch = { readonly type: "cepoch"; readonly accepted: number };
export type NewEpoch = {
  readonly type: "newepoch";
  readonly epoch: number;
  /** What the leader knows, so that only what it lacks need be sent to it. */
  readonly currentEpoch: number;
  readonly outline: readonly Zxid[];
  readonly length: number;
};
export type AckEpoch = {
  readonly type: "ackepoch";
  readonly epoch: number;
  readonly currentEpoch: number;
  readonly outline: readonly Zxid[];
  readonly length: number;
  /** If the follower's history is better than the leader's: how much they share, and how it goes on. */
  readonly shared: number;
  readonly transactions: readonly Transaction[];
};

/** Phase 2, synchronization: NEWLEADER, ACK-LD, COMMIT-LD. */
export type NewLeader = {
  readonly type: "newleader";
  readonly epoch: number;
  /** How much of its history the follower keeps, and how it goes on. */
  readonly shared: number;
  readonly transactions: readonly Transaction[];
};
export type AckLeader = { readonly type: "ack-ld"; readonly zxid: Zxid };
export type CommitLeader = { readonly type: "commit-ld"; readonly zxid: Zxid };

/** Phase 3, broadcast. */
export type Propose = {
  readonly type: "propose";
  readonly epoch: number;
  readonly counter: number;
  readonly value: Operation;
};
export type Ack = { readonly type: "ack"; readonly zxid: Zxid };
export type Commit = { readonly type: "commit"; readonly zxid: Zxid };

/** The leader lives; a follower lives, and still follows. */
export type Ping = { readonly type: "ping" };
export type Pong = { readonly type: "pong" };

/** Whether a follower follows still, and that it does: of a question by its number, in an epoch. */
export type Confirm = { readonly type: "confirm"; readonly epoch: number; readonly round: number };
export type Confirmed = { readonly type: "confirmed"; readonly epoch: number; readonly round: number };
/** To the origin of a read: what was committed when it came has been sent to it. */
export type Synced = { readonly type: "synced"; readonly life: number; readonly number: number };

/** To the leader: an operation of a client of the sender. */
export type Forward = { readonly type: "forward"; readonly operation: Operation };

export type ZabMessage =
  | Notification
  | Leading
  | FollowerEpoch
  | NewEpoch
  | AckEpoch
  | NewLeader
  | AckLeader
  | CommitLeader
  | Propose
  | Ack
  | Commit
  | Ping
  | Pong
  | Confirm
  | Confirmed
  | Synced
  | Forward;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): ZabMessage | undefined {
  const { type, epoch, accepted, counter, round, life, number } = body;
  switch (type) {
    case "vote":
      return parseNotification(body);
    case "leading":
    case "ping":
    case "pong":
      return { type };
    case "cepoch":
      return isCount(accepted) ? { type, accepted } : undefined;
    case "newepoch":
    case "ackepoch":
      return isCount(epoch) ? parseEpochMessage(type, epoch, body) : undefined;
    case "newleader": {
      const { shared } = body;
      const transactions = listFrom(body["transactions"], transactionFrom);
      if (!isCount(epoch) || !isCount(shared) || transactions === undefined) return undefined;
      return { type, epoch, shared, transactions };
    }
    case "ack-ld":
    case "commit-ld":
    case "ack":
    case "commit": {
      const zxid = zxidFrom(body["zxid"]);
      return zxid === undefined ? undefined : { type, zxid };
    }
    case "propose": {
      const value = operationFrom(body["value"]);
      if (!isCount(epoch) || !isCount(counter) || value === undefined) return undefined;
      return { type, epoch, counter, value };
    }
    case "confirm":
    case "confirmed":
      return isCount(epoch) && isCount(round) ? { type, epoch, round } : undefined;
    case "synced":
      return isCount(life) && isCount(number) ? { type, life, number } : undefined;
    case "forward": {
      const operation = operationFrom(body["operation"]);
      return operation === undefined ? undefined : { type, operation };
    }
    default:
      return undefined;
  }
}

function parseNotification(body: JsonObject): Notification | undefined {
  const { round, vote } = body;
  if (!isJsonObject(vote)) return undefined;
  const { candidate, currentEpoch, length } = vote;
  const last = zxidFrom(vote["last"]);
  if (!isCount(round) || typeof candidate !== "string" || !isCount(currentEpoch)) return undefined;
  if (!isCount(length) || last === undefined) return undefined;
  return { type: "vote", round, vote: { candidate, currentEpoch, last, length } };
}

function parseEpochMessage(
  type: "newepoch" | "ackepoch",
  epoch: number,
  body: JsonObject,
): NewEpoch | AckEpoch | undefined {
  const { currentEpoch, length, shared } = body;
  const outline = listFrom(body["outline"], zxidFrom);
  if (!isCount(currentEpoch) || !isCount(length) || outline === undefined) return undefined;
  if (type === "newepoch") return { type, epoch, currentEpoch, outline, length };
  const transactions = listFrom(body["transactions"], transactionFrom);
  if (!isCount(shared) || transactions === undefined) return undefined;
  return { type, epoch, currentEpoch, outline, length, shared, transactions };
}
