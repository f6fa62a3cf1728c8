import { isIP } from "node:net";
import { checkServerIdentity, type ConnectionOptions } from "node:tls";

import { UsageError } from "../../../histories/errors.ts";
import { fileIn, hostOf, withoutPassword } from "../server-url.ts";

/** How a server is spoken to over TLS, in the words of Node's own `tls`. */
export type PostgresTls = Pick<
  ConnectionOptions,
  "ca" | "cert" | "key" | "rejectUnauthorized" | "checkServerIdentity" | "servername"
>;

/** What may stand behind the "?" of a URL, by libpq's names (PostgreSQL's manual, "Parameter Key Words"). */
export const parametersOfTls = ["sslmode", "sslrootcert", "sslcert", "sslkey"] as const;

const modes = ["disable", "no-verify", "require", "verify-ca", "verify-full"] as const;
/**
 * What is asked of the server's certificate, as libpq has it (the manual, "SSL Support"), and not as the library `pg` does, to which the last three are the
 * same: nothing at `require`, that an authority vouches for it at `verify-ca`, and that it is of the host as well at `verify-full`. To name an authority turns
 * `require` into `verify-ca`. `no-verify` is the library's word for asking nothing, whoever is named.
 */
type SslMode = (typeof modes)[number];

/** The authorities that Node knows anyway. */
const system = "system";

/** How much TLS a URL asks for; a `UsageError` for what it cannot mean. */
export function sslModeIn(url: URL): SslMode {
  const root = url.searchParams.get("sslrootcert");
  const named = url.searchParams.get("sslmode");
  if (named === null && root !== system) {
    const useless = parametersOfTls.find((parameter) => url.searchParams.has(parameter));
    if (useless === undefined) return "disable";
    throw refused(url, `${useless} means something together with sslmode only: ${modes.join(", ")}`);
  }
  // Anybody gets a certificate of some host from those whom all the world trusts.
  const asked = named ?? "verify-full";
  const mode = modes.find((each) => each === asked);
  if (mode === undefined) {
    const silently = ["allow", "prefer"].includes(asked) ? ", which would go without TLS and not say so" : "";
    throw refused(url, `expected an sslmode of ${modes.join(", ")}, found ${asked}${silently}`);
  }
  if (root === system && mode !== "verify-full")
    throw refused(url, `sslrootcert=${system} goes with sslmode=verify-full only`);
  if (mode === "verify-ca" && root === null)
    throw refused(url, "sslmode=verify-ca needs a file of authorities, sslrootcert=FILE");
  return mode === "require" && root !== null ? "verify-ca" : mode;
}

/**
 * How the server of a URL is spoken to over TLS; undefined if it is not. Its certificate is to be of the host that the URL names, whatever proxy the connection passes. Throws a
 * `UsageError` for what the URL cannot mean, and for a file that cannot be read.
 */
export function postgresTls(url: URL): PostgresTls | undefined {
  const mode = sslModeIn(url);
  if (mode === "disable") return undefined;
  const host = hostOf(url);
  const ca = url.searchParams.get("sslrootcert") === system ? undefined : fileIn(url, "sslrootcert");
  const cert = fileIn(url, "sslcert");
  const key = fileIn(url, "sslkey");
  const vouched = mode === "verify-ca" || mode === "verify-full";
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: vouched,
    checkServerIdentity: (_, certificate) =>
      mode === "verify-full" ? checkServerIdentity(host, certificate) : undefined,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function refused(url: URL, why: string): UsageError {
  return new UsageError(`A URL cannot be used, ${withoutPassword(url)}: ${why}.`, "E_URL");
}
