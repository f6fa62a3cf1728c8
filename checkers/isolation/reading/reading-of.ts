import { Initial, type LooseVersions, type Reading } from "../reading.ts";
import { addTornAppends } from "./torn-appends.ts";
import { Committed, Never, NoVersion, Undetermined, type Transactions } from "../transactions.ts";
import { Findings } from "./findings.ts";
import { Lists } from "./lists.ts";
import { addLostUpdates } from "./lost-updates.ts";
import { ordersOf } from "./orders.ts";
import { MaybeObserved, Unobserved } from "./observed.ts";
import { NoSource, Reads } from "./reads.ts";
import { FromInitial, FromNobody, FromSeveral } from "./sources.ts";
import { orderByVersions } from "./version-orders.ts";
import { Versions } from "./versions.ts";
import { uncommittedOf } from "./uncommitted.ts";
import { None, Writes } from "./writes.ts";

/** What the transactions saw of one another, found in time linear in their operations. */
export function readingOf(transactions: Transactions): Reading {
  const findings = new Findings();
  const writes = new Writes(transactions);
  const lists = new Lists(transactions, writes, findings);
  const { version } = transactions;
  const versions = version === undefined ? undefined : new Versions(transactions, version, writes, findings);
  const reads = new Reads(transactions, writes, lists, versions, findings);
  addLostUpdates(transactions, writes, reads, findings);
  addTornAppends(transactions, writes, lists, findings);

  const nodes = nodesOf(transactions, reads.observed);
  const sessions = sessionsOf(transactions, nodes);
  const gaps = gapsOf(transactions, reads, nodes, sessions);
  const writesOfNodes = writeEntries(transactions, nodes, writes);
  const gapsOfLists: string[] = [];
  const orders = ordersOf(transactions, writes, lists, nodes.node, writesOfNodes, gapsOfLists);
  const { doubtful, loose } =
    versions === undefined
      ? { doubtful: [] }
      : orderByVersions(transactions, writes, versions, reads.observed, orders, findings);
  const readsOfNodes = readEntries(transactions, nodes, writes, reads);
  if (loose !== undefined && isVersionOfSeveral(transactions, readsOfNodes, loose)) gaps.push(loose.gap);
  const uncommitted = uncommittedOf(transactions, writes, lists, nodes.node, findings);
  return {
    transactions,
    nodes: nodes.transaction.length,
    ...nodes,
    ...sessions,
    sessions: transactions.sessions,
    ...timesOf(transactions, nodes),
    ...writesOfNodes,
    ...readsOfNodes,
    writerFirst: orders.writerFirst,
    writer: orders.writer,
    ordered: orders.ordered,
    findings: findings.all,
    gaps: [...gaps, ...gapsOfLists],
    ...(doubtful.length === 0 ? {} : { doubtful }),
    ...(loose === undefined ? {} : { loose }),
    ...(uncommitted === undefined
      ? {}
      : { uncommitted: { ...uncommitted, gaps: [...gaps, ...uncommitted.gaps] } }),
  };
}

type Nodes = Pick<Reading, "transaction" | "node">;

function nodesOf({ count, status }: Transactions, observed: Uint8Array): Nodes {
  const node = new Int32Array(count).fill(-1);
  let nodes = 1;
  for (let t = 0; t < count; t++)
    if (status[t] === Committed || (status[t] === Undetermined && observed[t] !== Unobserved))
      node[t] = nodes++;
  const transaction = new Int32Array(nodes).fill(-1);
  for (let t = 0; t < count; t++) if (node[t]! > 0) transaction[node[t]!] = t;
  return { node, transaction };
}

type Sessions = Pick<Reading, "session" | "place" | "sessionFirst" | "sessionNode">;

function sessionsOf({ session: sessionOf, sessions }: Transactions, { transaction }: Nodes): Sessions {
  const nodes = transaction.length;
  const session = new Int32Array(nodes).fill(-1);
  const place = new Int32Array(nodes);
  const sessionFirst = new Int32Array(sessions + 1);
  const size = new Int32Array(sessions);
  for (let n = 1; n < nodes; n++) {
    const s = sessionOf[transaction[n]!]!;
    session[n] = s;
    place[n] = size[s]!++;
  }
  for (let s = 0; s < sessions; s++) sessionFirst[s + 1] = sessionFirst[s]! + size[s]!;
  const sessionNode = new Int32Array(nodes - 1);
  for (let n = 1; n < nodes; n++) sessionNode[sessionFirst[session[n]!]! + place[n]!] = n;
  return { session, place, sessionFirst, sessionNode };
}

function timesOf({ begin, end }: Transactions, { transaction }: Nodes): Pick<Reading, "begin" | "end"> {
  return {
    begin: transaction.map((t) => (t < 0 ? -1 : begin[t]!)),
    end: transaction.map((t) => (t < 0 ? -1 : end[t]!)),
  };
}

type WriteEntries = Pick<Reading, "writeFirst" | "writeKey" | "writeOperation">;

