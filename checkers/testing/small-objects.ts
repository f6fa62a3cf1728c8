/**
 * Random small histories of sets, queues, counters, logs and the like, for checkers that judge each element by itself: a few processes begin operations
 * and end them, in any order; what they are told is mostly what a plain object would tell, and now and then anything.
 */
import * as fc from "fast-check";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import type { Json } from "../../histories/json.ts";
import type { CompletionType } from "../../histories/operation.ts";

/** An operation as it is known to those who define what is right: by its beginning, its end and its outcome. */
export interface Played {
  readonly f: string;
  readonly process: number;
  readonly node: string | undefined;
  readonly argument: Json;
  /** Event index of the invocation. */
  readonly begin: number;
  /** Event index of the completion; infinite if nobody knows whether, and when, it happened. */
  end: number;
  outcome: CompletionType;
  result: Json;
}

/** How clients use an object, and what it tells them; the numbers are small and random. */
export interface SmallObject<State> {
  initial(): State;
  begin(state: State, a: number, b: number): { readonly f: string; readonly value: Json };
  /** What an operation gives that happens now; changes the state. */
  happen(state: State, operation: Played, a: number): Json;
  /** What it gives where anything may be told. */
  lie(state: State, operation: Played, a: number, b: number): Json;
}

/** A history, and the operations in it in the order of their beginnings. */
export interface SmallHistory {
  readonly history: History;
  readonly operations: readonly Played[];
}

const move = fc.record({ process: fc.nat(2), act: fc.nat(23), a: fc.nat(5), b: fc.nat(5) });

export function smallObjectHistories<State>(
  object: SmallObject<State>,
  { mostMoves = 30, nodes = 2 }: { mostMoves?: number; nodes?: number } = {},
): fc.Arbitrary<SmallHistory> {
  return fc.array(move, { minLength: 4, maxLength: mostMoves, size: "max" }).map((moves) => {
    const builder = new HistoryBuilder();
    const operations: Played[] = [];
    const open = new Map<number, Played>();
    const processes = [0, 1, 2];
    const state = object.initial();
    let index = 0;
    for (const { process: thread, act, a, b } of moves) {
      const process = processes[thread] ?? 0;
      const node = nodes === 0 ? undefined : `n${thread % nodes}`;
      const at = { time: index * 1e6, process, ...(node === undefined ? {} : { node }) };
      const operation = open.get(thread);
      if (operation === undefined) {
        const { f, value } = object.begin(state, a, b);
        builder.add({ ...at, type: "invoke", f, value });
        const played: Played = {
          f,
          process,
          node,
          argument: value,
          begin: index++,
          end: Infinity,
          outcome: "info",
          result: null,
        };
        operations.push(played);
        open.set(thread, played);
        continue;
      }
      const { f, argument } = operation;
      open.delete(thread);
      if (act < 3) {
        // Of unknown outcome: it happened, or not, and may tell what it saw.
        operation.result = act === 0 ? null : object.happen(state, operation, a);
        const told = act === 2 ? operation.result : null;
        operation.result = told;
        builder.add({ ...at, type: "info", f, value: told });
        processes[thread] = process + 3;
      } else if (act < 5) {
        operation.outcome = "fail";
        operation.end = index;
        builder.add({ ...at, type: "fail", f, value: argument });
      } else {
        operation.outcome = "ok";
        operation.end = index;
        operation.result = act < 8 ? object.lie(state, operation, a, b) : object.happen(state, operation, a);
        builder.add({ ...at, type: "ok", f, value: operation.result });
      }
      index++;
    }
    return { history: builder.build(), operations };
  });
}
