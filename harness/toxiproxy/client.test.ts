import { Proxy, Toxic, Toxiproxy, type ToxicType } from "toxiproxy-node-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startToxiproxy, type ToxiproxyServer } from "./server.ts";

/** The whole interface of toxiproxy-node-client against the embedded server. */
describe("toxiproxy-node-client", () => {
  let server: ToxiproxyServer;
  let client: Toxiproxy;

  beforeAll(async () => {
    server = await startToxiproxy();
    client = new Toxiproxy(server.url);
  });
  beforeEach(async () => {
    for (const proxy of Object.values(await client.getAll())) await proxy.remove();
  });
  afterAll(() => server.close());

  const create = (name = "p"): Promise<Proxy> =>
    client.createProxy({ name, listen: "localhost:0", upstream: "localhost:6379" });

  it("tells the version", async () => {
    expect(JSON.parse(await client.getVersion())).toEqual({ version: "2.12.0" });
  });

  it("creates a proxy and gets it back", async () => {
    const created = await create();
    expect(created).toBeInstanceOf(Proxy);
    expect(created.listen).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(created.toJson()).toMatchObject({ name: "p", upstream: "localhost:6379", enabled: true });
    expect((await client.get("p")).toJson()).toEqual(created.toJson());
    expect(created.getToxiproxy()).toBe(client);
    expect(created.getPath()).toBe(`${server.url}/proxies/p`);
  });

  it("refuses a second proxy of that name, and an unknown one", async () => {
    await create();
    await expect(create()).rejects.toThrow("409");
    await expect(client.get("other")).rejects.toThrow("404");
  });

  it("populates, and populates with nothing", async () => {
    const proxies = await client.populate([
      { name: "a", listen: "localhost:0", upstream: "x:1" },
      { name: "b", listen: "localhost:0", upstream: "y:2", enabled: false },
    ]);
    expect(Object.keys(proxies)).toEqual(["a", "b"]);
    expect([proxies["a"]?.enabled, proxies["b"]?.enabled]).toEqual([true, false]);
    expect(await client.populate([])).toEqual({});
    const broken = [{ name: "c", listen: "nowhere", upstream: "x:1" }];
    await expect(client.populate(broken)).rejects.toThrow("500");
  });

  it("gets all proxies", async () => {
    await create("one");
    await create("two");
    const all = await client.getAll();
    expect(Object.keys(all)).toEqual(["one", "two"]);
    expect(all["one"]).toBeInstanceOf(Proxy);
  });

  it("disables and enables a proxy with an upstream that is not known", async () => {
    const proxy = await create();
    const { listen } = proxy;
    const disabled = await proxy.update({ enabled: false, listen, upstream: "somehost:12345" });
    expect(disabled.toJson()).toEqual({ name: "p", listen, upstream: "somehost:12345", enabled: false });
    const enabled = await disabled.update({ enabled: true, listen, upstream: "somehost:12345" });
    expect(enabled.toJson()).toEqual({ name: "p", listen, upstream: "somehost:12345", enabled: true });
    expect(proxy.upstream).toBe("localhost:6379");
  });

  it("removes a proxy once", async () => {
    const proxy = await create();
    await proxy.remove();
    expect(await client.getAll()).toEqual({});
    await expect(proxy.remove()).rejects.toThrow("404");
    await expect(proxy.update({ enabled: true, listen: "localhost:0", upstream: "x:1" })).rejects.toThrow(
      "404",
    );
  });

  it("resets", async () => {
    const proxy = await create();
    await proxy.addToxic({
      name: "t",
      type: "timeout",
      stream: "upstream",
      toxicity: 1,
      attributes: { timeout: 1 },
    });
    await proxy.update({ enabled: false, listen: proxy.listen, upstream: proxy.upstream });
    await client.reset();
    expect((await client.get("p")).enabled).toBe(true);
    await expect(proxy.getToxic("t")).rejects.toThrow("404");
  });

  const toxics: [type: ToxicType, attributes: Record<string, number>][] = [
    ["latency", { latency: 1000, jitter: 100 }],
    ["bandwidth", { rate: 1000 }],
    ["slow_close", { delay: 1000 }],
    ["timeout", { timeout: 1000 }],
    ["slicer", { average_size: 100, size_variation: 50, delay: 10 }],
    ["limit_data", { bytes: 1000 }],
    ["reset_peer", { timeout: 1000 }],
  ];

  it.each(toxics)("adds, gets, updates and removes %s", async (type, attributes) => {
    const proxy = await create();
    const name = `${type}_downstream`;
    const toxic = await proxy.addToxic({ name, type, stream: "downstream", toxicity: 1, attributes });
    expect(toxic).toBeInstanceOf(Toxic);
    const described = { name, type, stream: "downstream", toxicity: 1, attributes };
    expect(toxic.toJson()).toEqual(described);
    expect(toxic.getPath()).toBe(`${server.url}/proxies/p/toxics/${name}`);
    await expect(proxy.addToxic(toxic.toJson())).rejects.toThrow("409");
    expect((await proxy.getToxic(name)).toJson()).toEqual(described);

    const changed = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, value + 1]));
    const updated = await toxic.update({ ...toxic.toJson(), toxicity: 0.25, attributes: changed });
    expect(updated.toJson()).toEqual({ ...described, toxicity: 0.25, attributes: changed });
    expect((await proxy.getToxic(name)).toJson()).toEqual(updated.toJson());

    await toxic.remove();
    await expect(toxic.remove()).rejects.toThrow("404");
    await expect(toxic.update(toxic.toJson())).rejects.toThrow("404");
  });

  it("cannot add what is no toxic: down is a proxy that is disabled", async () => {
    const proxy = await create();
    const down = { name: "d", type: "down", stream: "downstream", toxicity: 1, attributes: {} } as const;
    await expect(proxy.addToxic(down)).rejects.toThrow("400");
  });
});
