import type { BundledAlgorithm } from "../../contracts/shared-memory.ts";
import { compareAndSwap } from "./compare-and-swap.ts";
import { assignments } from "./hierarchy/assignment.ts";
import { elections } from "./hierarchy/elections.ts";
import { loadLinked } from "./hierarchy/load-linked.ts";
import { registers } from "./hierarchy/registers.ts";
import { stickyBit } from "./hierarchy/sticky-bit.ts";
import { lockConsensus } from "./locks/lock-consensus.ts";
import { aspnesHerlihy } from "./randomized/aspnes-herlihy.ts";
import { sharedCoin } from "./randomized/shared-coin.ts";
import { alpha, alphaWithOmega } from "./registers/alpha.ts";
import { versionedRegister } from "./registers/versioned-register.ts";
import { universal } from "./universal/universal.ts";

/** The algorithms on shared memory that come with Rashomon. */
export const algorithms: readonly BundledAlgorithm[] = [
  ...lockConsensus,
  compareAndSwap,
  versionedRegister,
  alpha,
  alphaWithOmega,
  registers,
  ...elections,
  ...assignments,
  stickyBit,
  loadLinked,
  universal,
  aspnesHerlihy,
  sharedCoin,
];
