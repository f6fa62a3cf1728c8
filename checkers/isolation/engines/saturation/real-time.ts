import { Initial, type Reading } from "../../reading.ts";
import { Never } from "../../transactions.ts";

/** Events in time: negative numbers are completions (of node −1−e), others invocations. */
function timeline({ nodes, begin, end }: Reading): Int32Array {
  let last = -1;
  for (let n = Initial + 1; n < nodes; n++) {
    last = Math.max(last, begin[n]!);
    if (end[n] !== Never) last = Math.max(last, end[n]!);
  }
  const events = new Int32Array(last + 1);
  for (let n = Initial + 1; n < nodes; n++) {
    events[begin[n]!] = n;
    if (end[n] !== Never) events[end[n]!] = -n;
  }
  return events;
}

/**
 * Real time with few edges: a barrier stands where, after some transactions were over, another begins. Who was over
 * comes before the barrier, who begins comes after it, and barriers follow one another: as many edges as events, though the
 * pairs that real time orders are quadratic in number. A history without invocations has no real time.
 *
 * Returns how many barriers there are. `over` is told every node that was over before barrier b (and after those before
 * it), `begun` every node that began after barrier b (and before those after it).
 */
export function barriers(
  reading: Reading,
  over: (node: number, barrier: number) => void,
  begun: (barrier: number, node: number) => void,
): number {
  if (!reading.transactions.timed) return 0;
  const events = timeline(reading);
  let count = 0;
  let waiting = 0;
  const ended = new Int32Array(reading.nodes);
  for (const event of events) {
    if (event < 0) ended[waiting++] = -event;
    else if (event > 0) {
      if (waiting > 0) {
        for (let i = 0; i < waiting; i++) over(ended[i]!, count);
        waiting = 0;
        count++;
      }
      if (count > 0) begun(count - 1, event);
    }
  }
  return count;
}
