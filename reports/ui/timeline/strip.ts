import { lastAtMost } from "../report/operations.ts";
import type { Lane } from "./lanes.ts";

/** Rows of pixels that a lane has in the image, and so the finest share that shows. */
export const StripRows = 8;

export interface StripColors {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

/**
 * Paints a lane with many operations to a pixel: under each column of pixels the shares of ok, info and fail
 * of the operations there, stacked. A share above zero always gets a row, so that one failure among ten
 * thousand shows.
 *
 * Finding the operations under the next column is a short walk of doubling steps from those under the last,
 * so a lane costs its pixels times the logarithm of operations a pixel, and the picture is exact.
 *
 * @param pixels The image, `width` pixels a row; the lane's first row is `top`.
 */
export function paintStrip(
  pixels: Uint32Array,
  width: number,
  top: number,
  lane: Lane,
  from: number,
  to: number,
  colors: StripColors,
): void {
  const { start, end, okBefore, failBefore } = lane;
  const n = start.length;
  const perPixel = (to - from) / width;
  // `next` is the first operation that starts at or after the column's end.
  let next = lastAtMost(start, from) + 1;
  for (let x = 0; x < width; x++) {
    const left = from + x * perPixel;
    const right = left + perPixel;
    let first = next;
    // The operation before may still be going on under this column.
    if (first > 0 && (end[first - 1] ?? 0) >= left) first--;
    next = gallop(start, next, n, right);
    const total = next - first;
    if (total <= 0) continue;
    const ok = (okBefore[next] ?? 0) - (okBefore[first] ?? 0);
    const fail = (failBefore[next] ?? 0) - (failBefore[first] ?? 0);
    const info = total - ok - fail;
    let failRows = fail === 0 ? 0 : Math.max(1, Math.round((fail / total) * StripRows));
    let infoRows = info === 0 ? 0 : Math.max(1, Math.round((info / total) * StripRows));
    if (ok > 0 && failRows + infoRows >= StripRows) {
      if (failRows > infoRows) failRows = StripRows - 1 - infoRows;
      else infoRows = StripRows - 1 - failRows;
    }
    let at = top * width + x;
    for (let row = 0; row < StripRows; row++, at += width)
      pixels[at] = row < failRows ? colors.fail : row < failRows + infoRows ? colors.info : colors.ok;
  }
}

/** First place from `low` on whose start is at least `limit`: doubling steps, then halving. */
function gallop(start: Float64Array, low: number, n: number, limit: number): number {
  if (low >= n || (start[low] ?? Infinity) >= limit) return low;
  let reach = 1;
  while (low + reach < n && (start[low + reach] ?? Infinity) < limit) reach *= 2;
  let lower = low + (reach >> 1);
  let upper = Math.min(n, low + reach);
  while (lower < upper) {
    const middle = (lower + upper) >>> 1;
    if ((start[middle] ?? Infinity) < limit) lower = middle + 1;
    else upper = middle;
  }
  return lower;
}
