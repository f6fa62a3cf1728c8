import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import { NullValue, type ValueTable } from "../../../histories/value-table.ts";
import { Aborted, NoVersion, Read, Unread, Write } from "../transactions.ts";
import { Delete, InitialRows, Insert, ReadRows } from "./grammar.ts";
import { Appended, ReadAsList, Written, type MicroOperations } from "./micro-operations.ts";

/** So many reads by predicate, times rows, are told in full. */
const MostReads = 30_000_000;

/** The version of a row that an operation made, as the operation itself tells: it is born, overwritten, and dies. */
export const Born = 1;
const Overwritten = 2;
const Dead = 3;

/** Columns of micro-operations, of which some read rows by predicate. */
export interface RowColumns {
  readonly first: Int32Array;
  readonly kind: Uint8Array;
  readonly key: Int32Array;
  readonly value: Int32Array;
  readonly version: Float64Array;
  readonly predicate: Int32Array;
  /** Whether the rows that did not match are left out, since there are too many. */
  readonly partial: boolean;
}

/**
 * Makes operations on rows reads and writes of registers that hold null while the row is not there: to insert or to delete is
 * to write; a read by predicate is a read of every row of the history (Adya's version set).
 *
 * Each row is inserted once, overwritten once and deleted once at most, as in Elle's closed predicates; then its versions
 * are known to come in this order. Those of rows for which it is not so come in any order.
 */
export function withRows(
  operations: MicroOperations,
  first: Int32Array,
  status: Uint8Array,
  table: ValueTable,
): RowColumns {
  const maps = new Map<number, ReadonlyMap<number, number>>();
  const names = namesOf(operations, table);
  const rowsOf = (value: number): ReadonlyMap<number, number> => {
    let rows = maps.get(value);
    if (rows === undefined) maps.set(value, (rows = rowsIn(table.get(value), operations, names, table)));
    return rows;
  };
  // All maps first: what they name are rows too.
  let reads = 0;
  for (let i = 0; i < operations.count; i++) {
    const kind = operations.kind[i]!;
    if ((kind !== ReadRows && kind !== InitialRows) || operations.value[i] === Unread) continue;
    for (const row of rowsOf(operations.value[i]!).keys())
      if (kind === InitialRows) operations.usage[row]! |= Written;
    if (kind === ReadRows) reads++;
  }
  const rows: number[] = [];
  for (let key = 0; key < operations.keyCount; key++)
    if ((operations.usage[key]! & (Appended | ReadAsList)) === 0) rows.push(key);
  const partial = reads * rows.length > MostReads;

  const kind: number[] = [];
  const key: number[] = [];
  const value: number[] = [];
  const version: number[] = [];
  const predicate: number[] = [];
  const put = (k: number, of: number, v: number, made: number, by: number): void => {
    kind.push(k);
    key.push(of);
    value.push(v);
    version.push(made);
    predicate.push(by);
  };
  const firsts = new Int32Array(first.length);
  for (let t = 0; t + 1 < first.length; t++) {
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      const of = operations.key[i]!;
      const v = operations.value[i]!;
      switch (operations.kind[i]) {
        case Insert:
          put(Write, of, v, Born, -1);
          break;
        case Delete:
          put(Write, of, NullValue, Dead, -1);
          break;
        case InitialRows:
          for (const [row, content] of rowsOf(v)) put(Write, row, content, Born, -1);
          break;
        case ReadRows: {
          if (v === Unread) break;
          const found = rowsOf(v);
          for (const [row, content] of found) put(Read, row, content, NoVersion, of);
          if (!partial) for (const row of rows) if (!found.has(row)) put(Read, row, Unread, NoVersion, of);
          break;
        }
        default:
          put(operations.kind[i]!, of, v, operations.kind[i] === Write ? Overwritten : NoVersion, -1);
      }
    }
    firsts[t + 1] = kind.length;
  }
  const columns = {
    first: firsts,
    kind: Uint8Array.from(kind),
    key: Int32Array.from(key),
    value: Int32Array.from(value),
    version: Float64Array.from(version),
    predicate: Int32Array.from(predicate),
    partial,
  };
  forgetUnclear(columns, status, operations.keyCount);
  return columns;
}

/** Forgets the versions of rows that several transactions inserted, say, or one deleted and then inserted. */
function forgetUnclear(
  { first, kind, key, version }: Pick<RowColumns, "first" | "kind" | "key" | "version">,
  status: Uint8Array,
  keys: number,
): void {
  const made = new Int32Array(4 * keys).fill(-1);
  const unclear = new Uint8Array(keys);
  const last = new Int32Array(keys).fill(-1);
  for (let t = 0; t + 1 < first.length; t++) {
    if (status[t] === Aborted) continue;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (kind[i] !== Write) continue;
      const place = 4 * key[i]! + version[i]!;
      if (made[place]! >= 0 && made[place] !== t) unclear[key[i]!] = 1;
      made[place] = t;
      // No transaction overwrites what it has deleted, or inserts what is there.
      if (last[key[i]!]! >= first[t]! && version[last[key[i]!]!]! > version[i]!) unclear[key[i]!] = 1;
      last[key[i]!] = i;
    }
  }
  for (let i = 0; i < kind.length; i++) if (unclear[key[i]!] === 1) version[i] = NoVersion;
}

/** The keys by the names that members of JSON objects have. */
function namesOf({ keys, keyCount }: MicroOperations, table: ValueTable): Map<string, number> {
  const names = new Map<string, number>();
  for (let key = 0; key < keyCount; key++) {
    const value = table.get(keys[key]!);
    const keyword = isJsonObject(value) ? value["#keyword"] : undefined;
    const name =
      typeof keyword === "string" ? keyword : typeof value === "string" ? value : JSON.stringify(value);
    if (!names.has(name)) names.set(name, key);
  }
  return names;
}

/** Row → content of a map: a JSON object, whose names are texts of keys, or a map from EDN. */
function rowsIn(
  map: Json,
  operations: MicroOperations,
  names: Map<string, number>,
  table: ValueTable,
): Map<number, number> {
  const rows = new Map<number, number>();
  if (!isJsonObject(map)) return rows;
  const pairs = map["#map"];
  if (pairs !== undefined && isJsonArray(pairs)) {
    for (const pair of pairs)
      if (isJsonArray(pair))
        rows.set(operations.keyNumber(table.number(pair[0] ?? null)), table.number(pair[1] ?? null));
    return rows;
  }
  for (const [name, content] of Object.entries(map)) {
    let key = names.get(name);
    if (key === undefined) {
      const number = Number(name);
      key = operations.keyNumber(table.number(String(number) === name ? number : name));
      names.set(name, key);
    }
    rows.set(key, table.number(content));
  }
  return rows;
}
