import { spawn, type ChildProcess } from "node:child_process";
import { Toxiproxy } from "toxiproxy-node-client";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../histories/errors.ts";
import { findToxiproxy } from "./find.ts";
import { startToxiproxy } from "./server.ts";
import { dial, PeerServer, sleep, until, type Peer } from "./testing/peer.ts";
import { Scene } from "./testing/scene.ts";
import type { ToxicType } from "./toxic.ts";

/** Where the embedded server does better than upstream, or what upstream has not. */

describe("the end of a stream", () => {
  it("leaves the other direction open", () =>
    Scene.play(async (scene) => {
      const { client, server } = await scene.connect();
      client.socket.end("question");
      await server.ends();
      expect(server.text).toBe("question");
      server.socket.end("a late answer");
      await client.ends();
      expect(client.text).toBe("a late answer");
      await Promise.all([client.closes(), server.closes()]);
    }));

  it("comes after the data, through every toxic", () =>
    Scene.play(async (scene) => {
      await scene.addToxic("latency", { latency: 30, jitter: 30 });
      await scene.addToxic("slicer", { average_size: 1000, size_variation: 500, delay: 100 });
      await scene.addToxic("bandwidth", { rate: 1000 });
      await scene.addToxic("slow_close", { delay: 20 });
      const { client, server } = await scene.connect();
      const bytes = Buffer.alloc(50_000, "abcdefg");
      server.socket.end(bytes);
      await client.ends();
      expect(client.bytes.equals(bytes)).toBe(true);
      client.socket.end();
      await server.closes();
    }));

  it("held by a toxic goes on when the toxic is removed", () =>
    Scene.play(async (scene) => {
      const toxic = await scene.addToxic("slow_close", { delay: 60_000 });
      const { client, server } = await scene.connect();
      server.socket.end("x");
      await client.receives(1);
      await toxic.remove();
      await client.ends();
    }));

  it("frees the connection when both sides have ended", () =>
    Scene.play(async (scene) => {
      for (let i = 0; i < 5; i++) {
        const { client, server } = await scene.connect();
        client.socket.end();
        server.socket.end();
        await Promise.all([client.closes(), server.closes()]);
      }
      while ((await openConnections(scene)) > 0) await sleep(5);
    }));
});

describe("back-pressure", () => {
  const limit = 200_000;
  const flood = 32 * 1024 * 1024;

  it("slows the sender down to what the receiver takes, and loses nothing", () =>
    Scene.play(async (scene) => {
      const { client, server } = await scene.connect();
      server.socket.pause();
      const bytes = Buffer.alloc(flood, "0123456789abcdef!");
      client.send(bytes);
      expect(await stalledAt(scene, "upstream")).toBeLessThan(flood);
      server.socket.resume();
      await server.receives(flood);
      expect(server.bytes.equals(bytes)).toBe(true);
    }));

  it("holds back little for a toxic that lets little through", () =>
    Scene.play(async (scene) => {
      const roomy = await scene.addToxic("latency", { latency: 1 }, { stream: "upstream" });
      await scene.addToxic("bandwidth", { rate: 1 }, { stream: "upstream" });
      const { client } = await scene.connect();
      await roomy.remove();
      client.send(Buffer.alloc(flood));
      await sleep(200);
      const held = await heldBack(scene);
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(limit);
    }));

  it("goes on reading what a toxic drops", () =>
    Scene.play(async (scene) => {
      await scene.addToxic("timeout", { timeout: 0 }, { stream: "upstream" });
      const { client } = await scene.connect();
      client.send(Buffer.alloc(flood));
      while ((await scene.counter("dropped_bytes_total", "upstream")) < flood) await sleep(10);
    }));

  it("goes on reading when what a toxic held is dropped by the next", () =>
    Scene.play(async (scene) => {
      await scene.addToxic("bandwidth", { rate: 100_000 }, { stream: "upstream" });
      await scene.addToxic("packet_loss", { loss_rate: 1 }, { stream: "upstream" });
      const { client } = await scene.connect();
      client.send(Buffer.alloc(flood));
      while ((await scene.counter("dropped_bytes_total", "upstream")) < flood) await sleep(10);
    }));

  it("gives way when the toxic that stalled the link is removed", () =>
    Scene.play(async (scene) => {
      const toxic = await scene.addToxic("bandwidth", { rate: 0 }, { stream: "upstream" });
      const { client, server } = await scene.connect();
      client.send(Buffer.alloc(flood));
      await sleep(50);
      await toxic.remove();
      await server.receives(flood);
    }));
});

