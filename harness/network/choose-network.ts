import { UsageError } from "../../histories/errors.ts";
import { planTest, type TestOptions } from "../test-plan.ts";
import type { NetworkKind } from "./link-network.ts";
import { probeNamespaces, type NamespaceProbe } from "./namespaces/probe.ts";

/** What a user may ask for. */
export const networkChoices = ["auto", "namespaces", "proxies"] as const;
export type NetworkChoice = (typeof networkChoices)[number];

/** The network of a run, and where it is one of namespaces, how to make the harness' own. */
export type ChosenNetwork =
  { readonly kind: "proxies" } | { readonly kind: "namespaces"; readonly options: readonly string[] };

type Plan = Pick<TestOptions, "system" | "own" | "seed" | "nodes" | "faults" | "running">;

/**
 * The network for a test: what the user asked for; with "auto", namespaces where this machine has them and every fault asked for can be done
 * there, else proxies. A single node has no links but those to its clients, for which proxies do, and cost less. Throws a
 * usage error where namespaces are asked for that cannot be had.
 */
export async function chooseNetwork(
  choice: NetworkChoice,
  options: Plan,
  probe: () => Promise<NamespaceProbe> = probeNamespaces,
): Promise<ChosenNetwork> {
  // Servers that run already are where they are.
  if (choice === "auto" && options.running !== undefined) return { kind: "proxies" };
  if (choice === "proxies") return { kind: "proxies" };
  if (choice === "auto" && planned(options, "proxies").nodes === 1) return { kind: "proxies" };
  const found = await probe();
  if (found.available && (choice === "namespaces" || planned(options, "namespaces").possible))
    return { kind: "namespaces", options: found.options };
  if (choice === "auto") return { kind: "proxies" };
  throw new UsageError(
    `Network namespaces are not to be had here: ${found.available ? "" : found.reason}. rashomon doctor tells more.`,
    "E_NETWORK",
  );
}

/** Whether the faults that are asked for can be had in a network, and on how many nodes the test runs if so. */
function planned(options: Plan, network: NetworkKind): { possible: boolean; nodes?: number } {
  try {
    const { description } = planTest({ ...options, network }, { versions: {}, started: "" });
    return { possible: true, nodes: description.nodes.length };
  } catch (error) {
    if (error instanceof UsageError && error.code === "E_NETWORK") return { possible: false };
    throw error;
  }
}
