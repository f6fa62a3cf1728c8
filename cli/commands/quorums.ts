import { Command } from "commander";

import { UsageError } from "../../histories/errors.ts";
import {
  epaxosFastQuorum,
  inconsistentReplicationFastQuorum,
  mostCrashes,
  nodesNeeded,
  quorumSizes,
  type QuorumSizes,
} from "../../systems/protocols/models/quorums.ts";
import { integer } from "../options.ts";
import { table } from "../table.ts";

interface QuorumFlags {
  readonly nodes?: number;
  readonly faults?: number;
  readonly json?: true;
}

/** Without `--nodes`: clusters of up to so many. */
const usual = 10;

/** Kinds of quorum: what is asked of them, and their size. */
interface Kind {
  readonly name: string;
  readonly size: number;
  readonly means: string;
}

export function quorumsCommand(): Command {
  return new Command("quorums")
    .summary("sizes of quorums for a number of nodes and faults")
    .description(
      "Tells how many nodes make a quorum of each kind, and whether quorums still answer when as many nodes as may fail are silent.",
    )
    .option("--nodes <number>", `so many nodes (default: a table of 1 to ${usual})`, integer(1))
    .option("--faults <number>", "so many may fail (default: as many crashes as majorities bear)", integer(0))
    .option("--json", "print one JSON object")
    .action(({ nodes, faults, json }: QuorumFlags) => {
      if (nodes !== undefined && faults !== undefined && faults >= nodes)
        throw new UsageError(`Of ${nodes} nodes at most ${nodes - 1} may fail, not ${faults}.`);
      const counts = nodes === undefined ? Array.from({ length: usual }, (_, i) => i + 1) : [nodes];
      const sizes = counts
        .filter((count) => faults === undefined || faults < count)
        .map((count) => quorumSizes(count, faults));
      if (json === true) {
        const data = sizes.map((each) => ({ ...each, kinds: kindsOf(each) }));
        process.stdout.write(`${JSON.stringify({ quorums: data })}\n`);
      } else if (nodes === undefined) process.stdout.write(`${overview(sizes)}\n`);
      else for (const each of sizes) process.stdout.write(`${inDetail(each)}\n`);
    });
}

function kindsOf(sizes: QuorumSizes): Kind[] {
  const { nodes, faults } = sizes;
  const crashes = mostCrashes(nodes);
  const all: Kind[] = [
    { name: "storage", size: sizes.storage, means: "one of them does not fail" },
    { name: "majority", size: sizes.majority, means: "any two share a node: consensus despite crashes" },
    { name: "fast", size: sizes.fast, means: "two of them and a majority share a node: Fast Paxos" },
    { name: "fast, alike", size: sizes.fastAlike, means: "three share a node: fast and classic of one size" },
    { name: "Byzantine", size: sizes.byzantine, means: `any two share more than the ${faults} that may lie` },
    {
      name: "masking",
      size: sizes.masking,
      means: "in any two, those that do not lie outnumber those that do",
    },
  ];
  if (nodes === nodesNeeded.crash(crashes)) {
    all.push(
      { name: "EPaxos, fast", size: epaxosFastQuorum(crashes), means: "its leader included" },
      {
        name: "TAPIR, fast",
        size: inconsistentReplicationFastQuorum(crashes),
        means: "inconsistent replication",
      },
    );
  }
  return all.filter(({ size }) => size <= nodes);
}

function overview(sizes: readonly QuorumSizes[]): string {
  const size = (value: number, nodes: number): string => (value <= nodes ? String(value) : "–");
  return table([
    ["nodes", "faults", "storage", "majority", "fast", "alike", "Byzantine", "masking"],
    ...sizes.map((each) => [
      String(each.nodes),
      String(each.faults),
      String(each.storage),
      String(each.majority),
      String(each.fast),
      size(each.fastAlike, each.nodes),
      size(each.byzantine, each.nodes),
      size(each.masking, each.nodes),
    ]),
  ]);
}

function inDetail(sizes: QuorumSizes): string {
  const { nodes, faults } = sizes;
  return table([
    ["quorum", "size", `answers without ${faults}`, "what for"],
    ...kindsOf(sizes).map(({ name, size, means }) => [
      name,
      String(size),
      size <= nodes - faults ? "yes" : "no",
      means,
    ]),
  ]);
}
