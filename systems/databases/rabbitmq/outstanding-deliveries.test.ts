import { expect, test } from "vitest";

import { OutstandingDeliveries } from "./outstanding-deliveries.ts";

test("a message may be out from when a client was cut off until the broker has noticed", () => {
  let now = 0;
  const outstanding = new OutstandingDeliveries(10, () => now);
  expect(outstanding.possible).toBe(false);
  outstanding.note();
  now = 5;
  outstanding.note();
  now = 14;
  expect(outstanding.possible).toBe(true);
  now = 15;
  expect(outstanding.possible).toBe(false);
});
