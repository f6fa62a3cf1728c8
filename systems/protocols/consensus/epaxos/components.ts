/**
 * The strongly connected components that can be reached from `root`, each after all that it leads to (Tarjan 1972,
 * without recursion). Where `next` is undefined of a vertex, nothing more can be said of whoever leads to it:
 * the search ends, with the components found by then.
 */
export function* componentsFrom<Vertex>(
  root: Vertex,
  next: (vertex: Vertex) => readonly Vertex[] | undefined,
): Generator<Vertex[]> {
  const indices = new Map<Vertex, number>();
  const low = new Map<Vertex, number>();
  const stack: Vertex[] = [];
  const onStack = new Set<Vertex>();
  const path: { readonly vertex: Vertex; readonly neighbours: readonly Vertex[]; at: number }[] = [];
  const enter = (vertex: Vertex): boolean => {
    const neighbours = next(vertex);
    if (neighbours === undefined) return false;
    indices.set(vertex, indices.size);
    low.set(vertex, indices.get(vertex)!);
    stack.push(vertex);
    onStack.add(vertex);
    path.push({ vertex, neighbours, at: 0 });
    return true;
  };
  if (!enter(root)) return;
  for (;;) {
    const top = path.at(-1);
    if (top === undefined) return;
    const { vertex } = top;
    const neighbour = top.neighbours[top.at++];
    if (neighbour !== undefined) {
      if (!indices.has(neighbour)) {
        if (!enter(neighbour)) return;
      } else if (onStack.has(neighbour)) {
        low.set(vertex, Math.min(low.get(vertex)!, indices.get(neighbour)!));
      }
      continue;
    }
    path.pop();
    const parent = path.at(-1)?.vertex;
    if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(vertex)!));
    if (low.get(vertex) !== indices.get(vertex)) continue;
    const component = stack.splice(stack.lastIndexOf(vertex));
    for (const member of component) onStack.delete(member);
    yield component;
  }
}
