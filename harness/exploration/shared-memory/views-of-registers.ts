/** What two processes may know after some rounds of writing and reading, as a graph. */
export interface ViewGraph {
  /** Views of one process, by what they tell; joined where one run gives them to the two processes. */
  readonly components: readonly ReadonlySet<string>[];
}

/** What a round does with the other's register: read it after the own was written; or win or lose a test-and-set besides. */
export type Primitive = "registers" | "test-and-set";

/**
 * All that two processes can know of each other after so many rounds, if each tells all that it knows: in a round
 * it writes its view to its register and then reads the other's. Any algorithm of so many steps decides by such a view. Two
 * views that a process and the other have at the end of one run must decide alike; so all views of a
 * component must, and consensus is impossible if one holds a run of each process alone with its own input (the argument by
 * connectivity, after Fischer, Lynch & Paterson 1985 and Loui & Abu-Amara 1987).
 */
export function viewsAfter(rounds: number, primitive: Primitive = "registers"): ViewGraph {
  const leader = new Map<string, string>();
  const find = (view: string): string => {
    let root = view;
    while (leader.get(root) !== root) root = leader.get(root)!;
    return root;
  };
  for (const views of finalViews(rounds, primitive)) {
    for (const view of views) if (!leader.has(view)) leader.set(view, view);
    leader.set(find(views[0]), find(views[1]));
  }
  const components = new Map<string, Set<string>>();
  for (const view of leader.keys()) {
    const root = find(view);
    const component = components.get(root);
    if (component === undefined) components.set(root, new Set([view]));
    else component.add(view);
  }
  return { components: [...components.values()] };
}

/** The view of a process that ran alone with an input: what it must decide is clear. */
export function soloView(process: 0 | 1, rounds: number, primitive: Primitive = "registers"): string {
  for (const views of finalViews(rounds, primitive, process)) return views[process];
  throw new Error("there is a run of each process alone");
}

interface State {
  readonly views: readonly [string, string];
  readonly registers: readonly [string, string];
  /** Steps taken by each: even ones write, odd ones read. */
  readonly taken: readonly [number, number];
  readonly set: boolean;
}

/** The pairs of views at the end of all runs, with inputs 0 and 1; or of the run in which one process goes first, alone. */
function* finalViews(
  rounds: number,
  primitive: Primitive,
  first?: 0 | 1,
): Generator<readonly [string, string]> {
  const steps = 2 * rounds + (primitive === "test-and-set" ? 1 : 0);
  const stack: State[] = [{ views: ["0", "1"], registers: ["", ""], taken: [0, 0], set: false }];
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const going = ([0, 1] as const).filter((process) => state.taken[process] < steps);
    if (going.length === 0) yield state.views;
    const chosen = first !== undefined && going.includes(first) ? [first] : going;
    for (const process of chosen) stack.push(after(state, process, 2 * rounds));
  }
}

function after(state: State, process: 0 | 1, registerSteps: number): State {
  const { views, registers, taken, set } = state;
  const step = taken[process];
  const moved = { ...state, taken: replaced(taken, process, step + 1) };
  if (step === registerSteps) {
    return {
      ...moved,
      set: true,
      views: replaced(views, process, `${views[process]} ${set ? "lost" : "won"}`),
    };
  }
  if (step % 2 === 0) return { ...moved, registers: replaced(registers, process, views[process]) };
  const read = registers[process === 0 ? 1 : 0];
  return {
    ...moved,
    views: replaced(views, process, `(${views[process]} saw ${read === "" ? "nothing" : read})`),
  };
}

function replaced<Value>(pair: readonly [Value, Value], at: 0 | 1, value: Value): readonly [Value, Value] {
  return at === 0 ? [value, pair[1]] : [pair[0], value];
}
