/** `results.json`: what the checkers said of a run. Verdicts of `rashomon/checkers` are of this shape. */
export interface Results {
  readonly format: 1;
  readonly valid: boolean | "unknown";
  readonly checks: readonly StoredVerdict[];
}

export interface StoredVerdict {
  readonly checker: string;
  readonly model?: string;
  readonly valid: boolean | "unknown";
  readonly anomalies: readonly {
    readonly type: string;
    readonly operations: readonly number[];
    readonly explanation: string;
    readonly evidence?: { readonly kind: string };
  }[];
  readonly certificate?: { readonly kind: string };
  readonly verified?: boolean;
  readonly reason?: string;
  readonly statistics: Readonly<Record<string, number>>;
  readonly notes?: readonly string[];
}
