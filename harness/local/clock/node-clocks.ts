import type { NodeId } from "../../../systems/contracts/protocol.ts";
import { contradiction, type Skew } from "./skew.ts";

/** The wall clocks of the nodes of a run, by whatever means they are set. */
export interface NodeClocks {
  /** How far a clock that reads rightly may be from what it was set to, in milliseconds. */
  readonly tolerance: number;
  /** What the process of `node`, about to start, needs in its environment. */
  environment(node: NodeId): Readonly<Record<string, string>>;
  /** The process of `node` has just started. */
  started(node: NodeId): void;
  /** Sets the clock of a node, for now and for whenever it starts again. In the journal before it is done. */
  set(node: NodeId, skew: Skew): void | Promise<void>;
  /** How the clock of a node is set. */
  skewOf(node: NodeId): Skew;
  /** The clock of `node` is right again, and was seen to be. */
  settled(node: NodeId): void;
  close(): void | Promise<void>;
}

/** How often a clock that swings is read, to see it in both its phases. */
const looks = 12;

/** Throws unless the clock that `read` gives (milliseconds since 1970) is off as it was set; one that swings, in both ways. */
export async function verifyClock(
  clocks: NodeClocks,
  node: NodeId,
  read: () => Promise<number | undefined>,
): Promise<void> {
  const skew = clocks.skewOf(node);
  for (let look = 0; look < (skew.period > 0 ? looks : 1); look++) {
    const asked = Date.now();
    const shown = await read();
    if (shown === undefined) return;
    const wrong = contradiction(skew, { asked, shown, answered: Date.now() }, clocks.tolerance);
    if (wrong !== undefined) throw new Error(`expected the clock of ${node} ${wrong}`);
  }
}
