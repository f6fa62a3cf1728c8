import { canonical, type Json } from "../../histories/json.ts";
import { identityOf, type Model } from "../linearizability/model.ts";
import { stepAll, type PlainOperation } from "./definition.ts";

/** Configurations beyond which trying every order takes too long. */
const MostConfigurations = 20_000;
/** Known operations that fit into the bits of a number. */
const MostKnown = 50;

/** Some of the operations in order, by what is left and where it led to. */
interface Configuration {
  /** A bit for each known operation that has been placed. */
  readonly placed: number;
  /** How many unknown operations of each kind have been placed. */
  readonly used: readonly number[];
  readonly states: readonly Json[];
}

/**
 * Whether no order of all known operations and some of the unknown ones is legal and keeps real time
 * (Herlihy & Wing 1990): tries every order, but none twice that comes to the same operations and the same
 * states (Lowe 2017). Of unknown operations that differ in nothing but their begin the one that began first goes
 * first: in an order that works they can change places. `undefined` when there are too many.
 */
export function noOrderExplains(operations: readonly PlainOperation[], model: Model): boolean | undefined {
  const known = operations.filter(({ end }) => end !== Infinity);
  const kinds = kindsOf(operations.filter(({ end }) => end === Infinity));
  if (known.length > MostKnown) return undefined;
  const all = 2 ** known.length - 1;
  const seen = new Set<string>();
  const open: Configuration[] = [{ placed: 0, used: kinds.map(() => 0), states: [model.initial] }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { placed, used, states } = one;
    if (placed === all) return false;
    const reached = states.map((state) => identityOf(model, state)).toSorted();
    const text = `${placed} ${used.join(",")} ${canonical(reached)}`;
    if (seen.has(text)) continue;
    if (seen.size === MostConfigurations) return undefined;
    seen.add(text);
    const left = known.flatMap((operation, i) => {
      const bit = 2 ** i;
      return Math.floor(placed / bit) % 2 === 1 ? [] : [{ operation, bit }];
    });
    const firstEnd = Math.min(...left.map(({ operation }) => operation.end));
    const tryNext = ({ input, output, begin }: PlainOperation, then: Omit<Configuration, "states">): void => {
      if (begin > firstEnd) return;
      const after = stepAll(model, states, input, output);
      if (after.length > 0) open.push({ ...then, states: after });
    };
    for (const { operation, bit } of left) tryNext(operation, { placed: placed + bit, used });
    kinds.forEach((members, kind) => {
      const next = members[used[kind] ?? 0];
      if (next !== undefined) tryNext(next, { placed, used: used.with(kind, (used[kind] ?? 0) + 1) });
    });
  }
  return true;
}

/** Unknown operations by what they ask, each kind in order of begin. */
function kindsOf(unknown: readonly PlainOperation[]): readonly (readonly PlainOperation[])[] {
  const kinds = new Map<string, PlainOperation[]>();
  for (const operation of unknown.toSorted((a, b) => a.begin - b.begin)) {
    const { f, value, process = null } = operation.input;
    const text = canonical([f, value, process]);
    kinds.set(text, [...(kinds.get(text) ?? []), operation]);
  }
  return [...kinds.values()];
}
