/** How a machine is reached by the `ssh` of this one, which knows agents, known hosts and jump hosts. */
export interface SshTarget {
  /** As `ssh` takes it: a name of its configuration, a host's name, an address. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** A configuration of ssh in place of the user's own. */
  readonly config?: string;
  /** Whether commands are run by `sudo -n`, for users who are not root. */
  readonly sudo?: boolean;
}

/** Reads back what was written as JSON; undefined if it is none. What begins with a hyphen would be an option of ssh. */
export function parseSshTarget(value: unknown): SshTarget | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, user, port, config, sudo } = value as Readonly<Record<string, unknown>>;
  const isWord = (member: unknown): member is string =>
    typeof member === "string" && member !== "" && !member.startsWith("-");
  if (!isWord(host)) return undefined;
  return {
    host,
    ...(isWord(user) ? { user } : {}),
    ...(typeof port === "number" && Number.isInteger(port) ? { port } : {}),
    ...(isWord(config) ? { config } : {}),
    ...(typeof sudo === "boolean" ? { sudo } : {}),
  };
}
