import { describe, expect, test } from "vitest";
import type { Bug } from "./bugs.ts";
import { Store, type Isolation, type Transaction } from "./store.ts";

/** A store with a transaction that has written x = 1 and y = 1, at time 0. */
function storeOf(isolation: Isolation, bug?: Bug): Store {
  const store = new Store({ isolation, lag: 10, ...(bug === undefined ? {} : { bug }) });
  const first = store.begin(0, 0);
  store.set(first, "x", 1);
  store.set(first, "y", 1);
  finish(store, first, 0);
  return store;
}

/** Commits, key by key if need be. */
function finish(store: Store, transaction: Transaction, now: number): boolean {
  let commit = store.commit(transaction, now);
  while (commit.kind === "unfinished") commit = store.install(transaction, commit.rest, now);
  return commit.kind === "done";
}

function write(store: Store, key: string, value: number, now: number, site = 0): boolean {
  const transaction = store.begin(site, now);
  store.set(transaction, key, value);
  return finish(store, transaction, now);
}

const isolations = ["snapshot-isolation", "serializable"] as const;

describe.each(isolations)("a store of %s", (isolation) => {
  test("shows a transaction the state at its beginning, and its own writes", () => {
    const store = storeOf(isolation);
    const reader = store.begin(0, 1, true);
    expect(write(store, "x", 2, 2)).toBe(true);
    expect(store.read(reader, "x")).toBe(1);
    const writer = store.begin(0, 3);
    expect(store.read(writer, "x")).toBe(2);
    store.set(writer, "x", 3);
    expect(store.read(writer, "x")).toBe(3);
    expect(store.read(writer, "z")).toBe(null);
    store.abort(writer, 4);
    expect(store.read(store.begin(0, 5), "x")).toBe(2);
  });

  test("lets the first of two that change one version commit, and not the second", () => {
    const store = storeOf(isolation);
    const [a, b] = [store.begin(0, 1), store.begin(1, 1)];
    for (const each of [a, b]) store.set(each, "x", Number(store.read(each, "x")) + 1);
    expect(finish(store, a, 2)).toBe(true);
    expect(store.commit(b, 3)).toEqual({ kind: "refused", reason: "x was written since" });
    expect(store.read(store.begin(0, 4), "x")).toBe(2);
  });

  test("appends to lists, several times in one transaction", () => {
    const store = storeOf(isolation);
    const writer = store.begin(0, 1);
    store.append(writer, "list", 1);
    store.append(writer, "list", 2);
    expect(store.read(writer, "list")).toEqual([1, 2]);
    expect(finish(store, writer, 2)).toBe(true);
    const next = store.begin(0, 3);
    store.append(next, "list", 3);
    finish(store, next, 4);
    expect(store.read(store.begin(0, 5), "list")).toEqual([1, 2, 3]);
  });

  test("gives all keys with a prefix that are there, those of its own among them", () => {
    const store = storeOf(isolation);
    write(store, "row/1", 5, 1);
    const reader = store.begin(0, 2);
    write(store, "row/2", 6, 3);
    store.set(reader, "row/3", 7);
    expect(store.scan(reader, "row/")).toEqual([
      ["row/1", 5],
      ["row/3", 7],
    ]);
  });

  test("keeps as many versions as anyone can still see", () => {
    const store = storeOf(isolation);
    const old = store.begin(0, 0, true);
    for (let i = 0; i < 300; i++) expect(write(store, "x", i, 100 + i)).toBe(true);
    expect(store.read(old, "x")).toBe(1);
    finish(store, old, 500);
    for (let i = 0; i < 300; i++) write(store, "x", 1000 + i, 600 + i);
    expect(store.read(store.begin(0, 900), "x")).toBe(1299);
  });
});

/** Two transactions, each of which reads both x and y and writes one of them. */
function skew(store: Store): boolean[] {
  const [a, b] = [store.begin(0, 1), store.begin(1, 1)];
  for (const each of [a, b]) for (const key of ["x", "y"]) store.read(each, key);
  store.set(a, "x", 2);
  store.set(b, "y", 2);
  return [finish(store, a, 2), finish(store, b, 3)];
}

test("write skew passes under snapshot isolation, and not where transactions are serializable", () => {
  expect(skew(storeOf("snapshot-isolation"))).toEqual([true, true]);
  expect(skew(storeOf("serializable"))).toEqual([true, false]);
  expect(skew(storeOf("serializable", "write-skew"))).toEqual([true, true]);
});

/** Two transactions, each of which inserts a row if there is none. */
function phantoms(store: Store): boolean[] {
  const both = [store.begin(0, 1), store.begin(1, 1)];
  both.forEach((each, i) => {
    expect(store.scan(each, "row/")).toEqual([]);
    store.set(each, `row/${i}`, i);
  });
  return both.map((each, i) => finish(store, each, 2 + i));
}

test("nor do phantoms", () => {
  expect(phantoms(storeOf("snapshot-isolation"))).toEqual([true, true]);
  expect(phantoms(storeOf("serializable"))).toEqual([true, false]);
  expect(phantoms(storeOf("serializable", "phantom"))).toEqual([true, true]);
});

