/** What is under a key. */
export interface Versioned {
  /** Undefined if nothing was ever written under it. */
  readonly text: string | undefined;
  /** Grows with every change of the key; undefined as long as there is none. */
  readonly version: number | undefined;
}

/** What is asked of a key in a write. */
export interface Change {
  readonly key: string;
  /** What the key must still be, or nothing is written. */
  readonly expected: Versioned;
  /** What it is to hold; it stays as it is unless given. */
  readonly text?: string;
}

/** A connection to a store that keeps a version of each key, "folder/name", and writes on condition of versions. */
export interface VersionedStore {
  /** Whether several keys are read at one moment. */
  readonly readsTogether: boolean;
  /** Reads keys, in the order asked for. */
  read(keys: readonly string[]): Promise<readonly Versioned[]>;
  /** The names in a folder, in any order. */
  names(folder: string): Promise<readonly string[]>;
  /** Writes one key, whatever it holds. */
  put(key: string, text: string): Promise<void>;
  /** Makes all changes at once if every key is as expected; says whether it did. */
  write(changes: readonly Change[]): Promise<boolean>;
  /** Whether an error of `put` or `write` says that nothing was written and never will be. */
  refused(error: unknown): boolean;
  /** Ends the connection at once, whatever is under way. */
  close(): void;
}
