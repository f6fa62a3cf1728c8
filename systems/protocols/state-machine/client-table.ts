import type { JsonObject } from "../../../histories/json.ts";
import { excluding, including, type Digest } from "./digest.ts";
import type { Operation } from "./operation.ts";

/**
 * What one origin has had done (Ongaro's thesis, §6.3; Liskov & Cowling's client table): the answers that it
 * may still ask for. It has one life at a time: what an earlier one still wanted, nobody waits for.
 */
export type Session = {
  readonly life: number;
  /** Nobody waits for operations below this number. */
  settled: number;
  /** By number. */
  answers: Record<string, JsonObject>;
};

/** By origin. Part of the replicated state: every node decides alike whether an operation was done before. */
export type ClientTable = Record<string, Session>;

/** What the table says of an operation. */
export type Admission =
  | { readonly kind: "new" }
  | { readonly kind: "done"; readonly answer: JsonObject }
  /** Its origin waits for it no more: not to be done, if it never was. */
  | { readonly kind: "stale" };

export function admission(table: Readonly<ClientTable>, { origin, life, number }: Operation): Admission {
  const session = table[origin];
  if (session === undefined || session.life < life) return { kind: "new" };
  if (session.life > life || number < session.settled) return { kind: "stale" };
  const answer = session.answers[number];
  return answer === undefined ? { kind: "new" } : { kind: "done", answer };
}

/** Enters what a new operation came to, and forgets what its origin waits for no more; the digest afterwards. */
export function enter(table: ClientTable, operation: Operation, answer: JsonObject, digest: Digest): Digest {
  const { origin, life, number, settled } = operation;
  let now = digest;
  let session = table[origin];
  if (session === undefined || session.life < life) {
    if (session !== undefined) now = sessionDigest(origin, session, now, excluding);
    session = { life, settled: 0, answers: {} };
    table[origin] = session;
  }
  session.answers[number] = answer;
  now = including(now, member(origin, life, String(number)));
  if (settled <= session.settled) return now;
  session.settled = settled;
  for (const old of Object.keys(session.answers)) {
    if (Number(old) >= settled) continue;
    delete session.answers[old];
    now = excluding(now, member(origin, life, old));
  }
  return now;
}

/** The digest of a whole table on top of another. */
export function withTable(digest: Digest, table: Readonly<ClientTable>): Digest {
  let now = digest;
  for (const [origin, session] of Object.entries(table)) now = sessionDigest(origin, session, now, including);
  return now;
}

export function copyTable(table: Readonly<ClientTable>): ClientTable {
  const copy: ClientTable = {};
  for (const [origin, { life, settled, answers }] of Object.entries(table)) {
    copy[origin] = { life, settled, answers: { ...answers } };
  }
  return copy;
}

function sessionDigest(
  origin: string,
  { life, answers }: Session,
  digest: Digest,
  change: typeof including,
): Digest {
  let now = digest;
  for (const number of Object.keys(answers)) now = change(now, member(origin, life, number));
  return now;
}

function member(origin: string, life: number, number: string): string {
  return `done ${origin} ${life} ${number}`;
}
