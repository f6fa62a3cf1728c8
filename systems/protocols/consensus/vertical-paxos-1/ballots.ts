import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { isCount } from "../../state-machine/operation.ts";
import { configurationFrom, type Configuration } from "../vertical-paxos/messages.ts";
import { proposeToMaster } from "../vertical-paxos/replicated-master.ts";
import type { Server } from "./server.ts";

/**
 * An entry of the record that the master keeps of each instance: a ballot begins with acceptors of its own, or is complete, so
 * that nobody need read those before it.
 */
export type Entry =
  | { readonly event: "begin"; readonly configuration: Configuration }
  | { readonly event: "complete"; readonly ballot: number };

/** The ballots on record from the one that is complete on, the highest first. */
export function openConfigurations(entries: readonly Entry[]): readonly Configuration[] {
  const complete = completeBallot(entries);
  const open: Configuration[] = [];
  for (const entry of entries) {
    if (entry.event === "begin" && entry.configuration.ballot >= complete) open.push(entry.configuration);
  }
  return open.toSorted((a, b) => b.ballot - a.ballot);
}

export function completeBallot(entries: readonly Entry[]): number {
  return entries.reduce(
    (latest, entry) => (entry.event === "complete" ? Math.max(latest, entry.ballot) : latest),
    0,
  );
}

export function highestBallot(entries: readonly Entry[]): number {
  return entries.reduce(
    (highest, entry) => (entry.event === "begin" ? Math.max(highest, entry.configuration.ballot) : highest),
    0,
  );
}

/** Asks the master to enter this next in the record of an instance. What it does enter may be another's. */
export function askMaster(server: Server, key: string, entry: Entry): void {
  const { state } = server;
  const position = state.records[key]?.length ?? 0;
  state.asked[key] = entry;
  proposeToMaster(server, `${position}/${key}`, [key, position], entry);
}

/** What the master has entered, if that is new: the key and the entry; null instead if it gave no answer. */
export function nextEntry(
  { state }: Server,
  request: string,
  body: JsonObject,
): { readonly key: string; readonly entry: Entry | null } | undefined {
  const slash = request.indexOf("/");
  const key = request.slice(slash + 1);
  const record = state.records[key] ?? [];
  if (Number(request.slice(0, slash)) !== record.length) return undefined;
  const entry = body["type"] === "propose_ok" ? entryFrom(body["value"]) : null;
  if (entry !== null) state.records[key] = [...record, entry];
  return { key, entry };
}

function entryFrom(json: Json | undefined): Entry {
  if (isJsonObject(json)) {
    const { event, ballot } = json;
    const configuration = configurationFrom(json["configuration"]);
    if (event === "begin" && configuration !== undefined) return { event, configuration };
    if (event === "complete" && isCount(ballot)) return { event, ballot };
  }
  throw new Error(`the master entered what is no entry: ${JSON.stringify(json)}`);
}
