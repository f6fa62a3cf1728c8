import { canonical } from "../../../histories/json.ts";
import { nemesis } from "../../../histories/operation.ts";
import { findProtocol } from "../../../systems/catalogue.ts";
import type { ChoiceStreams } from "../choices.ts";
import { RandomChoices, ReplayedChoices } from "../choices/index.ts";
import { healF, stabilizeF } from "../nemesis.ts";
import { signatures, type Signature } from "../runs/run.ts";
import { playScene, type Recorded, type Scenario, type Scene } from "../runs/scenario.ts";
import type { Script } from "../runs/script.ts";
import { countFaults, faultUnits, milder, replaced, without, withoutNode } from "./fault-units.ts";
import { minimalSubset } from "./minimal-subset.ts";
import { plainerWorlds } from "./plainer-worlds.ts";
import { deviations, simplerChoices } from "./smaller-choices.ts";

/** How large a failing run is. */
export interface Size {
  readonly faults: number;
  /** Operations of clients. */
  readonly operations: number;
  readonly nodes: number;
  readonly clients: number;
  readonly events: number;
  /** Choices that are not the simplest. */
  readonly choices: number;
  readonly microseconds: number;
}

export interface Shrunk extends Recorded {
  readonly before: Size;
  readonly after: Size;
  /** How many runs it took. */
  readonly runs: number;
}

/** How many other chances a scene gets to fail when it does not by the choices that the one before left. */
const otherChances = 2;
/** And one in a smaller cluster, in which nothing is as it was; there are few of these to try. */
const otherChancesOfNodes = 12;

/**
 * A smaller scenario that fails in the same way: fewer faults, on fewer nodes and for less time; fewer operations,
 * clients, keys and nodes; a plainer world; simpler choices. Deterministic, within so many runs.
 */
export function shrink(failing: Recorded, signature: Signature, budget: number): Shrunk {
  const shrinking = new Shrinking(failing, signature, budget);
  shrinking.run();
  return {
    ...shrinking.best,
    before: sizeOf(failing),
    after: sizeOf(shrinking.best),
    runs: budget - shrinking.left,
  };
}

export function sizeOf({ scenario, run }: Recorded): Size {
  return {
    faults: countFaults(scenario.script),
    operations: scenario.script.filter(({ thread }) => thread !== nemesis).length,
    nodes: scenario.configuration.nodes,
    clients: scenario.configuration.concurrency,
    events: run.events,
    choices: deviations(scenario.choices).length,
    microseconds: run.microseconds,
  };
}

class Shrinking {
  best: Recorded;
  /** Runs that may still be made. */
  left: number;
  readonly #signature: Signature;

  constructor(failing: Recorded, signature: Signature, budget: number) {
    this.best = failing;
    this.left = budget;
    this.#signature = signature;
  }

  run(): void {
    for (let size = ""; this.left > 0 && size !== this.#size();) {
      size = this.#size();
      this.#shorter();
      this.#fewerFaults();
      this.#fewerOperations();
      this.#milderFaults();
      this.#fewerNodes();
      this.#fewerClients();
      this.#plainerWorld();
    }
    this.#simplerChoices();
    // With chance out of the way more may have become superfluous.
    this.#shorter();
    this.#fewerFaults();
    this.#fewerOperations();
  }

