import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ApiError } from "./api-error.ts";
import { AddressError, describeBindError, isWildcard, resolveAddress, type HostPort } from "./go/address.ts";

/**
 * Listens on `host:port`; port 0 takes a free one. A wildcard takes IPv6 and IPv4 where the machine has both.
 * An address that cannot be resolved or bound is an ApiError 500 in the words of Go.
 */
export async function listen(address: string, accept: (client: Socket) => void): Promise<Server> {
  let wanted: HostPort;
  try {
    wanted = await resolveAddress(address);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new ApiError(`listen tcp: ${error.message}`, 500);
  }
  const hosts = isWildcard(wanted.host) ? ["::", "0.0.0.0"] : [wanted.host];
  let code = "";
  for (const host of hosts) {
    try {
      return await bind({ host, port: wanted.port }, accept);
    } catch (error) {
      code = errorCode(error);
      if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") break;
    }
  }
  throw new ApiError(describeBindError(wanted, code), 500);
}

/** The address that a server listens on. */
export function boundAddress(server: { address(): AddressInfo | string | null }): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no TCP port");
  return address;
}

function bind(address: HostPort, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accept);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...address, exclusive: true }, () => {
      server.off("error", reject);
      // Accepting may fail for want of file descriptors; the proxy goes on with those that it has.
      server.on("error", () => {});
      resolve(server);
    });
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
