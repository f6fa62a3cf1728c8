import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity, type ConnectionOptions } from "node:tls";

import { UsageError } from "../../histories/errors.ts";
import type { NodeId } from "../contracts/protocol.ts";
import type { Address } from "../contracts/system.ts";

/** What URLs of a kind of server look like. */
export interface UrlForm {
  readonly example: string;
  /** "postgres", "postgresql", …: each may stand before "://". */
  readonly protocols: readonly string[];
  /** The port where a URL names none. */
  readonly port: number;
  /** Those that are spoken over TLS, and the port of such a server where a URL names none. */
  readonly tls?: { readonly protocols: readonly string[]; readonly port: number };
  /** What may stand behind the "?", besides the files of TLS. */
  readonly parameters?: readonly string[];
}

/** How a user of a server is known to it; empty where the URL does not say. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** The path, without the first slash. */
  readonly database: string;
}

/**
 * How a server is spoken to over TLS, in the words of Node's own `tls`. Its certificate is to be of the host that the URL names, whatever proxy the connection
 * passes; authorities of one's own are named by `ca`, or to Node as ever (`NODE_EXTRA_CA_CERTS`).
 */
export type TlsAccess = Pick<ConnectionOptions, "servername" | "checkServerIdentity"> & {
  /** The host that the URL names. */
  readonly named: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
};

/** Parameters of URLs that name files for TLS, in PEM: authorities, and who the client is. */
const filesOfTls = ["ca", "cert", "key"] as const;

/** Where the server of a URL listens; a `UsageError` unless it has the form. */
export function addressIn(url: URL, form: UrlForm): Address {
  const { example, protocols, port, tls, parameters = [] } = form;
  const secured = speaksTls(url, form);
  if ((!secured && !protocols.includes(protocolOf(url))) || url.hostname === "")
    throw new UsageError(`Expected a URL as ${example}, found ${withoutPassword(url)}.`, "E_URL");
  const known = [...parameters, ...(secured ? filesOfTls : [])];
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `Expected ${known.length === 0 ? "nothing" : known.join(", ")} behind the ? of ${withoutPassword(url)}, found ${unknown}.`,
      "E_URL",
    );
  const usual = secured ? (tls?.port ?? port) : port;
  return { host: hostOf(url), port: url.port === "" ? usual : Number(url.port) };
}

/** How the server of a URL is spoken to over TLS; undefined if it is not. Throws a `UsageError` for a file that cannot be read. */
export function tlsIn(url: URL, form: UrlForm): TlsAccess | undefined {
  if (!speaksTls(url, form)) return undefined;
  const host = hostOf(url);
  const files = filesOfTls.flatMap((name) => {
    const content = fileIn(url, name);
    return content === undefined ? [] : [[name, content] as const];
  });
  return {
    named: host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    ...Object.fromEntries(files),
  };
}

/** Who logs in at all of the servers; a `UsageError` if it is not the same everywhere. */
export function commonLogin(urls: ReadonlyMap<NodeId, URL>): Login {
  const [first, ...others] = [...urls.values()].map((url) => ({
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  }));
  if (first === undefined) throw new Error("no server");
  const same = (login: Login): boolean =>
    login.user === first.user && login.password === first.password && login.database === first.database;
  if (!others.every(same))
    throw new UsageError(
      "Expected the same user, password and path in every --url: only host and port may differ.",
      "E_URL",
    );
  return first;
}

/** A URL as it may be shown and kept. */
export function withoutPassword(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}

function speaksTls(url: URL, { tls }: UrlForm): boolean {
  return tls?.protocols.includes(protocolOf(url)) === true;
}

function protocolOf(url: URL): string {
  return url.protocol.slice(0, -1);
}

/** The host that a URL names, as sockets want it: an address of IPv6 without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/** What the file holds that a parameter of a URL names; undefined if there is none. Throws a `UsageError` if it cannot be read. */
export function fileIn(url: URL, parameter: string): Buffer | undefined {
  const path = url.searchParams.get(parameter);
  if (path === null) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(
      `The file ${path} that a --url names cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "E_URL",
    );
  }
}
