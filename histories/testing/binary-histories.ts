import { Buffer } from "node:buffer";

/** Tiny writers of the binary formats, for tests. */

/** dbcop's bincode of 2019. */
export interface BincodeEvent {
  readonly write: boolean;
  readonly variable: bigint;
  readonly value: bigint;
  readonly success?: boolean;
}

export interface BincodeTransaction {
  readonly events: readonly BincodeEvent[];
  readonly success?: boolean;
}

export function bincode(sessions: readonly (readonly BincodeTransaction[])[], info = "a test"): Buffer {
  const parts: Buffer[] = [];
  const u64 = (value: bigint | number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    parts.push(bytes);
  };
  const u8 = (value: boolean) => parts.push(Buffer.from([value ? 1 : 0]));
  const text = (value: string) => {
    u64(Buffer.byteLength(value));
    parts.push(Buffer.from(value));
  };
  for (const parameter of [1, sessions.length, 2, 3, 4]) u64(parameter);
  text(info);
  text("2019-06-01T12:00:00+02:00");
  text("2019-06-01T12:00:01+02:00");
  u64(sessions.length);
  for (const transactions of sessions) {
    u64(transactions.length);
    for (const { events, success: committed = true } of transactions) {
      u64(events.length);
      for (const { write, variable, value, success = true } of events) {
        u8(write);
        u64(variable);
        u64(value);
        u8(success);
      }
      u8(committed);
    }
  }
  return Buffer.concat(parts);
}

/** Records of a Cobra log: a letter and integers. */
export type CobraRecord = readonly [letter: "S" | "W" | "R" | "C" | "A", ...integers: (bigint | number)[]];

export function cobraLog(...records: readonly CobraRecord[]): Buffer {
  return Buffer.concat(
    records.map(([letter, ...integers]) => {
      const bytes = Buffer.alloc(1 + 8 * integers.length);
      bytes.write(letter, 0, "latin1");
      integers.forEach((integer, i) => bytes.writeBigInt64BE(BigInt(integer), 1 + 8 * i));
      return bytes;
    }),
  );
}
