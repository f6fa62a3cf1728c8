import type { Strength } from "../../levels.ts";
import type { PlainHistory } from "../plain.ts";
import { versionOrder, type Account } from "./accounts.ts";
import { Relation } from "./relation.ts";

export type Orders = Readonly<Record<Strength | "real-time", Relation>>;

/** O of each strength, and real time alone. */
export function heeded({ nodes }: Pick<Account, "nodes">, { timed }: PlainHistory): Orders {
  const session = new Relation(nodes.length);
  const realTime = new Relation(nodes.length);
  nodes.forEach((a, i) => {
    nodes.forEach((b, j) => {
      if (b === undefined || i === j) return;
      if (a === undefined || (a.session === b.session && a.begin < b.begin)) session.add(i, j);
      if (a === undefined || (timed && a.end < b.begin)) realTime.add(i, j);
    });
  });
  return {
    plain: new Relation(nodes.length),
    "strong-session": session,
    strong: session.or(realTime),
    "real-time": realTime,
  };
}

/** The relations of `docs/isolation.md`. */
export class Graph {
  readonly account: Account;
  readonly strength: Strength;
  readonly orders: Orders;
  /** O */
  readonly heeded: Relation;
  /** WR, WW, RW */
  readonly wr: Relation;
  readonly ww: Relation;
  readonly rw: Relation;
  /** D */
  readonly depends: Relation;

  constructor(account: Account, orders: Orders, strength: Strength) {
    this.account = account;
    this.strength = strength;
    this.orders = orders;
    this.heeded = orders[strength];
    this.ww = versionOrder(account);
    this.wr = new Relation(account.nodes.length);
    for (const { writer, reader } of account.reads) this.wr.add(writer, reader);
    this.rw = this.antidependencies(() => true);
    this.depends = this.heeded.or(this.wr, this.ww);
  }

  /** RW of some reads. */
  antidependencies(accept: (reader: number, key: number) => boolean): Relation {
    const relation = new Relation(this.account.nodes.length);
    for (const { reader, key, writer } of this.account.reads)
      if (accept(reader, key))
        for (const later of this.overwritersOf(key, writer))
          if (later !== reader) relation.add(reader, later);
    return relation;
  }

  overwritersOf(key: number, writer: number): readonly number[] {
    const order = this.account.order.get(key) ?? [];
    return order.slice(order.indexOf(writer) + 1);
  }
}
