import { describe, expect, it } from "vitest";
import { startToxiproxy } from "./server.ts";
import { freePort, findRealToxiproxy, startRealToxiproxy } from "./testing/real-server.ts";
import { dial, PeerServer, sleep } from "./testing/peer.ts";
import { Scene } from "./testing/scene.ts";

/**
 * What a proxy and its toxics do to connections, told of the embedded server and, where it is installed, of
 * the real one alike. Times are bounded from below only: a busy machine may always be later.
 */
const binary = findRealToxiproxy();

const servers = [
  { name: "embedded", skipped: false, start: () => startToxiproxy({ metrics: true }) },
  {
    name: "real",
    skipped: binary === undefined,
    start: () => startRealToxiproxy(binary ?? "", { metrics: true }),
  },
];

/** Bytes that differ from each other's neighbours, so that a lost, doubled or swapped piece shows. */
function payload(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE(Math.imul(i, 0x9e3779b1) >>> 0, i);
  return bytes;
}

describe.each(servers)("the $name server", ({ skipped, start: startServer }) => {
  const tell = (title: string, act: (scene: Scene) => Promise<void>): void => {
    it.skipIf(skipped)(title, () => Scene.play(act, startServer));
  };

  describe("without toxics", () => {
    tell("passes bytes both ways, unchanged", async (scene) => {
      const { client, server } = await scene.connect();
      const bytes = payload(3_000_000);
      client.send(bytes);
      server.send(bytes);
      await Promise.all([client.receives(bytes.length), server.receives(bytes.length)]);
      expect(client.bytes.equals(bytes)).toBe(true);
      expect(server.bytes.equals(bytes)).toBe(true);
    });

    tell(
      "closes the server's connection when the client's is closed, and the other way round",
      async (scene) => {
        const first = await scene.connect();
        first.client.socket.destroy();
        await first.server.ends();
        const second = await scene.connect();
        second.server.socket.destroy();
        await second.client.ends();
      },
    );

    tell("closes the client's connection when the server cannot be reached", async (scene) => {
      scene.proxy = await scene.proxy.update({
        enabled: true,
        listen: scene.proxy.listen,
        upstream: `127.0.0.1:${await freePort()}`,
      });
      const client = await dial(scene.proxy.listen);
      await client.ends();
    });

    tell("counts what it passed by the time a connection is closed", async (scene) => {
      const { client, server } = await scene.connect();
      client.send("12345");
      await server.receives(5);
      server.send("123");
      await client.receives(3);
      client.socket.destroy();
      server.socket.destroy();
      while ((await scene.counter("sent_bytes_total", "downstream")) < 3) await sleep(5);
      expect(await scene.counter("received_bytes_total", "upstream")).toBe(5);
      expect(await scene.counter("sent_bytes_total", "upstream")).toBe(5);
      expect(await scene.counter("received_bytes_total", "downstream")).toBe(3);
    });
  });

  describe("latency", () => {
    tell("delays one direction and leaves the other alone", async (scene) => {
      await scene.addToxic("latency", { latency: 150 });
      const { client, server } = await scene.connect();
      const start = performance.now();
      client.send("there");
      await server.receives(5);
      server.send("back");
      await client.receives(4);
      expect(performance.now() - start).toBeGreaterThanOrEqual(145);
    });

    tell("keeps the order whatever the jitter", async (scene) => {
      await scene.addToxic("latency", { latency: 20, jitter: 20 }, { stream: "upstream" });
      const { client, server } = await scene.connect();
      const bytes = payload(400_000);
      for (let i = 0; i < bytes.length; i += 20_000) {
        client.send(bytes.subarray(i, i + 20_000));
        await sleep(1);
      }
      await server.receives(bytes.length);
      expect(server.bytes.equals(bytes)).toBe(true);
    });

    tell("adds up", async (scene) => {
      await scene.addToxic("latency", { latency: 80 }, { name: "one" });
      await scene.addToxic("latency", { latency: 80 }, { name: "two" });
      const { client, server } = await scene.connect();
      const start = performance.now();
      server.send("x");
      await client.receives(1);
      expect(performance.now() - start).toBeGreaterThanOrEqual(155);
    });

    tell("is changed on a live connection", async (scene) => {
      const toxic = await scene.addToxic("latency", { latency: 10_000 });
      const { client, server } = await scene.connect();
      await toxic.update({ ...toxic.toJson(), attributes: { latency: 1 } });
      const start = performance.now();
      server.send("x");
      await client.receives(1);
      expect(performance.now() - start).toBeLessThan(5000);
    });

    tell("is removed from a live connection, which loses nothing and goes on", async (scene) => {
      const toxic = await scene.addToxic("latency", { latency: 10_000 });
      const { client, server } = await scene.connect();
      server.send("held ");
      await sleep(30);
      const start = performance.now();
      await toxic.remove();
      await client.receives(5);
      server.send("and more");
      await client.receives(13);
      expect(client.text).toBe("held and more");
      expect(performance.now() - start).toBeLessThan(5000);
    });
  });

  describe("bandwidth", () => {
    tell("limits the rate", async (scene) => {
      await scene.addToxic("bandwidth", { rate: 100 });
      const { client, server } = await scene.connect();
      const bytes = payload(30_000);
      const start = performance.now();
      server.send(bytes);
      await client.receives(bytes.length);
      expect(performance.now() - start).toBeGreaterThanOrEqual(250);
      expect(client.bytes.equals(bytes)).toBe(true);
    });

    tell("lets nothing through at 0, and everything when it is removed", async (scene) => {
      const toxic = await scene.addToxic("bandwidth", { rate: 0 });
      const { client, server } = await scene.connect();
      server.send("stalled");
      await sleep(150);
      expect(client.length).toBe(0);
      expect(client.ended).toBe(false);
      await toxic.remove();
      await client.receives(7);
      expect(client.text).toBe("stalled");
    });
  });

  describe("slow_close", () => {
    tell("passes data at once and the end late", async (scene) => {
      await scene.addToxic("slow_close", { delay: 150 });
      const { client, server } = await scene.connect();
      const start = performance.now();
      server.socket.end("last words");
      await client.receives(10);
      expect(client.ended).toBe(false);
      await client.ends();
      expect(performance.now() - start).toBeGreaterThanOrEqual(145);
    });
  });

  describe("timeout", () => {
    tell("drops data and closes after silence", async (scene) => {
      await scene.addToxic("timeout", { timeout: 100 });
      const { client, server } = await scene.connect();
      server.send("lost");
      const start = performance.now();
      await client.ends();
      expect(client.length).toBe(0);
      expect(performance.now() - start).toBeGreaterThanOrEqual(80);
      await server.ends();
    });

    tell("at 0 keeps the connection open; the other direction works", async (scene) => {
      await scene.addToxic("timeout", { timeout: 0 });
      const { client, server } = await scene.connect();
      server.send("lost");
      client.send("heard");
      await server.receives(5);
      await sleep(100);
      expect([client.length, client.ended, server.ended]).toEqual([0, false, false]);
    });

    tell("closes connections when it is removed", async (scene) => {
      const toxic = await scene.addToxic("timeout", { timeout: 0 });
      const { client, server } = await scene.connect();
      await toxic.remove();
      await Promise.all([client.ends(), server.ends()]);
      const again = await scene.connect();
      again.server.send("works");
      await again.client.receives(5);
    });

    tell("can be put on a live connection", async (scene) => {
      const { client, server } = await scene.connect();
      server.send("before");
      await client.receives(6);
      await scene.addToxic("timeout", { timeout: 0 });
      server.send("after");
      await sleep(60);
      expect(client.text).toBe("before");
    });
  });

  describe("reset_peer", () => {
    tell("resets the connection on the first data", async (scene) => {
      await scene.addToxic("reset_peer", { timeout: 0 }, { stream: "upstream" });
      const { client, server } = await scene.connect();
      client.send("x");
      await Promise.all([client.closes(), server.closes()]);
      expect([client.error, server.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
      expect(server.length).toBe(0);
    });

    tell("resets after its time", async (scene) => {
      await scene.addToxic("reset_peer", { timeout: 120 });
      const { client, server } = await scene.connect();
      const start = performance.now();
      server.send("x");
      await client.closes();
      expect(client.error).toBe("ECONNRESET");
      expect(performance.now() - start).toBeGreaterThanOrEqual(115);
    });
  });

  describe("slicer", () => {
    tell("cuts data into pieces that add up to it", async (scene) => {
      await scene.addToxic("slicer", { average_size: 100, size_variation: 50, delay: 2000 });
      const { client, server } = await scene.connect();
      const bytes = payload(2000);
      server.send(bytes);
      await client.receives(bytes.length);
      expect(client.bytes.equals(bytes)).toBe(true);
      expect(client.chunks.length).toBeGreaterThan(3);
    });
  });

  describe("limit_data", () => {
    tell("passes as many bytes as allowed, then closes", async (scene) => {
      await scene.addToxic("limit_data", { bytes: 10 });
      const { client, server } = await scene.connect();
      server.send("0123");
      await client.receives(4);
      expect(client.ended).toBe(false);
      server.send("456789 and what is too much");
      await client.ends();
      expect(client.text).toBe("0123456789");
    });

    tell("closes as soon as the last byte has passed", async (scene) => {
      await scene.addToxic("limit_data", { bytes: 4 });
      const { client, server } = await scene.connect();
      server.send("0123");
      await client.ends();
      expect(client.text).toBe("0123");
    });

    tell("at 0 closes on the first data", async (scene) => {
      await scene.addToxic("limit_data", { bytes: 0 });
      const { client, server } = await scene.connect();
      await sleep(30);
      expect(client.ended).toBe(false);
      server.send("x");
      await client.ends();
      expect(client.length).toBe(0);
    });

    tell("remembers what has passed when it is updated", async (scene) => {
      const toxic = await scene.addToxic("limit_data", { bytes: 100 });
      const { client, server } = await scene.connect();
      server.send("0123456");
      await client.receives(7);
      await toxic.update({ ...toxic.toJson(), attributes: { bytes: 10 } });
      server.send("7890");
      await client.ends();
      expect(client.text).toBe("0123456789");
    });
  });

  describe("toxicity", () => {
    tell("of 0 hurts nobody", async (scene) => {
      await scene.addToxic("limit_data", { bytes: 0 }, { toxicity: 0 });
      await scene.addToxic("noop", {});
      const { client, server } = await scene.connect();
      server.send("fine");
      await client.receives(4);
      expect(client.text).toBe("fine");
    });
  });

  describe("a proxy", () => {
    tell("that is disabled closes its connections and is enabled on the same port", async (scene) => {
      const { client, server } = await scene.connect();
      const { listen, upstream } = scene.proxy;
      await scene.proxy.update({ enabled: false, listen, upstream });
      await Promise.all([client.ends(), server.ends()]);
      await expect(dial(listen)).rejects.toThrow("ECONNREFUSED");
      const enabled = await scene.proxy.update({ enabled: true, listen, upstream });
      expect(enabled.listen).toBe(listen);
      const again = await scene.connect();
      again.client.send("back");
      await again.server.receives(4);
    });

    tell("that is removed closes its connections, even those with toxics", async (scene) => {
      await scene.addToxic("bandwidth", { rate: 0 });
      await scene.addToxic("latency", { latency: 10_000 }, { stream: "upstream" });
      const { client, server } = await scene.connect();
      server.send("held");
      client.send("held too");
      await sleep(20);
      await scene.proxy.remove();
      await Promise.all([client.ends(), server.ends()]);
      await expect(dial(scene.proxy.listen)).rejects.toThrow("ECONNREFUSED");
    });

    tell("that is given another server closes its connections and serves the other", async (scene) => {
      const other = await PeerServer.start();
      try {
        const { client } = await scene.connect();
        await scene.proxy.update({ enabled: true, listen: scene.proxy.listen, upstream: other.address });
        await client.ends();
        const again = await dial(scene.proxy.listen);
        again.send("x");
        await (await other.peer(0)).receives(1);
      } finally {
        await other.close();
      }
    });

    tell("that is reset keeps its connections and loses its toxics", async (scene) => {
      await scene.addToxic("latency", { latency: 10_000 });
      await scene.addToxic("limit_data", { bytes: 20 }, { stream: "upstream" });
      const { client, server } = await scene.connect();
      const start = performance.now();
      await scene.client.reset();
      client.send("more than twenty bytes");
      await server.receives(22);
      server.send("x");
      await client.receives(1);
      expect(performance.now() - start).toBeLessThan(5000);
    });

    tell("that is populated as it is keeps its connections", async (scene) => {
      const { client, server } = await scene.connect();
      const { name, listen, upstream } = scene.proxy;
      await scene.client.populate([{ name, listen, upstream }]);
      client.send("still here");
      await server.receives(10);
      await scene.client.populate([{ name, listen, upstream: "127.0.0.1:1" }]);
      await client.ends();
    });
  });
});
