import { UsageError } from "../../histories/errors.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import {
  faultKinds,
  type Address,
  type FaultKind,
  type System,
  type SystemSettings,
} from "../../systems/contracts/system.ts";
import { linkFaultKinds } from "../network/possible-faults.ts";

/** Servers that their user runs, and a run of theirs. */
export interface RunningRequest {
  /** The URL of each node, as on the command line. */
  readonly urls: readonly string[];
  /** Whether to leave on them what the run has made. */
  readonly keep?: boolean;
}

/** The servers of a plan: where they are, and the URLs without passwords. */
export interface RunningPlan {
  readonly addresses: readonly Address[];
  readonly shown: readonly string[];
}

/**
 * A system as it is where its user runs the servers: on as many nodes as there are URLs, whose processes are nobody's to hurt. Throws a `UsageError` where the
 * system cannot be tested so, or a URL is not one of its.
 */
export function runningSystem(
  system: System,
  { urls, keep = false }: RunningRequest,
  name: string,
): { readonly system: System; readonly servers: RunningPlan } {
  const { running, settings = [], ...rest } = system;
  if (running === undefined)
    throw new UsageError(
      `${system.name} cannot be tested on servers that run already: its adapter does not say how.`,
      "E_URL",
    );
  const parsed = urls.map((text) => {
    if (URL.canParse(text)) return new URL(text);
    throw new UsageError(
      `Expected a URL as ${running.example}, found ${text.replace(/:[^:@/]*@/, ":***@")}.`,
      "E_URL",
    );
  });
  const addresses = parsed.map((url) => running.address(url));
  const listed = addresses.map(({ host, port }) => `${host}:${port}`);
  const twice = listed.find((each, i) => listed.indexOf(each) < i);
  if (twice !== undefined)
    throw new UsageError(`Each --url is a node of its own, and ${twice} is named twice.`, "E_URL");
  const count = urls.length;
  return {
    system: {
      ...rest,
      nodeCounts: { default: count, minimum: count, maximum: count },
      mutants: [],
      // One proxy stands before each server, and none between two.
      peers: "one-list",
      settings: settings.filter((setting) => running.settings.includes(setting.name)),
      missing: () => Promise.resolve(undefined),
      open: (surroundings, options) =>
        running.open(surroundings, {
          ...options,
          name,
          keep,
          urls: new Map(surroundings.nodes.map((node, i) => [node, urlAt(parsed, i)])),
        }),
    },
    servers: { addresses, shown: parsed.map(withoutPassword) },
  };
}

/** Settings that were asked for and mean nothing where somebody else has set the servers up. */
export function refuseSettings(system: System, asked: SystemSettings): void {
  const refused = Object.keys(asked).find(
    (name) =>
      system.running?.settings.includes(name) === false &&
      system.settings?.some((each) => each.name === name) === true,
  );
  if (refused !== undefined)
    throw new UsageError(
      `${refused} of ${system.name} cannot be chosen for servers that run already: they are as they were set up.`,
    );
}

/** The faults that cannot be done to servers that run already, with the reason. */
export const notToBeDone: ReadonlyMap<FaultKind, string> = new Map(
  faultKinds
    .filter((kind) => !linkFaultKinds.includes(kind))
    .map((kind) => [
      kind,
      "the servers run already, and only the links between them and their clients are ours to hurt",
    ]),
);

function urlAt(urls: readonly URL[], i: number): URL {
  const url = urls[i];
  if (url === undefined) throw new Error(`no URL for node ${i + 1}`);
  return url;
}

/** A URL as it may be shown and kept. */
function withoutPassword(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}

/** The processes of somebody else: there, as far as anybody knows, and not to be touched. */
export const untouchedProcesses = {
  start: refuse,
  run: refuse,
  pid: (_node: NodeId) => undefined,
  alive: (_node: NodeId) => true,
  paused: (_node: NodeId) => false,
  kill: refuse,
  terminate: refuse,
  pause: refuse,
  resume: refuse,
  close: () => Promise.resolve(),
};

function refuse(node: NodeId): Promise<never> {
  return Promise.reject(new Error(`the server of ${node} is not ours: its processes are not to be touched`));
}