describe("a change of toxics on live connections", () => {
  it("applies an update to what is held already", () =>
    Scene.play(async (scene) => {
      const toxic = await scene.addToxic("bandwidth", { rate: 0 });
      const { client, server } = await scene.connect();
      server.send("held");
      await sleep(30);
      await toxic.update({ ...toxic.toJson(), attributes: { rate: 1000 } });
      await client.receives(4);
    }));

  it.each([0, 1])("takes toxic %i out of the chain without disturbing the others", (index) =>
    Scene.play(async (scene) => {
      const slow = { type: "latency", attributes: { latency: 60_000 }, name: "slow" };
      const quick = { type: "latency", attributes: { latency: 1 }, name: "quick" };
      const chain = index === 0 ? [slow, quick] : [quick, slow];
      for (const { type, attributes, name } of chain) await scene.addToxic(type, attributes, { name });
      await scene.addToxic("limit_data", { bytes: 6 });
      const { client, server } = await scene.connect();
      server.send("123");
      await sleep(30);
      await (await scene.proxy.getToxic("slow")).remove();
      await client.receives(3);
      server.send("45678");
      await client.ends();
      expect(client.text).toBe("123456");
    }),
  );

  it("closes the server's side though the client takes in nothing", () =>
    Scene.play(async (scene) => {
      const { client, server } = await scene.connect();
      client.socket.pause();
      server.send(Buffer.alloc(32 * 1024 * 1024));
      await stalledAt(scene, "downstream");
      await scene.addToxic("timeout", { timeout: 30 });
      await server.ends();
    }));

  it("resets connections that are older than reset_peer", () =>
    Scene.play(async (scene) => {
      const { client, server } = await scene.connect();
      await scene.addToxic("reset_peer", { timeout: 0 }, { stream: "upstream" });
      client.send("x");
      await Promise.all([client.closes(), server.closes()]);
      expect([client.error, server.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
    }));

  it("calls a reset off while its time runs", () =>
    Scene.play(async (scene) => {
      const toxic = await scene.addToxic("reset_peer", { timeout: 100 }, { stream: "upstream" });
      const { client, server } = await scene.connect();
      client.send("lost");
      await sleep(20);
      await toxic.remove();
      await sleep(150);
      client.send("heard");
      await server.receives(5);
      expect(server.text).toBe("heard");
    }));

  it("spares, when timeout is removed, the connections that its toxicity spared", () =>
    Scene.play(async (scene) => {
      const toxic = await scene.addToxic("timeout", { timeout: 0 }, { toxicity: 0 });
      const { client, server } = await scene.connect();
      await toxic.remove();
      server.send("alive");
      await client.receives(5);
    }));
});

describe("a server that does not answer the dial", () => {
  it("holds up neither the removal of the proxy nor its client", () =>
    Scene.play(async (scene) => {
      const hanging = await HangingServer.start();
      try {
        const { listen } = scene.proxy;
        await scene.proxy.update({ enabled: true, listen, upstream: hanging.address });
        const clients: Peer[] = [await dial(listen), await dial(listen)];
        const start = performance.now();
        await scene.proxy.remove();
        for (const client of clients) await client.ends();
        expect(performance.now() - start).toBeLessThan(5000);
      } finally {
        await hanging.close();
      }
    }));
});

describe("the seed", () => {
  it("decides which connections are hurt", async () => {
    const seven = await fates(7);
    expect(await fates(7)).toBe(seven);
    expect(await fates(8)).not.toBe(seven);
    const hurt = seven.replaceAll(".", "").length;
    expect(hurt).toBeGreaterThan(8);
    expect(hurt).toBeLessThan(32);
  });
});

describe("an update", () => {
  it("draws anew whether a connection is hurt", () =>
    Scene.play(async (scene) => {
      const toxic = await scene.addToxic("packet_loss", { loss_rate: 1 }, { toxicity: 0.5 });
      const { client, server } = await scene.connect();
      for (let sent = 1; sent <= 20; sent++) {
        server.send("x");
        while ((await scene.counter("received_bytes_total", "downstream")) < sent) await sleep(1);
        await toxic.update(toxic.toJson());
      }
      await client.receives(1);
      const dropped = await scene.counter("dropped_bytes_total", "downstream");
      expect(dropped).toBeGreaterThan(0);
      expect(dropped).toBeLessThan(20);
    }));
});

describe("a toxic of one's own", () => {
  const shout: ToxicType<"marks"> = {
    type: "shout",
    goName: "ShoutToxic",
    attributes: { marks: { kind: "int64", initial: 1 } },
    refuse: ({ marks }) => (marks > 3 ? `at most 3 marks, found ${marks}` : undefined),
    start: ({ marks }, outlet) => ({
      chunk({ data, time }) {
        outlet.pass({ data: Buffer.from(data.toString().toUpperCase() + "!".repeat(marks)), time });
      },
      end: (ending) => outlet.finish(ending),
      stop: () => [],
    }),
  };

  it("is used like any other", () =>
    Scene.play(
      async (scene) => {
        const toxic = await scene.addToxic("shout", {});
        expect(toxic.attributes).toEqual({ marks: 1 });
        await toxic.update({ ...toxic.toJson(), attributes: { marks: 3 } });
        await expect(toxic.update({ ...toxic.toJson(), attributes: { marks: 4 } })).rejects.toThrow("400");
        const { client, server } = await scene.connect();
        server.send("hello");
        await client.receives(8);
        expect(client.text).toBe("HELLO!!!");
      },
      () => startToxiproxy({ toxics: [shout] }),
    ));
});

describe("closing the server", () => {
  it("ends its API, its listeners and its connections", async () => {
    const upstream = await PeerServer.start();
    const toxiproxy = await startToxiproxy();
    const api = new Toxiproxy(toxiproxy.url);
    const proxy = await api.createProxy({ name: "p", listen: "localhost:0", upstream: upstream.address });
    const client = await dial(proxy.listen);
    await upstream.peer(0);
    await toxiproxy.close();
    await client.ends();
    await expect(dial(proxy.listen)).rejects.toThrow("ECONNREFUSED");
    await expect(api.getAll()).rejects.toThrow();
    await upstream.close();
  });
});

describe("finding a server", () => {
  it("uses the one it is given, and leaves it running", async () => {
    const running = await startToxiproxy();
    const found = await findToxiproxy(`${running.url}/`);
    expect(found).toMatchObject({ url: running.url, version: "2.12.0", embedded: false });
    await found.close();
    expect((await fetch(`${running.url}/version`)).ok).toBe(true);
    await running.close();
  });

  it("refuses one that does not answer, with what to do", async () => {
    const gone = await startToxiproxy();
    await gone.close();
    await expect(findToxiproxy(gone.url)).rejects.toThrow(UsageError);
    await expect(findToxiproxy(gone.url)).rejects.toThrow(/TOXIPROXY_URL/);
  });

  it("starts its own, with metrics, where there is none", async () => {
    const usual = await fetch("http://127.0.0.1:8474/version").catch(() => undefined);
    if (usual?.ok === true) return;
    const found = await findToxiproxy("");
    expect(found).toMatchObject({ version: "2.12.0", embedded: true });
    expect((await fetch(`${found.url}/metrics`)).status).toBe(200);
    await found.close();
  });
});

/** Waits until the proxy reads no more in a direction; returns how many bytes it has read. */
async function stalledAt(scene: Scene, direction: "upstream" | "downstream"): Promise<number> {
  let before = -1;
  for (;;) {
    const now = await scene.counter("received_bytes_total", direction);
    if (now > 0 && now === before) return now;
    before = now;
    await sleep(150);
  }
}

async function heldBack(scene: Scene): Promise<number> {
  const received = await scene.counter("received_bytes_total", "upstream");
  return received - (await scene.counter("sent_bytes_total", "upstream"));
}

/** Which of the first connections, made one after the other, a toxic of toxicity ½ closes. */
async function fates(seed: number): Promise<string> {
  let fate = "";
  await Scene.play(
    async (scene) => {
      await scene.addToxic("limit_data", { bytes: 0 }, { toxicity: 0.5 });
      for (let i = 0; i < 40; i++) {
        const { client, server } = await scene.connect();
        server.send("x");
        await until(() => client.ended || client.length > 0);
        fate += client.length > 0 ? "." : "x";
      }
    },
    () => startToxiproxy({ seed }),
  );
  return fate;
}

async function openConnections(scene: Scene): Promise<number> {
  const text = await (await fetch(`${scene.toxiproxy.url}/metrics`)).text();
  return Number(/toxiproxy_proxy_connections\{proxy="p"\} (\d+)/.exec(text)?.[1] ?? -1);
}

/** A stopped process whose queue of connections is full: whoever dials it now waits. */
class HangingServer {
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #fillers: Promise<Peer>[];

  private constructor(process: ChildProcess, address: string) {
    this.#process = process;
    this.address = address;
    process.kill("SIGSTOP");
    this.#fillers = Array.from({ length: 4 }, () => dial(address));
    for (const filler of this.#fillers) filler.catch(() => {});
  }

  static async start(): Promise<HangingServer> {
    const script =
      'const s = require("net").createServer(() => {});' +
      's.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => console.log(s.address().port));';
    const process = spawn(globalThis.process.execPath, ["-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<string>((resolve) => {
      process.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    });
    const server = new HangingServer(process, `127.0.0.1:${port}`);
    await sleep(50);
    return server;
  }

  async close(): Promise<void> {
    this.#process.kill("SIGKILL");
    await Promise.allSettled(this.#fillers.map(async (filler) => (await filler).socket.destroy()));
  }
}
