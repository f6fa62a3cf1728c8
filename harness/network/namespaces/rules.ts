import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Link } from "../../nemesis/grudge.ts";
import { probePorts, probing, type Layout } from "./layout.ts";

// Statements of nftables in its JSON, as libnftables-json(5) has them; one document is one transaction.

type Statement = Readonly<Record<string, unknown>>;

/** What the router does with the packets of a link: nothing is let through, connections are reset, or they take the way through the switch. */
export const linkSets = ["cuts", "resets", "detours"] as const;
export type LinkSet = (typeof linkSets)[number];

/** The mark of packets that take the way through the switch. */
export const detourMark = 1;

const ip = (field: "saddr" | "daddr"): Statement => ({ payload: { protocol: "ip", field } });
const is = (left: Statement, right: unknown): Statement => ({ match: { op: "==", left, right } });
const links = { family: "ip", table: "links" };
const probes = { family: "ip", table: "probes" };

/** The rules of the router: one table, in which a fault is a few elements of a set. */
export function routerRules(): string {
  const among = (set: LinkSet): Statement => is({ concat: [ip("saddr"), ip("daddr")] }, `@${set}`);
  const rule = (chain: string, expr: readonly Statement[]): Statement => ({
    add: { rule: { ...links, chain, expr } },
  });
  return document([
    { add: { table: { family: "ip", name: "links" } } },
    ...linkSets.map((name) => ({ add: { set: { ...links, name, type: ["ipv4_addr", "ipv4_addr"] } } })),
    // Whatever comes from a place is seen here before anything else, and nothing leaves a place otherwise.
    { add: { chain: { ...links, name: "steer", type: "filter", hook: "prerouting", prio: -300 } } },
    rule("steer", [among("cuts"), { drop: null }]),
    rule("steer", [among("resets"), { accept: null }]),
    rule("steer", [among("detours"), { mangle: { key: { meta: { key: "mark" } }, value: detourMark } }]),
    { add: { chain: { ...links, name: "refuse", type: "filter", hook: "forward", prio: 0 } } },
    rule("refuse", [
      among("resets"),
      is({ meta: { key: "l4proto" } }, "tcp"),
      { reject: { type: "tcp reset" } },
    ]),
  ]);
}

/** Puts these links, and no others, into the sets of the router: all at once. */
export function linksInSets(sets: Readonly<Record<LinkSet, readonly Link[]>>, layout: Layout): string {
  return document(
    linkSets.flatMap((name) => [
      { flush: { set: { ...links, name } } },
      ...(sets[name].length === 0
        ? []
        : [
            {
              add: {
                element: {
                  ...links,
                  name,
                  elem: sets[name].map(({ from, to }) => ({
                    concat: [layout.place(from).address, layout.place(to).address],
                  })),
                },
              },
            },
          ]),
    ]),
  );
}

/**
 * The rules of a node's place, by which the harness reaches others from there: what it sends to the address that stands for a link goes on as
 * if the node itself had sent it. The kernel keeps track of no other connection.
 */
export function probeRules(node: NodeId, layout: Layout): string {
  const [first, last] = probePorts;
  const chain = (name: string, type: string, hook: string, prio: number): Statement => ({
    add: { chain: { ...probes, name, type, hook, prio } },
  });
  const rule = (name: string, ...expr: readonly Statement[]): Statement => ({
    add: { rule: { ...probes, chain: name, expr } },
  });
  const isProbe = is(ip("saddr"), probing);
  const isTcp = is({ meta: { key: "l4proto" } }, "tcp");
  const others = layout.nodes.filter((other) => other !== node);
  const behind = others.map((to) => [layout.probe(node, to), layout.place(to).address]);
  return document([
    { add: { table: { family: "ip", name: "probes" } } },
    chain("arriving", "filter", "prerouting", -300),
    rule("arriving", isProbe, { accept: null }),
    rule("arriving", is({ payload: { protocol: "tcp", field: "dport" } }, { range: [first, last] }), {
      accept: null,
    }),
    rule("arriving", { notrack: null }),
    chain("leaving", "filter", "output", -300),
    rule("leaving", { notrack: null }),
    chain("onward", "nat", "prerouting", -100),
    ...(behind.length === 0
      ? []
      : [
          rule("onward", isProbe, {
            dnat: { addr: { map: { key: ip("daddr"), data: { set: behind } } } },
          }),
        ]),
    chain("pretending", "nat", "postrouting", 100),
    rule("pretending", isProbe, isTcp, {
      snat: { addr: layout.place(node).address, port: { range: [first, last] } },
    }),
  ]);
}

/** How many links are in the sets, in nft's own words (`nft -j list ruleset`). */
export function countLinks(listing: string): number {
  const parsed: unknown = JSON.parse(listing);
  const statements = member(parsed, "nftables");
  if (!Array.isArray(statements)) throw new Error("nft lists no rules as JSON");
  return statements
    .map((each) => member(member(each, "set"), "elem"))
    .reduce<number>((sum, elements) => sum + (Array.isArray(elements) ? elements.length : 0), 0);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function document(statements: readonly Statement[]): string {
  return JSON.stringify({ nftables: statements });
}