  #size(): string {
    return JSON.stringify(sizeOf(this.best));
  }

  /** Leaves out the end, as much of it as can be; then everything goes faster. */
  #shorter(): void {
    const { script } = this.best.scenario;
    let enough = script.length;
    for (let low = 0; low < enough;) {
      const middle = Math.floor((low + enough) / 2);
      const last = script[middle - 1]?.at ?? 0;
      // Operations get the time that clients have patience for.
      if (this.#try({ script: script.slice(0, middle), until: last + 2_500_000 })) enough = middle;
      else low = middle + 1;
    }
    for (let until = this.best.scenario.until; until > 1000;) {
      const last = this.best.scenario.script.at(-1)?.at ?? 0;
      until = last + Math.floor((until - last) / 2);
      if (until <= last || !this.#try({ until })) break;
    }
    for (;;) {
      const faster = this.best.scenario.script.map((each) => ({ ...each, at: Math.floor(each.at / 2) }));
      const until = Math.floor(this.best.scenario.until / 2);
      if (until < 1000 || !this.#try({ script: faster, until })) break;
    }
  }

  #fewerFaults(): void {
    const { script } = this.best.scenario;
    const units = faultUnits(script);
    minimalSubset(units, (kept) => {
      const gone = units.filter((unit) => !kept.includes(unit)).flat();
      return this.#try({ script: without(script, gone) });
    });
  }

  /** All of a client, all of a key, single ones. */
  #fewerOperations(): void {
    this.#fewerGroups(({ thread }) => String(thread));
    this.#fewerGroups(({ key }) => (key === undefined ? "" : canonical(key)));
    let position = 0;
    this.#fewerGroups(() => String(position++));
  }

  #fewerGroups(groupOf: (operation: Script[number]) => string): void {
    const { script } = this.best.scenario;
    const groups = new Map<string, Script[number][]>();
    for (const operation of script) {
      if (operation.thread === nemesis) continue;
      const name = groupOf(operation);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [operation]);
      else group.push(operation);
    }
    const all = [...groups.values()];
    minimalSubset(all, (kept) => {
      const gone = all.filter((group) => !kept.includes(group)).flat();
      return this.#try({ script: without(script, gone) });
    });
  }

  /** Faults on fewer nodes and links, and shorter ones. */
  #milderFaults(): void {
    const count = faultUnits(this.best.scenario.script).length;
    for (let i = 0; i < count; i++) {
      for (let again = true; again;) {
        const { script } = this.best.scenario;
        const [start, stop] = faultUnits(script)[i] ?? [];
        if (start === undefined || start.f === stabilizeF || start.f === healF) break;
        again = milder(start.value).some((value) =>
          this.#try({ script: replaced(script, new Map([[start, { ...start, value }]])) }),
        );
        if (again || stop === undefined || stop.at - start.at < 1000) continue;
        const at = Math.floor((start.at + stop.at) / 2);
        again = this.#try({ script: replaced(script, new Map([[stop, { ...stop, at }]])) });
      }
    }
  }

  #fewerNodes(): void {
    for (;;) {
      const { configuration, script } = this.best.scenario;
      const nodes = configuration.nodes - 1;
      if (nodes < findProtocol(configuration.protocol).nodeCounts.minimum) return;
      const gone = `n${configuration.nodes}`;
      const changed = script.flatMap((operation) => {
        if (operation.thread !== nemesis) return [operation];
        const value = withoutNode(operation.value, gone);
        return value === undefined ? [] : [{ ...operation, value }];
      });
      if (!this.#try({ configuration: { ...configuration, nodes }, script: changed }, otherChancesOfNodes))
        return;
    }
  }

  /**
   * Leaves out clients who ask nothing any more. Who remains is numbered anew where that leaves him at his node, by whole
   * rounds of nodes: the clients of a round speak to one node each.
   */
  #fewerClients(): void {
    const { configuration, script } = this.best.scenario;
    const { nodes } = configuration;
    const asking = new Map<number, number>();
    const perNode = new Map<number, number>();
    for (const { thread } of script) {
      if (typeof thread !== "number" || asking.has(thread)) continue;
      const node = thread % nodes;
      const round = perNode.get(node) ?? 0;
      perNode.set(node, round + 1);
      asking.set(thread, round * nodes + node);
    }
    const concurrency = Math.max(0, ...asking.values()) + 1;
    if (concurrency >= configuration.concurrency) return;
    const renumbered = script.map((operation) =>
      typeof operation.thread === "number"
        ? { ...operation, thread: asking.get(operation.thread) ?? operation.thread }
        : operation,
    );
    this.#try({ configuration: { ...configuration, concurrency }, script: renumbered });
  }

  #plainerWorld(): void {
    for (const plainer of plainerWorlds) {
      const { configuration } = this.best.scenario;
      const world = plainer(configuration.world);
      if (JSON.stringify(world) !== JSON.stringify(configuration.world))
        this.#try({ configuration: { ...configuration, world } });
    }
  }

  #simplerChoices(): void {
    simplerChoices(this.best.scenario.choices, (choices) =>
      this.#plays(this.best.scenario, new ReplayedChoices(choices)),
    );
  }

  /** Whether the best scenario with these changes fails in the same way, by its choices or by others; then it is the best. */
  #try(changes: Partial<Scene>, chances = otherChances): boolean {
    const scene: Scenario = { ...this.best.scenario, ...changes };
    const { choices } = this.best.scenario;
    const beyond = new RandomChoices("shrink");
    if (this.#plays(scene, new ReplayedChoices(choices, { beyond }))) return true;
    for (let i = 1; i <= chances; i++) {
      if (this.#plays(scene, new RandomChoices(`shrink ${i}`))) return true;
    }
    return false;
  }

  #plays(scene: Scene, choices: ChoiceStreams): boolean {
    if (this.left <= 0) return false;
    this.left--;
    const { configuration, script, until } = scene;
    const { checker, anomaly } = this.#signature;
    const played = playScene({ configuration, script, until }, choices);
    const same = signatures(played.run).some(
      (found) => found.checker === checker && found.anomaly === anomaly,
    );
    if (same) this.best = played;
    return same;
  }
}
