import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { agreement } from "../../checkers/consensus/agreement.ts";
import { monotonicBallots } from "../../checkers/consensus/monotonic-ballots.ts";
import { validity } from "../../checkers/consensus/validity.ts";
import type { Monitor } from "../../checkers/consensus/monitor.ts";
import type { Exploration, SystemModel } from "../../systems/contracts/protocol.ts";
import { explore } from "./explore.ts";
import type { NetworkState } from "./network/network-state.ts";
import { NetworkSystem } from "./network/network-system.ts";
import { configurations, modelWith, tableProtocol, tables, type Table } from "./testing/table-protocol.ts";

/** More states than most of these systems have; of those that have more nothing is compared. */
const states = 20_000;
const monitors = [agreement, validity, monotonicBallots] as unknown as readonly Monitor[];

function network(
  table: Table,
  configuration: Exploration,
  options: {
    readonly symmetry?: boolean;
    readonly channels?: SystemModel["channels"];
    readonly watched?: boolean;
  } = {},
): NetworkSystem {
  const { symmetry = false, channels = "any", watched = true } = options;
  const { losses: _losses, duplicates: _duplicates, ...inOrder } = configuration;
  return new NetworkSystem({
    protocol: tableProtocol(table),
    model: modelWith(channels),
    configuration: channels === "fifo" ? inOrder : configuration,
    monitors: watched ? monitors : [],
    symmetry,
  });
}

describe("on systems without any sense", () => {
  test.each(["any", "fifo"] as const)(
    "the partial-order reduction changes no verdict, no state, no length; links: %s",
    (channels) => {
      let saved = 0;
      let violations = 0;
      fc.assert(
        fc.property(tables(false), configurations, fc.boolean(), (table, configuration, watched) => {
          const plain = explore(network(table, configuration, { channels, watched }), { states });
          if (plain.valid === "unknown") return;
          const reduced = explore(network(table, configuration, { channels, watched }), {
            states,
            partialOrder: true,
          });
          expect(reduced.valid).toBe(plain.valid);
          expect(reduced.counterexample?.actions.length).toBe(plain.counterexample?.actions.length);
          expect(reduced.depth).toBe(plain.depth);
          if (plain.valid) expect(reduced.distinct).toBe(plain.distinct);
          expect(reduced.generated).toBeLessThanOrEqual(plain.generated);
          saved += plain.generated - reduced.generated;
          if (!plain.valid) violations++;
        }),
        { numRuns: 150 },
      );
      expect(saved).toBeGreaterThan(0);
      expect(violations).toBeGreaterThan(0);
    },
  );

  test.each(["any", "fifo"] as const)(
    "symmetry changes no verdict and no length, and leaves one state of each orbit; links: %s",
    (channels) => {
      let saved = 0;
      let violations = 0;
      fc.assert(
        fc.property(tables(true), configurations, fc.boolean(), (table, configuration, watched) => {
          const plain = explore(network(table, configuration, { channels, watched }), { states });
          if (plain.valid === "unknown") return;
          const system = network(table, configuration, { channels, watched, symmetry: true });
          const reduced = explore(system, { states });
          expect(reduced.valid).toBe(plain.valid);
          expect(reduced.counterexample?.actions.length).toBe(plain.counterexample?.actions.length);
          if (plain.valid) {
            expect(reduced.depth).toBe(plain.depth);
            expect(reduced.distinct).toBe(
              orbits(network(table, configuration, { channels, watched, symmetry: true })),
            );
          }
          saved += plain.distinct - reduced.distinct;
          if (!plain.valid) violations++;
        }),
        { numRuns: 150 },
      );
      expect(saved).toBeGreaterThan(0);
      expect(violations).toBeGreaterThan(0);
    },
  );
});

/** How many states there are, symmetric ones taken for one, counted by going through all of them. */
function orbits(system: NetworkSystem): number {
  const seen = new Set<string>();
  const orbit = new Set<string>();
  const words = new Uint32Array(2);
  const queue: NetworkState[] = [...system.initial()];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    const own = system.plainFingerprint(state).join(" ");
    if (seen.has(own)) continue;
    seen.add(own);
    system.fingerprint(state, words);
    orbit.add(words.join(" "));
    for (const action of system.actions(state)) queue.push(system.next(state, action));
  }
  return orbit.size;
}
