import { concurrent, type PublishedCase } from "./case.ts";

const unrepeatable = ["read-atomic", "consistent-view", "repeatable-read"];

/** Anomalies of registers. */
export const publishedOfRegisters: readonly PublishedCase[] = [
  {
    name: "dirty write (P0, G0)",
    source: "Adya 1999",
    text: concurrent("ax1 ay1", "ax2 ay2", "rx[1,2] ry[2,1]"),
    violates: ["read-uncommitted"],
  },
  {
    name: "dirty read of what was aborted (P1, G1a; Plume b)",
    source: "Adya 1999, Liu et al. 2024",
    text: "0: wx1 | fail\n1: rx1",
    violates: ["read-committed"],
  },
  {
    name: "dirty update",
    source: "Elle",
    text: "0: ax1 | fail\n1: ax2\n2: rx[1,2]",
    violates: ["read-committed"],
  },
  {
    name: "intermediate read (G1b; Plume f)",
    source: "Adya 1999, Liu et al. 2024",
    text: concurrent("wx1 wx2", "rx1"),
    violates: ["read-committed"],
  },
  {
    name: "circular information flow (G1c; Plume g)",
    source: "Adya 1999, Liu et al. 2024",
    text: concurrent("wx1 ry2", "wy2 rx1"),
    violates: ["read-committed"],
  },
  {
    name: "thin-air read (Plume a)",
    source: "Liu et al. 2024",
    text: "0: wx1\n1: rx9",
    violates: ["read-committed"],
  },
  {
    name: "future read (Plume c)",
    source: "Liu et al. 2024",
    text: "0: rx1 wx1",
    violates: ["read-committed"],
  },
  {
    name: "incompatible orders",
    source: "Elle",
    text: concurrent("ax1", "ax2", "rx[1]", "rx[2]"),
    violates: ["read-committed"],
  },
  {
    name: "not my own write (Plume d)",
    source: "Liu et al. 2024",
    text: concurrent("wx1 rx2", "wx2"),
    violates: ["read-committed-biswas-enea"],
  },
  {
    name: "not my last write (Plume e)",
    source: "Liu et al. 2024",
    text: concurrent("wx1 wx2 rx1"),
    violates: ["read-committed-biswas-enea"],
  },
  {
    name: "own write of another's value unseen",
    source: "MariaDB MDEV-26642; Cai et al. 2026",
    text: concurrent("rx_ wx5 rx_", "wx5"),
    violates: ["read-committed-biswas-enea"],
  },
  {
    name: "observed transaction vanishes (OTV)",
    source: "Bailis et al. 2013",
    text: concurrent("ax1 ay1", "ax2 ay2", "rx[1,2] ry[1]"),
    violates: ["monotonic-atomic-view", "repeatable-read"],
  },
  {
    name: "older version after a newer one's transaction (Plume h)",
    source: "Liu et al. 2024",
    text: concurrent("wx1", "rx1 wx2 wy2", "ry2 rx1"),
    violates: ["monotonic-atomic-view", "repeatable-read"],
  },
  {
    name: "non-repeatable read (P2; Plume j)",
    source: "Berenson et al. 1995, Liu et al. 2024",
    text: concurrent("rx_ rx1", "wx1"),
    violates: unrepeatable,
  },
  {
    name: "read skew (A5A)",
    source: "Berenson et al. 1995",
    text: concurrent("rx_ ry1", "wx1 wy1"),
    violates: unrepeatable,
  },
  {
    name: "fractured read (Plume k)",
    source: "Liu et al. 2024",
    text: concurrent("wx1", "rx1 wx2 wy2", "rx1 ry2"),
    violates: unrepeatable,
  },
  {
    name: "fractured read, the other way round",
    source: "Cerone et al. 2015",
    text: concurrent("ry1 rx_", "wx1 wy1"),
    violates: ["monotonic-atomic-view", "repeatable-read"],
  },
  {
    name: "lost update (P4)",
    source: "Berenson et al. 1995",
    text: concurrent("rx_ wx1", "rx_ wx2"),
    violates: ["cursor-stability", "repeatable-read"],
  },
  {
    name: "write on a version whose transaction was not seen (G-single)",
    source: "Adya 1999",
    text: concurrent("ax1 ay1", "rx[] ay2", "ry[1,2]"),
    violates: ["update-atomic", "consistent-view", "repeatable-read"],
  },
  {
    name: "old read after a write on the version of who overwrote it (G-monotonic)",
    source: "Adya 1999",
    text: concurrent("ax1 ay1", "ay2 rx[]", "ry[1,2]"),
    violates: ["update-atomic", "monotonic-view", "repeatable-read"],
  },
  {
    name: "causality violation",
    source: "Cerone et al. 2015",
    text: concurrent("wx1", "rx1 wy1", "ry1 rx_"),
    violates: ["causal-consistency", "monotonic-view", "repeatable-read"],
  },
  {
    name: "conflict against causal order (Plume m)",
    source: "Liu et al. 2024",
    text: concurrent("wx1", "rx1 wx2", "rx2 wy3", "ry3 rx1"),
    violates: ["causal-consistency", "monotonic-view", "repeatable-read"],
  },
  {
    name: "two sessions see two writes in opposite orders (Plume n)",
    source: "Liu et al. 2024",
    text: `
      0 begins: wx1
      1 begins: wx2
      2 begins: rx1
      3 begins: rx2
      2 ends: rx1
      3 ends: rx2
      2 begins: rx2
      3 begins: rx1
      2 ends: rx2
      3 ends: rx1
      0 ends: wx1
      1 ends: wx2`,
    violates: [
      "strong-session-causal-consistency",
      "strong-session-monotonic-view",
      "strong-session-repeatable-read",
    ],
  },
  {
    name: "long fork",
    source: "Cerone et al. 2015; Amazon RDS for PostgreSQL 17.4",
    text: concurrent("wx1", "wy1", "rx1 ry_", "rx_ ry1"),
    violates: ["prefix-consistency", "repeatable-read"],
  },
  {
    name: "write skew (A5B, G2-item)",
    source: "Berenson et al. 1995",
    text: concurrent("rx_ ry_ wx1", "rx_ ry_ wy1"),
    violates: ["repeatable-read", "update-serializable"],
  },
  {
    name: "read-only anomaly",
    source: "Fekete, O'Neil and O'Neil 2004",
    text: concurrent("ry_ wy20", "rx_ ry_ wx11", "rx_ ry20"),
    violates: ["repeatable-read", "update-serializable"],
  },
  {
    name: "own write of the session unseen (read your writes)",
    source: "Terry et al. 1994",
    text: "0: wx1\n0: rx_",
    violates: [
      "strong-session-read-atomic",
      "strong-session-cursor-stability",
      "strong-session-monotonic-view",
      "strong-session-repeatable-read",
    ],
  },
  {
    name: "session reads what follows from its own later write",
    source: "Liu et al. 2024",
    text: `
      1 begins: ry1 wx1
      0: rx1
      0: wy1
      1 ends: ry1 wx1`,
    violates: ["strong-session-read-committed", "ansi-snapshot-isolation"],
  },
  {
    name: "stale read",
    source: "Herlihy and Wing 1990",
    text: "0: wx1\n1: rx_",
    violates: [
      "strong-read-atomic",
      "strong-cursor-stability",
      "strong-monotonic-view",
      "strong-repeatable-read",
    ],
  },
  {
    name: "read from a transaction that had not begun",
    source: "Adya 1999, in real time",
    text: "0: rx1\n1: wx1",
    violates: ["strong-read-committed", "ansi-snapshot-isolation"],
  },
  {
    name: "write of unknown outcome, observed and then gone",
    source: "Elle",
    text: "0: wx1 | info\n1: rx1\n2: rx_",
    violates: ["strong-causal-consistency", "strong-monotonic-view", "strong-repeatable-read"],
  },
  {
    name: "write of unknown outcome, observed",
    source: "Elle",
    text: "0: wx1 | info\n1: rx1\n2: rx1 wx2",
    violates: [],
  },
  {
    name: "the initial value written again",
    source: "PostgreSQL, in a history of IsoVista",
    text: "0: wx1\n1: rx1 wx_\n2: rx_ wx1\n3: rx1",
    violates: [],
  },
  {
    name: "write skew of three",
    source: "Fekete et al. 2005",
    text: concurrent("rx_ wy1", "ry_ wz1", "rz_ wx1"),
    violates: ["repeatable-read", "update-serializable"],
  },
  {
    name: "long fork in the sessions of the readers (G-nonadjacent-process)",
    source: "Elle",
    text: `
      0 begins: wx1
      1 begins: wy1
      2 begins: rx1
      2 ends: rx1
      3 begins: ry1
      3 ends: ry1
      2 begins: ry_
      2 ends: ry_
      3 begins: rx_
      3 ends: rx_
      0 ends: wx1
      1 ends: wy1`,
    violates: [
      "strong-session-prefix-consistency",
      "strong-session-repeatable-read",
      "strong-causal-consistency",
      "strong-monotonic-view",
    ],
  },
  {
    name: "write of known outcome, observed and then gone",
    source: "Elle",
    text: "0 begins: wx1\n1: rx1\n0 ends: wx1\n2: rx_",
    violates: [
      "strong-read-atomic",
      "strong-cursor-stability",
      "strong-monotonic-view",
      "strong-repeatable-read",
    ],
  },
  {
    name: "own update of the session unseen, on one object",
    source: "Biswas and Enea 2019; Barros et al. 2026",
    text: "1: wx1\n0: rx1 wx2\n0: rx1",
    violates: [
      "strong-session-read-atomic",
      "strong-session-cursor-stability",
      "strong-session-monotonic-view",
      "strong-session-repeatable-read",
    ],
  },
  {
    name: "an update sees another's commit, the next read does not",
    source: "MariaDB at repeatable read",
    text: concurrent("rx_ ry_ rx7 wx8 ry_", "wx7 wy7"),
    violates: ["monotonic-atomic-view", "cursor-stability", "repeatable-read"],
  },
];