test("a serializable transaction that only reads is refused, too, if it saw what was then changed", () => {
  const store = storeOf("serializable");
  const reader = store.begin(0, 1, true);
  store.read(reader, "x");
  write(store, "x", 2, 2);
  expect(finish(store, reader, 3)).toBe(false);
});

describe.each(isolations)("a bug in a store of %s", (isolation) => {
  test("lost-update: the second of two that change one version commits too, over the first", () => {
    const store = storeOf(isolation, "lost-update");
    const [a, b] = [store.begin(0, 1), store.begin(1, 1)];
    store.append(a, "list", 1);
    store.append(b, "list", 2);
    expect([finish(store, a, 2), finish(store, b, 3)]).toEqual([true, true]);
    expect(store.read(store.begin(0, 4), "list")).toEqual([2]);
  });

  test("long-fork: each site sees its own commit and not yet the other's", () => {
    const store = storeOf(isolation, "long-fork");
    write(store, "a", 1, 20, 0);
    write(store, "b", 1, 20, 1);
    const seen = (site: number, now: number): unknown[] => {
      const reader = store.begin(site, now, true);
      const values = [store.read(reader, "a"), store.read(reader, "b")];
      expect(finish(store, reader, now)).toBe(true);
      return values;
    };
    expect(seen(0, 21)).toEqual([1, null]);
    expect(seen(1, 21)).toEqual([null, 1]);
    expect(seen(1, 31)).toEqual([1, 1]);
  });

  test("read-skew: reads of two moments in one transaction", () => {
    const store = storeOf(isolation, "read-skew");
    const reader = store.begin(0, 1, true);
    expect(store.read(reader, "x")).toBe(1);
    const writer = store.begin(0, 2);
    for (const key of ["x", "y"]) store.set(writer, key, 2);
    finish(store, writer, 3);
    expect(store.read(reader, "y")).toBe(2);
    expect(finish(store, reader, 4)).toBe(true);
  });

  test("fractured-read: half of a commit is there before the other, and nobody else writes that meanwhile", () => {
    const store = storeOf(isolation, "fractured-read");
    const writer = store.begin(0, 1);
    for (const key of ["x", "y"]) store.set(writer, key, 2);
    const half = store.commit(writer, 2);
    expect(half.kind).toBe("unfinished");
    const reader = store.begin(0, 3, true);
    expect([store.read(reader, "x"), store.read(reader, "y")]).toEqual([2, 1]);
    expect(write(store, "y", 9, 4)).toBe(false);
    expect(half.kind === "unfinished" && store.install(writer, half.rest, 5)).toEqual({ kind: "done" });
    expect(store.read(store.begin(0, 6), "y")).toBe(2);
  });

  test("dirty-read: what was written is seen before it is committed, and though it never is", () => {
    const store = storeOf(isolation, "dirty-read");
    const writer = store.begin(0, 1);
    store.set(writer, "x", 2);
    expect(store.read(store.begin(0, 2, true), "x")).toBe(2);
    store.abort(writer, 3);
    expect(store.read(store.begin(0, 4, true), "x")).toBe(1);
  });

  test("aborted-read: one write stays of what was rolled back", () => {
    const store = storeOf(isolation, "aborted-read");
    const writer = store.begin(0, 1);
    for (const key of ["x", "y"]) store.set(writer, key, 2);
    store.abort(writer, 2);
    const reader = store.begin(0, 3, true);
    expect([store.read(reader, "x"), store.read(reader, "y")]).toEqual([2, 1]);
  });

  test("stale-read: transactions that only read, and only they, see what was a while ago", () => {
    const store = storeOf(isolation, "stale-read");
    write(store, "x", 2, 20);
    expect(store.read(store.begin(0, 21, true), "x")).toBe(1);
    expect(store.read(store.begin(0, 21), "x")).toBe(2);
    expect(store.read(store.begin(0, 30, true), "x")).toBe(2);
  });

  test("causal-reverse: of some keys one sees what was a while ago, of others what is", () => {
    const store = storeOf(isolation, "causal-reverse");
    const keys = Array.from({ length: 20 }, (_, i) => `key/${i}`);
    for (const key of keys) write(store, key, 1, 20);
    const reader = store.begin(0, 21, true);
    const seen = keys.filter((key) => store.read(reader, key) === 1).length;
    expect(seen).toBeGreaterThan(3);
    expect(seen).toBeLessThan(17);
  });

  test("internal: a transaction does not see what it wrote", () => {
    const store = storeOf(isolation, "internal");
    const writer = store.begin(0, 1);
    store.set(writer, "x", 2);
    expect(store.read(writer, "x")).toBe(1);
  });

  test("lost-write: a commit now and then is acknowledged and not made", () => {
    const store = storeOf(isolation, "lost-write");
    const lost = Array.from({ length: 24 }, (_, i) => {
      expect(write(store, "x", 10 + i, i)).toBe(true);
      return store.read(store.begin(0, i, true), "x") !== 10 + i;
    });
    expect(lost.filter(Boolean)).toHaveLength(2);
  });
});
