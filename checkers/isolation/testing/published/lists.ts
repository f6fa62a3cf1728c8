import { concurrent, type PublishedCase } from "./case.ts";

/** Anomalies of lists to which is appended. */
export const publishedOfLists: readonly PublishedCase[] = [
  {
    name: "appends torn apart",
    source: "Elle",
    text: concurrent("ax1 ax2", "ax3", "rx[1,3]"),
    violates: ["read-uncommitted"],
  },
  {
    name: "duplicate elements",
    source: "Elle",
    text: concurrent("ax1", "rx[1,1]"),
    violates: ["read-uncommitted"],
  },
  {
    name: "non-repeatable read of lists around an own append",
    source: "Elle",
    text: concurrent("rx[] ax1 rx[5,1]", "ax5"),
    violates: ["cursor-stability", "read-atomic", "repeatable-read"],
  },
  {
    name: "an append that was built on what it missed (TiDB)",
    source: "Kingsbury and Alvaro 2020",
    text: concurrent("ax2", "ax1", "rx[2,1] ay5 ax4", "ax5", "rx[2,1,5,4]"),
    violates: ["cursor-stability", "repeatable-read"],
  },
  {
    name: "an acknowledged append lost",
    source: "Elle, which lets it pass as linearizable",
    text: "0: ax1\n1: ax2\n2: rx[2]",
    violates: ["strong-read-uncommitted", "ansi-snapshot-isolation"],
  },
  {
    name: "lost update of lists",
    source: "Elle",
    text: concurrent("ax1", "rx[1] ax2", "rx[1] ax3", "rx[1,2,3]"),
    violates: ["cursor-stability", "repeatable-read"],
  },
  {
    name: "aborted append read (G1a)",
    source: "Elle",
    text: "0: ax1 | fail\n1: rx[1]",
    violates: ["read-committed"],
  },
  {
    name: "intermediate append read (G1b)",
    source: "Elle",
    text: concurrent("ax1 ax2", "rx[1]"),
    violates: ["read-committed"],
  },
  {
    name: "own append read before it is made",
    source: "Elle",
    text: "0: rx[1] ax1",
    violates: ["read-committed"],
  },
  {
    name: "own append unseen",
    source: "Elle",
    text: "0: ax1 rx[]",
    violates: ["read-committed-biswas-enea"],
  },
  {
    name: "circular information flow of lists (G1c)",
    source: "Elle",
    text: concurrent("ax1 ry[1]", "ay1 rx[1]"),
    violates: ["read-committed"],
  },
  {
    name: "long fork of lists (G-nonadjacent)",
    source: "Elle; Cerone et al. 2015",
    text: concurrent("ax1", "ay1", "rx[1] ry[]", "rx[] ry[1]"),
    violates: ["prefix-consistency", "repeatable-read"],
  },
  {
    name: "write skew of lists (G2-item)",
    source: "Elle",
    text: concurrent("rx[] ay1", "ry[] ax1"),
    violates: ["repeatable-read", "update-serializable"],
  },
  {
    name: "elements appended in the order opposite to their session's (G0-process)",
    source: "Elle",
    text: "0: ax1\n0: ax2\n1: rx[2,1]",
    violates: ["strong-session-read-uncommitted", "ansi-snapshot-isolation"],
  },
  {
    name: "elements appended in the order opposite to real time (G0-realtime)",
    source: "Elle",
    text: "0: ax1\n1: ax2\n2: rx[2,1]",
    violates: ["strong-read-uncommitted", "ansi-snapshot-isolation"],
  },
  {
    name: "a session sees a list shrink (G-single-process)",
    source: "Elle",
    text: `
      0 begins: ax1
      1: rx[1]
      1: rx[]
      0 ends: ax1`,
    violates: [
      "strong-session-causal-consistency",
      "strong-session-monotonic-view",
      "strong-session-repeatable-read",
    ],
  },
  {
    name: "committed element that an aborted transaction appended too",
    source: "MongoDB 4.2.6, where transactions were tried again",
    text: "0: ax1 | fail\n1: ax1\n2: rx[1]",
    violates: [],
  },
  {
    name: "element of an aborted transaction too, where only that could have come first",
    source: "MongoDB 4.2.6, where transactions were tried again",
    text: "0: ax1 | fail\n1: ax2\n1: ax1\n2: rx[1,2]",
    violates: ["strong-session-read-committed", "ansi-snapshot-isolation"],
  },
];
