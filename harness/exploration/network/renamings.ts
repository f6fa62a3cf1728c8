import { UsageError } from "../../../histories/errors.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import { Fingerprinter, isList } from "../fingerprint.ts";

/** A permutation of the nodes, and how data are fingerprinted as they would be with the nodes so exchanged. */
export interface Renaming {
  /** By a node's position, the position of the node whose name it takes. */
  readonly nodes: readonly number[];
  readonly fingerprinter: Fingerprinter;
  /** A string with the names exchanged. */
  readonly rename: (text: string) => string;
  /** The names of all nodes in their order: as a list, what it is with names exchanged as well. */
  readonly all: readonly NodeId[];
}

/** So that a state is not fingerprinted more often than the reduction can pay for. */
const mostRenamings = 720;

/**
 * All permutations of the nodes that exchange nodes of the same group only; the one that leaves all as they
 * are comes first. A name counts where a string of the data is it or has it as a word; but not in the list of the names
 * of all nodes in their order, by which every node knows all: that says of no node what it does not of the others.
 */
export function renamings(nodes: readonly NodeId[], groups: readonly (readonly NodeId[])[] = []): Renaming[] {
  let permutations: number[][] = [nodes.map((_, i) => i)];
  for (const group of groups) {
    const places = group.map((name) => {
      const place = nodes.indexOf(name);
      if (place === -1)
        throw new UsageError(`Expected names of nodes that may be exchanged, found "${name}".`);
      return place;
    });
    permutations = permutations.flatMap((permutation) =>
      permutationsOf(places).map((exchanged) => {
        const next = [...permutation];
        places.forEach((place, i) => (next[place] = exchanged[i]!));
        return next;
      }),
    );
    if (permutations.length > mostRenamings) {
      throw new UsageError(`Expected groups of nodes with at most ${mostRenamings} permutations together.`);
    }
  }
  const all = permutations.length > 1 ? nodes : [];
  return permutations.map((permutation) => {
    const rename = renamingOf(nodes, permutation);
    return { nodes: permutation, fingerprinter: new Fingerprinter(rename, all), rename, all };
  });
}

function renamingOf(nodes: readonly NodeId[], permutation: readonly number[]): (text: string) => string {
  const names = new Map<string, string>();
  permutation.forEach((to, from) => {
    if (to !== from) names.set(nodes[from]!, nodes[to]!);
  });
  if (names.size === 0) return (text) => text;
  return (text) => text.replaceAll(/[A-Za-z0-9]+/g, (word) => names.get(word) ?? word);
}

/** In the order in which they would stand in a dictionary: the one that changes nothing first. */
function permutationsOf(places: readonly number[]): number[][] {
  let found: number[][] = [[]];
  for (let length = 0; length < places.length; length++) {
    found = found.flatMap((begin) =>
      places.filter((place) => !begin.includes(place)).map((place) => [...begin, place]),
    );
  }
  return found;
}

/** A copy of plain data with the names exchanged. */
export function renamed(value: unknown, renaming: Pick<Renaming, "rename" | "all">): unknown {
  const { rename, all } = renaming;
  if (typeof value === "string") return rename(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return isList(value, all) ? [...value] : value.map((each) => renamed(each, renaming));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [rename(name), renamed(each, renaming)]),
  );
}
