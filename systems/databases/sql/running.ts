import { RunError } from "../../../histories/errors.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Surroundings } from "../../contracts/system.ts";
import { NotYet, untilUsable } from "../running.ts";
import { messageOf } from "./client.ts";
import type { SqlServers } from "./cluster.ts";
import type { SqlSession } from "./session.ts";

/** How long a server that runs already may take to answer, or to get from another what a run has made, in milliseconds. */
const patience = 10_000;

/** What the tables of a run are kept in on servers of somebody else's. */
export interface OwnPlace {
  /** A connection of the user's own kind. */
  open(node: NodeId): Promise<SqlSession>;
  /** A statement that makes the place, unless it is there. */
  readonly create: string;
  /** A statement that takes it away with all that is in it. */
  readonly drop: string;
  /** A statement that gives a row if the place is there. */
  readonly look: string;
  /** A statement that gives a row if the server takes no writes. */
  readonly readOnly: string;
  /** The one server that makes it, where the others get it from there; every one that takes writes unless given. */
  readonly maker?: NodeId;
}

/**
 * How a place of its own comes and goes with a run: made on every server that takes writes, and awaited on those that follow one; taken away at the
 * end, unless it is to be kept.
 */
export function ownPlace(
  place: OwnPlace,
  surroundings: Surroundings,
  keep: boolean,
): Pick<SqlServers, "prepare" | "close"> {
  const made = new Set<NodeId>();
  const on = async <Result>(
    node: NodeId,
    body: (session: SqlSession) => Promise<Result>,
  ): Promise<Result> => {
    const session = await place.open(node);
    try {
      return await body(session);
    } finally {
      session.close();
    }
  };
  const isThere = async (session: SqlSession, statement: string): Promise<boolean> =>
    (await session.run(statement)).rows.length > 0;
  const attempt = (node: NodeId): Promise<"made" | "there" | "awaited"> =>
    on(node, async (session) => {
      const follows = place.maker !== undefined && place.maker !== node;
      if (follows || (await isThere(session, place.readOnly)))
        return (await isThere(session, place.look)) ? "there" : "awaited";
      await session.run(place.create);
      return "made";
    });
  return {
    prepare: (node) =>
      untilUsable(
        surroundings,
        node,
        async () => {
          const state = await attempt(node);
          if (state === "awaited")
            throw new NotYet("it has not got from the others what the run has made there");
          if (state === "made") made.add(node);
          return state === "made";
        },
        patience,
      ),
    async close() {
      if (keep) return;
      for (const node of surroundings.nodes) {
        if (!made.has(node)) continue;
        try {
          await on(node, (session) => session.run(place.drop));
        } catch (error) {
          throw new RunError(
            "E_SERVER",
            `What the run has made on the server of ${node} is still there: ${messageOf(error)}. To take it away: ${place.drop}`,
            { cause: error },
          );
        }
      }
    },
  };
}
