import type { Address } from "../../contracts/system.ts";
import { ZookeeperConnection } from "./connection.ts";
import { connectionsOf } from "./server.ts";

/**
 * The wall clock of the server at `address`, in milliseconds since 1970; undefined if it does not answer in time, as one without a majority. What is written bears the time of the leader;
 * but each server tells by its own clock when a connection was made (command `cons`, `est`), so one is made.
 */
export async function clockOf(address: Address, milliseconds: number): Promise<number | undefined> {
  const before = performance.now();
  let connection: ZookeeperConnection | undefined;
  try {
    connection = await ZookeeperConnection.open(address, milliseconds);
    const session = BigInt(`0x${connection.client.getSessionId().toString("hex")}`).toString(16);
    const connections = await connectionsOf(address, milliseconds - (performance.now() - before));
    const own = connections?.split("\n").find((line) => line.includes(`sid=0x${session},`));
    const [, made] = /\best=(\d+)/.exec(own ?? "") ?? [];
    return made === undefined ? undefined : Number(made);
  } catch {
    return undefined;
  } finally {
    connection?.close();
  }
}
