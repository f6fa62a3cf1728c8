import { canonical, type Json } from "../../histories/json.ts";
import { identityOf, type Model } from "../linearizability/model.ts";
import { stepAll, type PlainOperation } from "./definition.ts";

/** Configurations beyond which trying every order takes too long. */
const MostConfigurations = 50_000;
/** What fits into the bits of a number. */
const MostOperations = 52;

/**
 * Whether no order of all known operations and some of the unknown ones is legal and keeps real time
 * (Herlihy & Wing 1990): tries every order, but none twice that comes to the same operations and the same
 * states (Lowe 2017). `undefined` when there are too many.
 */
export function noOrderExplains(operations: readonly PlainOperation[], model: Model): boolean | undefined {
  if (operations.length > MostOperations) return undefined;
  const seen = new Set<string>();
  const open: { readonly placed: number; readonly states: readonly Json[] }[] = [
    { placed: 0, states: [model.initial] },
  ];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { placed, states } = one;
    const isPlaced = (i: number): boolean => Math.floor(placed / 2 ** i) % 2 === 1;
    if (operations.every(({ end }, i) => end === Infinity || isPlaced(i))) return false;
    const text = `${placed} ${canonical(states.map((state) => identityOf(model, state)).toSorted())}`;
    if (seen.has(text)) continue;
    if (seen.size === MostConfigurations) return undefined;
    seen.add(text);
    const earliest = operations.reduce(
      (end, other, i) => (isPlaced(i) ? end : Math.min(end, other.end)),
      Infinity,
    );
    operations.forEach(({ input, output, begin }, i) => {
      if (isPlaced(i) || begin > earliest) return;
      const after = stepAll(model, states, input, output);
      if (after.length > 0) open.push({ placed: placed + 2 ** i, states: after });
    });
  }
  return true;
}
