import { execute } from "../../state-machine/key-value-store.ts";
import { settle } from "../../state-machine/open-requests.ts";
import { componentsFrom } from "./components.ts";
import type { InstanceId } from "./instance.ts";
import type { Replica } from "./replica.ts";

/**
 * The execution algorithm (§4.3.2): a command comes after all that it depends on; commands that depend on one another are
 * executed together, in the order of their sequence numbers. What depends on an instance that is not committed here waits.
 */
export function executeReady(replica: Replica): void {
  const { state, rules } = replica;
  const waiting = new Set(state.pending);
  const seqOf = (id: InstanceId): number => state.committed[id]?.seq ?? 0;
  const next = (id: InstanceId): readonly InstanceId[] | undefined => {
    // What was executed is as good as not there.
    const value = state.committed[id];
    return value?.deps.filter((dep) => state.committed[dep] === undefined || waiting.has(dep));
  };
  const roots = rules.resumesExecution ? state.pending : state.pending.slice(-1);
  for (const root of roots) {
    if (!waiting.has(root)) continue;
    for (const component of componentsFrom(root, next)) {
      for (const id of component.toSorted((a, b) => rules.order(a, b, seqOf))) {
        executeOne(replica, id);
        waiting.delete(id);
      }
    }
  }
  state.pending = state.pending.filter((id) => waiting.has(id));
}

function executeOne({ state, node }: Replica, id: InstanceId): void {
  const value = state.committed[id];
  if (value === undefined || value.command === null) return;
  const answer = execute(state.store, value.command);
  for (const key of value.writes) (state.executed[key] ??= []).push(id);
  const number = state.mine[id];
  if (number === undefined) return;
  delete state.mine[id];
  settle(state.requests, { origin: node.id, life: state.requests.life, number }, answer, node);
}
