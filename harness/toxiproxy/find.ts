import { UsageError } from "../../histories/errors.ts";
import { isJsonObject } from "../../histories/json.ts";
import { startToxiproxy, type ToxiproxyOptions } from "./server.ts";

/** A server to drive, whoever runs it. */
export interface FoundToxiproxy {
  readonly url: string;
  readonly version: string;
  /** Whether it was started here, inside this process. */
  readonly embedded: boolean;
  /** Ends the embedded server; leaves another's alone. */
  close(): Promise<void>;
}

/** Where Toxiproxy listens unless told otherwise. */
const usualUrl = "http://127.0.0.1:8474";
const patience = 2000;

/**
 * Finds the server to use: that of `url`, else of the environment's TOXIPROXY_URL, else one on Toxiproxy's
 * usual port, else the embedded one, started with `options`. A server that was asked for and does not answer
 * is a UsageError.
 */
export async function findToxiproxy(
  url: string | undefined = process.env["TOXIPROXY_URL"],
  options: ToxiproxyOptions = {},
): Promise<FoundToxiproxy> {
  const asked = url === undefined || url === "" ? undefined : url.replace(/\/+$/, "");
  const candidate = asked ?? usualUrl;
  const version = await askVersion(candidate);
  if (version !== undefined) {
    return { url: candidate, version, embedded: false, close: () => Promise.resolve() };
  }
  if (asked !== undefined) {
    throw new UsageError(
      `Expected a Toxiproxy server at ${asked}, but nothing there answers GET /version as Toxiproxy does.\n` +
        "Start it, or leave TOXIPROXY_URL unset to use the embedded server.",
      "E_TOXIPROXY",
    );
  }
  const server = await startToxiproxy({ metrics: true, ...options });
  const embeddedVersion = (await askVersion(server.url)) ?? "unknown";
  return { ...server, version: embeddedVersion, embedded: true };
}

/** The version of the Toxiproxy server at a URL; undefined when there is none. */
async function askVersion(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/version`, { signal: AbortSignal.timeout(patience) });
    if (!response.ok) return undefined;
    return versionIn(await response.text());
  } catch {
    return undefined;
  }
}

/** Since 2.6 the version comes as JSON, before that as plain text. */
function versionIn(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^(git|v?\d+\.\d+\.\d+\S*)$/.test(trimmed)) return trimmed;
  try {
    const value: unknown = JSON.parse(trimmed);
    const version = isJsonObject(value) ? value["version"] : undefined;
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
