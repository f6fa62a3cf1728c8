/**
 * A subset of `items` for which `fails` still holds and from which none of the blocks that were tried can be left out
 * (delta debugging: Zeller & Hildebrandt, TSE 2002). Blocks go from half of all down to single items; the
 * order of items is kept. `fails` is not asked about all of them, for which it is taken to hold.
 */
export function minimalSubset<Item>(
  items: readonly Item[],
  fails: (subset: readonly Item[]) => boolean,
): readonly Item[] {
  let kept = items;
  if (kept.length > 0 && fails([])) return [];
  for (let size = Math.ceil(kept.length / 2); kept.length > 1 && size >= 1;) {
    let left = false;
    // From the end on, since what came last is the least likely to have caused anything.
    for (let end = kept.length; end > 0; end -= size) {
      const without = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (without.length === kept.length || without.length === 0 || !fails(without)) continue;
      kept = without;
      left = true;
    }
    if (size === 1 && !left) break;
    size = size === 1 ? 1 : Math.ceil(Math.min(size, kept.length) / 2);
  }
  return kept;
}
