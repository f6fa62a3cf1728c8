import { lookup } from "node:dns/promises";
import { isIP, type AddressInfo } from "node:net";

/** A `host:port` that is taken apart; an empty host means every interface. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** An address that cannot be used, in the words of Go's package net. */
export class AddressError extends Error {}

/** Takes `host:port`, `[v6]:port` or `:port` apart. Ports are numbers here: names of services are not known. */
export function parseAddress(address: string): HostPort {
  if (address === "") return { host: "", port: 0 };
  const { host, port } = splitHostPort(address);
  if (!/^[+-]?\d*$/.test(port)) throw new AddressError(`lookup tcp/${port}: unknown port`);
  const number = Number(port);
  if (!(number >= 0 && number <= 65_535)) throw new AddressError(`address ${port}: invalid port`);
  return { host, port: number };
}

/** The address with its host resolved to an IP address, IPv4 preferred. */
export async function resolveAddress(address: string): Promise<HostPort> {
  const { host, port } = parseAddress(address);
  if (host === "" || isIP(host) !== 0) return { host, port };
  try {
    const found = await lookup(host, { all: true });
    const chosen = found.find((candidate) => candidate.family === 4) ?? found[0];
    if (chosen !== undefined) return { host: chosen.address, port };
  } catch {
    // Said below: why the resolver failed differs from machine to machine.
  }
  throw new AddressError(`lookup ${host}: no such host`);
}

export function formatAddress({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function formatSocketAddress(address: AddressInfo): string {
  return formatAddress({ host: address.address, port: address.port });
}

/** Whether an address means every interface, in which case IPv6 sockets take IPv4 too. */
export function isWildcard(host: string): boolean {
  return host === "" || host === "0.0.0.0" || host === "::";
}

/** Go's text for a failed bind: `listen tcp 127.0.0.1:80: bind: permission denied`. */
export function describeBindError(address: HostPort, code: string): string {
  return `listen tcp ${formatAddress(address)}: bind: ${bindErrors.get(code) ?? code}`;
}

const bindErrors = new Map([
  ["EADDRINUSE", "address already in use"],
  ["EADDRNOTAVAIL", "cannot assign requested address"],
  ["EACCES", "permission denied"],
  ["EINVAL", "invalid argument"],
  ["EMFILE", "too many open files"],
]);

function splitHostPort(address: string): { host: string; port: string } {
  const refuse = (reason: string): never => {
    throw new AddressError(`address ${address}: ${reason}`);
  };
  const colon = address.lastIndexOf(":");
  if (colon < 0) refuse("missing port in address");
  let host: string;
  let afterOpening = 0;
  let afterClosing = 0;
  if (address.startsWith("[")) {
    const end = address.indexOf("]");
    if (end < 0) refuse("missing ']' in address");
    if (end + 1 !== colon) {
      refuse(address[end + 1] === ":" ? "too many colons in address" : "missing port in address");
    }
    host = address.slice(1, end);
    afterOpening = 1;
    afterClosing = end + 1;
  } else {
    host = address.slice(0, colon);
    if (host.includes(":")) refuse("too many colons in address");
  }
  if (address.includes("[", afterOpening)) refuse("unexpected '[' in address");
  if (address.includes("]", afterClosing)) refuse("unexpected ']' in address");
  return { host, port: address.slice(colon + 1) };
}
