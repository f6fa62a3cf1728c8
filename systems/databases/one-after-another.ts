import type { NodeId } from "../contracts/protocol.ts";

/** What the first of `nodes` gives that does not fail, asked one after the other; throws if none does what it is asked for. */
export async function oneAfterAnother<Result>(
  nodes: readonly NodeId[],
  request: (node: NodeId) => Promise<Result>,
): Promise<Result> {
  let why: unknown;
  for (const node of nodes) {
    try {
      return await request(node);
    } catch (error) {
      why = error;
    }
  }
  const asked = nodes.length === 0 ? "nobody was there to be asked" : `asked: ${nodes.join(", ")}`;
  throw new Error(`no member did what it was asked for (${asked})`, { cause: why });
}
