/** Round values for an axis of time: steps of 1, 2 or 5, in minutes and hours as clocks count. */
export function ticks(start: number, end: number, most: number): { values: number[]; step: number } {
  const step = niceStep((end - start) / Math.max(1, most));
  const values: number[] = [];
  for (let n = Math.ceil(start / step); n * step <= end; n++) values.push(n * step);
  return { values, step };
}

function niceStep(rough: number): number {
  const minute = 60e9;
  for (const step of [10e9, 15e9, 30e9, 1 * minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute])
    if (rough > 5e9 && step >= rough) return step;
  if (rough > 30 * minute) return Math.ceil(rough / (60 * minute)) * 60 * minute;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** The label of a tick, as exact as its step needs. */
export function tickLabel(time: number, step: number): string {
  if (time === 0) return "0";
  if (step >= 60e9 && time >= 60e9) return `${Math.floor(time / 60e9)} min`;
  if (time >= 60e9 && step >= 1e9)
    return `${Math.floor(time / 60e9)}:${String(Math.round(time / 1e9) % 60).padStart(2, "0")}`;
  const [unit, size] =
    step >= 1e8 || time >= 1e9
      ? (["s", 1e9] as const)
      : step >= 1e5
        ? (["ms", 1e6] as const)
        : (["µs", 1e3] as const);
  const places = Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
  return `${(time / size).toFixed(Math.min(places, 9))} ${unit}`;
}
