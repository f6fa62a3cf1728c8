import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { isCount, operationFrom, type Operation } from "../../state-machine/operation.ts";
import { entryFrom, logSnapshotFrom, type Entry, type LogSnapshot } from "./log.ts";

/** Asks whether the sender would get a vote in `term`, the one after its own (thesis, §9.6). */
export type PreVote = {
  readonly type: "pre-vote";
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
};
/** Yes in `term`; a no says the term that is too high for the question. */
export type PreVoted = { readonly type: "pre-voted"; readonly term: number; readonly granted: boolean };

export type RequestVote = Omit<PreVote, "type"> & { readonly type: "request-vote" };
export type Voted = Omit<PreVoted, "type"> & { readonly type: "voted" };

/** AppendEntries; without entries a heartbeat. */
export type Append = {
  readonly type: "append";
  readonly term: number;
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly committed: number;
  /** Counts the leader's questions whether it still leads. */
  readonly round: number;
};

export type InstallSnapshot = {
  readonly type: "install-snapshot";
  readonly term: number;
  readonly snapshot: LogSnapshot;
  readonly round: number;
};

/** The answer to both: the logs match up to `match`; or they do not where they should, and perhaps before `hint`. */
export type Appended =
  | {
      readonly type: "appended";
      readonly term: number;
      readonly round: number;
      readonly success: true;
      readonly match: number;
    }
  | {
      readonly type: "appended";
      readonly term: number;
      readonly round: number;
      readonly success: false;
      readonly previousIndex: number;
      readonly hint: number;
    };

/** To the leader: an operation of a client of the sender. */
export type Forward = { readonly type: "forward"; readonly operation: Operation };
/** To the origin: what its operation came to. */
export type Answer = {
  readonly type: "answer";
  readonly life: number;
  readonly number: number;
  readonly body: JsonObject;
};

export type RaftMessage =
  PreVote | PreVoted | RequestVote | Voted | Append | InstallSnapshot | Appended | Forward | Answer;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): RaftMessage | undefined {
  const { type, term, granted } = body;
  switch (type) {
    case "forward": {
      const operation = operationFrom(body["operation"]);
      return operation === undefined ? undefined : { type, operation };
    }
    case "answer": {
      const { life, number, body: answer } = body;
      if (!isCount(life) || !isCount(number) || !isJsonObject(answer)) return undefined;
      return { type, life, number, body: answer };
    }
    case "pre-vote":
    case "request-vote": {
      const { lastIndex, lastTerm } = body;
      if (!isCount(term) || !isCount(lastIndex) || !isCount(lastTerm)) return undefined;
      return { type, term, lastIndex, lastTerm };
    }
    case "pre-voted":
    case "voted":
      return isCount(term) && typeof granted === "boolean" ? { type, term, granted } : undefined;
    case "append":
      return isCount(term) ? parseAppend(term, body) : undefined;
    case "install-snapshot": {
      const snapshot = logSnapshotFrom(body["snapshot"]);
      const { round } = body;
      if (!isCount(term) || !isCount(round) || snapshot === undefined) return undefined;
      return { type, term, snapshot, round };
    }
    case "appended":
      return isCount(term) ? parseAppended(term, body) : undefined;
    default:
      return undefined;
  }
}

function parseAppend(term: number, body: JsonObject): Append | undefined {
  const { previousIndex, previousTerm, committed, round } = body;
  const entries = entriesOf(body["entries"]);
  if (!isCount(previousIndex) || !isCount(previousTerm) || !isCount(committed) || !isCount(round))
    return undefined;
  if (entries === undefined) return undefined;
  return { type: "append", term, previousIndex, previousTerm, entries, committed, round };
}

function parseAppended(term: number, body: JsonObject): Appended | undefined {
  const { success, match, previousIndex, hint, round } = body;
  if (!isCount(round)) return undefined;
  if (success === true) {
    return isCount(match) ? { type: "appended", term, round, success, match } : undefined;
  }
  if (success !== false || !isCount(previousIndex) || !isCount(hint)) return undefined;
  return { type: "appended", term, round, success, previousIndex, hint };
}

function entriesOf(json: Json | undefined): readonly Entry[] | undefined {
  if (!isJsonArray(json)) return undefined;
  const entries: Entry[] = [];
  for (const each of json) {
    const entry = entryFrom(each);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}
