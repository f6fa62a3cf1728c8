/** How one kind of fault is shown: the functions of the nemesis that start and stop it, and its colour. */
export interface FaultBand {
  readonly name: string;
  readonly start: readonly string[];
  readonly stop: readonly string[];
  /** A CSS colour that reads on white and on black. */
  readonly color: string;
}

/** `test.json`: everything needed to run a test again, and to show it. */
export interface TestDescription {
  readonly format: 1;
  readonly name: string;
  readonly system: string;
  readonly mutant?: string;
  readonly workload: string;
  readonly seed: string;
  readonly nodes: readonly string[];
  /** Client processes at any one time. */
  readonly concurrency: number;
  /** Operations a second that the workload aims at; absent: as fast as the clients go. */
  readonly rate?: number;
  readonly seconds: number;
  readonly faults: readonly string[];
  /** How the links between nodes and clients were made, in runs of real processes. */
  readonly network?: "namespaces" | "proxies" | "remote";
  /** What was asked of the workload, by the names of its settings. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** How the system was set up, by the names of its settings. */
  readonly systemSettings?: Readonly<Record<string, string>>;
  readonly legend: readonly FaultBand[];
  /** Names of the checkers that judge the run, each with its model or isolation levels where it has them. */
  readonly checks: readonly {
    readonly checker: string;
    readonly model?: string;
    readonly keyed?: boolean;
    readonly level?: string;
  }[];
  /** The command line that runs the same test again. */
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  /** UTC, ISO 8601. */
  readonly started: string;
}
