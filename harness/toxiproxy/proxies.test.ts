import { afterEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../workloads/random.ts";
import { Metrics } from "./metrics.ts";
import { Proxies, type ProxyDescription } from "./proxies.ts";

describe("changes of proxies at the same time", () => {
  const proxies = new Proxies({ random: seededRandom(1), metrics: new Metrics(), now: () => 0 });
  const described: ProxyDescription = { name: "p", listen: "localhost:0", upstream: "x:1", enabled: true };

  afterEach(() => proxies.clear());

  it("make a proxy of one name once", async () => {
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => proxies.create(described)));
    expect(made.map(({ status }) => status)).toEqual(["fulfilled", ...Array(4).fill("rejected")]);
  });

  it("leave a proxy as the last of them wanted it", async () => {
    const proxy = await proxies.create(described);
    const { listen } = proxy;
    const settings = [false, true, false, true].map((enabled) => ({ listen, upstream: "x:1", enabled }));
    await Promise.all(settings.map((wanted) => proxies.update("p", () => wanted)));
    expect([proxy.enabled, proxy.listen]).toEqual([true, listen]);
  });

  it("find a proxy gone that one of them removed", async () => {
    const created = proxies.create(described);
    const removed = proxies.remove("p");
    const updated = proxies.update("p", (proxy) => proxy);
    await Promise.all([created, removed]);
    await expect(updated).rejects.toThrow("proxy not found");
  });
});
