import { optionOf } from "../harness/index.ts";
import { workloads, type Workload } from "../workloads/index.ts";

/** `docs/workloads.md`: what the clients of each workload do, so that an adapter can be written from it. */
export function workloadsPage(): string {
  return `# Workloads

What clients do to a system, and what judges it: \`rashomon test <system> --workload <name>\`. A system serves a workload if its clients
(\`systems/contracts/client.ts\`) do these operations. One that certainly has not happened, and never will, completes as \`fail\`; one of which
nobody knows, as \`info\`. Values are JSON; in Jepsen's and Elle's histories the same stand as EDN.

Transactions choose their keys as Elle's generators do: \`--key-count\` keys are in use at any one time, chosen by
\`--key-distribution\` (\`exponential\`: each half as often as the one before; \`zipf\`; \`uniform\`), and after at most \`--max-writes-per-key\`
writes a fresh key takes a key's place. They are judged by the isolation level that the system promises, or by \`--isolation\`.

Sets, queues, logs and counters may promise more or less. They are judged by what the system claims, the least if it claims none of it, or by \`--promise\`;
where that is \`linearizable\`, also by the model of the whole object. In the end, when all faults are healed and nothing has happened for a second, everybody reads, or takes out, what is there.

${[...workloads.values()].map(section).join("\n")}`;
}

function section(workload: Workload): string {
  const { name, summary, operations, settings } = workload;
  const judges = workload
    .checks({ concurrency: 1 })
    .map(({ checker, model }) =>
      model === undefined ? `\`${checker}\`` : `\`${checker}\` with the model \`${model}\``,
    );
  const promises = workload.promises?.map((promise) => `\`${promise}\``).join(", ");
  const heeded = settings.map((setting) => `\`${optionOf(setting)}\``);
  return `## ${name}

${summary.charAt(0).toUpperCase()}${summary.slice(1)}. Judged by ${judges.join(", ")}.${promises === undefined ? "" : ` May promise: ${promises}.`}${heeded.length === 0 ? "" : ` Options: ${heeded.join(", ")}.`}

${operations.map(entry).join("\n")}
`;
}

function entry({ f, argument, result, example }: Workload["operations"][number]): string {
  return `- \`${f}\`
  - argument: ${argument}
  - result: ${result}
  - example: \`${JSON.stringify(example.argument)}\` gives \`${JSON.stringify(example.result)}\``;
}
