/** The machine on which a node is, as far as a system has to do with it beside starting the node. */
export interface Machine {
  /** Runs a program to its end, and gives what it wrote; undefined if that is not there, or does not end well. */
  ask(command: string, ...args: readonly string[]): Promise<string | undefined>;
  /** Whether there is a file or folder. */
  exists(path: string): Promise<boolean>;
  makeFolder(path: string): Promise<void>;
  /** Writes a file, in place of what it was or after it. */
  write(path: string, text: string, how?: "append"): Promise<void>;
}
