/**
 * How many of these can be chosen so that any two of them are connected: the size of a largest clique, by
 * trying with and without each member (Bron & Kerbosch 1973). Exponential at worst in what is not connected.
 */
export function largestGroup(
  members: readonly number[],
  connected: (one: number, other: number) => boolean,
): number {
  let largest = 0;
  const pending: { readonly size: number; readonly candidates: readonly number[] }[] = [
    { size: 0, candidates: members },
  ];
  for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
    const { size, candidates } = group;
    largest = Math.max(largest, size);
    if (size + candidates.length <= largest) continue;
    // Whoever is connected to all others may join at once; else the first is left out, or joins.
    const free = candidates.find((one) =>
      candidates.every((other) => other === one || connected(one, other)),
    );
    const one = free ?? candidates[0];
    if (one === undefined) continue;
    const others = candidates.filter((other) => other !== one);
    if (free === undefined) pending.push({ size, candidates: others });
    pending.push({ size: size + 1, candidates: others.filter((other) => connected(one, other)) });
  }
  return largest;
}