/** The final write of each node to each key. */
function writeEntries(
  { first, key, kind }: Transactions,
  { transaction }: Nodes,
  writes: Writes,
): WriteEntries {
  const nodes = transaction.length;
  const writeFirst = new Int32Array(nodes + 1);
  let entries = 0;
  for (let n = 1; n < nodes; n++) {
    const t = transaction[n]!;
    for (let i = first[t]!; i < first[t + 1]!; i++) if (isFinal(kind[i]!, writes, i)) entries++;
    writeFirst[n + 1] = entries;
  }
  const writeKey = new Int32Array(entries);
  const writeOperation = new Int32Array(entries);
  let entry = 0;
  for (let n = 1; n < nodes; n++) {
    const t = transaction[n]!;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (!isFinal(kind[i]!, writes, i)) continue;
      writeKey[entry] = key[i]!;
      writeOperation[entry++] = i;
    }
  }
  return { writeFirst, writeKey, writeOperation };
}

function isFinal(kind: number, { after }: Writes, operation: number): boolean {
  return (kind & 1) === 1 && after[operation] === None;
}

type ReadEntries = Pick<
  Reading,
  "readFirst" | "readKey" | "readOperation" | "readFrom" | "candidates" | "readByPredicate"
>;

function readEntries(
  { first, key, predicate }: Transactions,
  { transaction, node }: Nodes,
  { owner }: Writes,
  { source, candidates: severalOf }: Reads,
): ReadEntries {
  const nodes = transaction.length;
  const readFirst = new Int32Array(nodes + 1);
  let entries = 0;
  for (let n = 1; n < nodes; n++) {
    const t = transaction[n]!;
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if (source[i] !== NoSource && source[i] !== FromNobody) entries++;
    readFirst[n + 1] = entries;
  }
  const readKey = new Int32Array(entries);
  const readOperation = new Int32Array(entries);
  const readFrom = new Int32Array(entries);
  const candidates = new Map<number, readonly number[]>();
  /** Transactions → nodes: most reads of one value share theirs. */
  const nodesOfSeveral = new Map<readonly number[], readonly number[]>();
  let entry = 0;
  for (let n = 1; n < nodes; n++) {
    const t = transaction[n]!;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      const from = source[i]!;
      if (from === NoSource || from === FromNobody) continue;
      readKey[entry] = key[i]!;
      readOperation[entry] = i;
      if (from === FromInitial) readFrom[entry] = Initial;
      else if (from === FromSeveral) {
        const several = severalOf.get(i) ?? [];
        let these = nodesOfSeveral.get(several);
        if (these === undefined) {
          these = several.map((writer) => (writer < 0 ? Initial : node[writer]!));
          nodesOfSeveral.set(several, these);
        }
        readFrom[entry] = these.length === 1 ? these[0]! : -1;
        if (these.length > 1) candidates.set(entry, these);
      } else readFrom[entry] = node[owner[from]!]!;
      entry++;
    }
  }
  const readByPredicate =
    predicate === undefined ? undefined : Uint8Array.from(readOperation, (i) => (predicate[i]! < 0 ? 0 : 1));
  return {
    readFirst,
    readKey,
    readOperation,
    readFrom,
    candidates,
    ...(readByPredicate?.includes(1) === true ? { readByPredicate } : {}),
  };
}

/** Whether a read told a version of a key of which not all are known, and it is not known whose. */
function isVersionOfSeveral(
  { version }: Transactions,
  { candidates, readKey, readOperation }: ReadEntries,
  { versions }: LooseVersions,
): boolean {
  for (const entry of candidates.keys())
    if (versions.has(readKey[entry]!) && (version?.[readOperation[entry]!] ?? NoVersion) !== NoVersion)
      return true;
  return false;
}

function gapsOf(
  { history, begin, status, end, openNulls, openVersions, partial }: Transactions,
  { observed }: Reads,
  { transaction }: Nodes,
  { session, place, sessionFirst }: Sessions,
): string[] {
  const gaps: string[] = [];
  if (openNulls !== undefined) gaps.push(`whether ${openNulls} reads of null found nothing, or tell nothing`);
  if (openVersions !== undefined)
    gaps.push(
      `whether ${openVersions === 1 ? "an operation" : `${openVersions} operations`} told values with their versions, or values as a whole: what was to be written does not say`,
    );
  if (partial === true)
    gaps.push("what the predicates left out: there are too many rows and reads by predicate");
  const changed = transaction.find(
    (t) => t >= 0 && status[t] !== Committed && history.f(begin[t]!) === "cas",
  );
  if (changed !== undefined)
    gaps.push(
      `what the compare-and-set of operation ${begin[changed]!} found: its outcome is not known, yet its write was read`,
    );
  for (let n = 1; n < transaction.length; n++) {
    const t = transaction[n]!;
    if (end[t] !== Never || observed[t] !== MaybeObserved) continue;
    const s = session[n]!;
    if (place[n] === sessionFirst[s + 1]! - sessionFirst[s]! - 1) continue;
    // It may have taken effect or not, and what came after it in its session would come after its writes.
    gaps.push(
      `whether transaction ${t} took effect: another wrote the same value that was read, and its session went on`,
    );
    if (gaps.length === 10) break;
  }
  return gaps;
}
