import { canBeCompleted } from "./accounts.ts";
import type { Effort } from "./effort.ts";
import type { PartialAccount } from "./partial-account.ts";
import { isAntiDependency, isRead, type PartEdge } from "./part.ts";

/**
 * Whether an edge is there in every account of its level that a partial one can become: it is there already, or without it the rule is
 * broken. An account that breaks its rule anyhow shows nothing, since anything would follow from it. What takes too long is not.
 */
export function isForced(account: PartialAccount, edge: PartEdge, effort: Effort): boolean {
  return (
    isThere(account, edge) ||
    isForcedBy(account, edge, (one) => one.breaksRule()) ||
    // What is told of other keys may contradict itself.
    isForcedBy(account, edge, (one) => canBeCompleted(one, edge.key, effort) === false) ||
    isForcedBy(account, edge, (one) => canBeCompleted(one, undefined, effort) === false)
  );
}

function isThere(account: PartialAccount, { kind, from, to, key }: PartEdge): boolean {
  const { session, realTime, reads } = account.part;
  if (kind === "so") return session.has(from, to);
  if (kind === "rt") return realTime.has(from, to);
  return (
    isAntiDependency(kind) &&
    reads.some(
      (read, i) =>
        read.reader === from &&
        read.key === key &&
        sourcesLeft(account, i).every((writer) => account.isOrdered(key, writer, to)),
    )
  );
}

function isForcedBy(
  account: PartialAccount,
  { kind, from, to, key }: PartEdge,
  isContradictory: (account: PartialAccount) => boolean,
): boolean {
  if (isContradictory(account)) return false;
  const isOut = (change: (next: PartialAccount) => void): boolean => {
    const next = account.copy();
    change(next);
    return isContradictory(next);
  };
  const isOfSome = (accept: (reader: number) => boolean, isLeft: (read: number, writer: number) => boolean) =>
    account.part.reads.some(
      (read, i) =>
        accept(read.reader) &&
        read.key === key &&
        sourcesLeft(account, i).every((writer) => isLeft(i, writer)),
    );
  if (isRead(kind))
    return isOfSome(
      (reader) => reader === to,
      (read, writer) => writer === from || isOut((next) => next.setSource(read, writer)),
    );
  if (isAntiDependency(kind))
    return isOfSome(
      (reader) => reader === from,
      (read, writer) =>
        account.isOrdered(key, writer, to) ||
        isOut((next) => {
          next.setSource(read, writer);
          if (writer !== to) next.order(key, to, writer);
        }),
    );
  return account.isOrdered(key, from, to) || isOut((next) => next.order(key, to, from));
}

/** Who may have written what a read saw. */
function sourcesLeft(account: PartialAccount, read: number): readonly number[] {
  const source = account.source(read);
  return source < 0 ? account.part.reads[read]!.writers : [source];
}
