import { readFileSync } from "node:fs";

import { execa } from "execa";

import { isInstalled, searchPath } from "./holder.ts";
import { Layout } from "./layout.ts";
import { probeRules } from "./rules.ts";
import { detourEnds, routerScript } from "./scripts.ts";
import { lackOfSwitch } from "./switch/needs.ts";
import { openSockets } from "./switch/open-sockets.ts";

/** Whether this machine can give a run a network of its own, and how. */
export type NamespaceProbe =
  | {
      readonly available: true;
      /** The options of `unshare` that make it. */
      readonly options: readonly string[];
      readonly by: "root" | "a user namespace";
      /** Why there is no switch for single packets; undefined if there is one. */
      readonly noSwitch?: string;
    }
  /** In words: what is missing, and how to get it. */
  | { readonly available: false; readonly reason: string };

/** How long a probe may take, in milliseconds. */
const patience = 20_000;

/** What each tool is in, where it is not installed. */
const packages = { unshare: "util-linux", nsenter: "util-linux", ip: "iproute2", nft: "nftables" } as const;

/** Makes a namespace and in it what a run needs, a router with all its rules and a node's place, and lets go of it again. */
export async function probeNamespaces(): Promise<NamespaceProbe> {
  if (process.platform !== "linux") return { available: false, reason: "network namespaces are Linux's" };
  const absent = Object.keys(packages).filter((tool) => !isInstalled(tool));
  if (absent.length > 0) {
    const wanted = Object.entries(packages).flatMap(([tool, name]) => (absent.includes(tool) ? [name] : []));
    return {
      available: false,
      reason: `${absent.join(" and ")} ${absent.length === 1 ? "is" : "are"} not installed (apt-get install ${[...new Set(wanted)].join(" ")})`,
    };
  }
  const isRoot = process.getuid?.() === 0;
  const asRoot = isRoot ? await attempt(["--net"]) : undefined;
  if (asRoot?.available === true) return { ...asRoot, by: "root" };
  const asUser = await attempt(["--user", "--map-root-user", "--net"]);
  if (asUser.available) return { ...asUser, by: "a user namespace" };
  const reasons = [
    ...(asRoot === undefined ? [] : [asRoot.reason]),
    `${asUser.reason}${userNamespaceAdvice()}`,
  ];
  return { available: false, reason: reasons.join("; ") };
}

type Attempt =
  | { readonly available: true; readonly options: readonly string[]; readonly noSwitch?: string }
  | { readonly available: false; readonly reason: string };

/** Does it in a namespace that `unshare` makes with these options. */
async function attempt(options: readonly string[]): Promise<Attempt> {
  const layout = new Layout(["n1", "n2"], []);
  const [detour, end] = detourEnds;
  const script = [
    "set -e",
    "echo a network namespace within one",
    "unshare --net true",
    "echo interfaces, routes and nftables of a router",
    routerScript(),
    "echo nftables of a node",
    `nft -j -f - <<'END'\n${probeRules("n1", layout)}\nEND`,
    "echo packet sockets",
    `perl -e "$SOCKETS" ${detour} ${end} ${detour} -- sh -c true`,
    "echo done",
  ].join("\n");
  const {
    stdout,
    stderr,
    shortMessage = "",
  } = await execa("unshare", [...options, "sh", "-c", script], {
    env: { PATH: searchPath, SOCKETS: openSockets },
    stdin: "ignore",
    reject: false,
    timeout: patience,
  });
  const step = stdout.trim().split("\n").at(-1) ?? "";
  if (step === "done") return { available: true, options };
  const complaint = (stderr === "" ? shortMessage : stderr).trim().split("\n")[0] ?? "";
  if (step === "packet sockets") return { available: true, options, noSwitch: lackOfSwitch() ?? complaint };
  return {
    available: false,
    reason: `unshare ${options.join(" ")}: ${step === "" ? "" : `${step}: `}${complaint}`,
  };
}

/** Why user namespaces may be forbidden here. */
function userNamespaceAdvice(): string {
  const forbidden = [
    ["kernel/unprivileged_userns_clone", "0"],
    ["kernel/apparmor_restrict_unprivileged_userns", "1"],
    ["user/max_user_namespaces", "0"],
  ].filter(([name, value]) => read(`/proc/sys/${name}`) === value);
  if (forbidden.length === 0) return "";
  return ` (this host has ${forbidden.map(([name = "", value]) => `${name.replace("/", ".")}=${value}`).join(", ")}; as root it may work)`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
