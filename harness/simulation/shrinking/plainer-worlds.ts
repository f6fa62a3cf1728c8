import type { NetworkSettings, WorldSettings } from "../world/index.ts";

const network =
  (changes: (network: NetworkSettings) => Partial<NetworkSettings>) =>
  (world: WorldSettings): WorldSettings => ({
    ...world,
    network: { ...world.network, ...changes(world.network) },
  });

/** Ways to make a world plainer, each by itself. */
export const plainerWorlds: readonly ((world: WorldSettings) => WorldSettings)[] = [
  network(() => ({ loss: 0 })),
  network(() => ({ duplication: 0 })),
  network(({ stragglers }) => ({ stragglers: { ...stragglers, permille: 0 } })),
  network(({ clients }) => ({ clients: { ...clients, loss: 0 } })),
  network(({ clients }) => ({ clients: { ...clients, delay: { kind: "constant", microseconds: 100 } } })),
  network(() => ({ delay: { kind: "constant", microseconds: 1_000 } })),
  (world) => ({ ...world, storage: { ...world.storage, backgroundSync: 0 } }),
  (world) => ({ ...world, storage: { ...world.storage, sync: { kind: "constant", microseconds: 500 } } }),
  (world) => ({ ...world, clocks: { offset: 0, drift: 0 } }),
  (world) => ({ ...world, handling: { kind: "constant", microseconds: 0 } }),
  (world) => ({ ...world, startWithin: 0 }),
  (world) => ({ ...world, ties: 0 }),
];
