import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { RunError } from "../../histories/errors.ts";
import type { NodeId } from "../contracts/protocol.ts";
import type { Address, Surroundings } from "../contracts/system.ts";

/** How long a server that runs already may take to be of use, in milliseconds: it may be about to find a leader. */
const startPatience = 5_000;
/** How long a connection may take that asks for nothing. */
const connectPatience = 1_000;

/**
 * Waits until a server that runs already can be used, some seconds or `patience` milliseconds; what the attempt that succeeded gave. A `RunError` says why none did, and whether anybody
 * listens at the address at all.
 */
export async function untilUsable<Result>(
  surroundings: Surroundings,
  node: NodeId,
  attempt: () => Promise<Result>,
  patience = startPatience,
): Promise<Result> {
  const before = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof OfNoUse || performance.now() - before > patience) {
        const address = surroundings.address(node);
        const told = error instanceof OfNoUse || error instanceof NotYet;
        const why = told ? error.message : await reasonAt(address, error);
        throw new RunError(
          "E_SERVER",
          `The server of ${node}, at ${inWords(address)}, cannot be used: ${why}`,
          { cause: error },
        );
      }
      await sleep(100);
    }
  }
}

/** Runs what it is given one after the other. Once one has failed none that follows begins, so that nothing is made any more when a run is given up. */
export function inTurn(): <Result>(body: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (body) => {
    const next = last.then(body);
    last = next;
    return next;
  };
}

/** A server was seen to be of no use, and will not become so by waiting. */
export class OfNoUse extends Error {}

/** A server is of no use yet; the reason says all there is to say. */
export class NotYet extends Error {}

/** Takes away what a run has made on servers that share it, through whichever of them can do it. A `RunError` says what is left, and how to take it away. */
export async function takeAway(
  nodes: readonly NodeId[],
  through: (node: NodeId) => Promise<void>,
  { what, how }: { readonly what: string; readonly how: string },
): Promise<void> {
  let failure: unknown;
  for (const node of nodes) {
    try {
      await through(node);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw new RunError(
    "E_SERVER",
    `What the run has made on the servers is still there, ${what}: ${messageOf(failure)}. To take it away: ${how}`,
    { cause: failure },
  );
}

/** The node that is reached at an address, directly or on the way of its clients. */
export function nodeAt(surroundings: Surroundings, { host, port }: Address): NodeId | undefined {
  return surroundings.nodes.find((node) =>
    [surroundings.address(node), surroundings.route("clients", node)].some(
      (each) => each.host === host && each.port === port,
    ),
  );
}

async function reasonAt(address: Address, error: unknown): Promise<string> {
  const refused = await whyNotReached(address);
  return refused === undefined
    ? `${messageOf(error)}. Somebody listens there: is it such a server, and do TLS, user and password of the URL fit?`
    : `nobody answers there: ${refused}`;
}

/** Why no connection to an address can be had; undefined if one can. */
function whyNotReached({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const end = (why: string | undefined): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(why);
    };
    const deadline = setTimeout(() => end("no connection in time"), connectPatience);
    socket.on("connect", () => end(undefined));
    socket.on("error", (error) => end("code" in error ? String(error.code) : error.message));
  });
}

function inWords({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
