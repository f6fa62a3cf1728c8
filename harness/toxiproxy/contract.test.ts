import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { startToxiproxy, type ToxiproxyServer } from "./server.ts";
import { call, type Answer } from "./testing/api-call.ts";
import { readContract, type Exchange } from "./testing/api-contract.ts";
import { findRealToxiproxy, freePort, startRealToxiproxy } from "./testing/real-server.ts";

const binary = findRealToxiproxy();
const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
const cases = readContract().filter(
  ({ exchanges }) => hasIPv6 || !exchanges.some(({ upstream }) => upstream.includes("[::")),
);

if (binary === undefined) {
  console.info("The real Toxiproxy is not compared: scripts/install-toxiproxy.sh installs it.");
}

function text({ status, type, body }: Answer): string {
  return `${status} ${type} ${body}`.trimEnd();
}

async function perform(
  start: () => Promise<ToxiproxyServer>,
  exchanges: readonly Exchange[],
): Promise<string[]> {
  const server = await start();
  const port = String(await freePort());
  try {
    const answers: string[] = [];
    for (const { method, path, body } of exchanges) {
      answers.push(text(await call(server.url, method, path, body.replaceAll("{port}", port))));
    }
    return answers;
  } finally {
    await server.close();
  }
}

describe("the embedded server, strict, answers as the contract says:", () => {
  it.each(cases)("$title", async ({ exchanges }) => {
    const answers = await perform(() => startToxiproxy({ strict: true }), exchanges);
    expect(answers).toEqual(exchanges.map(({ ours }) => ours));
  });
});

describe.skipIf(binary === undefined)("the real server answers as the contract says:", () => {
  it.each(cases)("$title", async ({ exchanges }) => {
    const answers = await perform(() => startRealToxiproxy(binary ?? ""), exchanges);
    expect(answers).toEqual(exchanges.map(({ upstream }) => upstream));
  });
});

const nested = (depth: number): string => `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("the embedded server, when not strict,", () => {
  it("shows neither the stray Logger nor a null list", async () => {
    const server = await startToxiproxy();
    try {
      expect((await call(server.url, "POST", "/populate", "[]")).body).toBe('{"proxies":[]}');
      expect((await call(server.url, "POST", "/populate", "{")).body).toBe(
        '{"error":"bad request body: unexpected EOF","status":400,"proxies":[]}',
      );
      const proxy = '{"name":"a","listen":"x","upstream":"y","enabled":false,"toxics":[]}';
      expect((await call(server.url, "POST", "/proxies", proxy)).body).toBe(proxy);
    } finally {
      await server.close();
    }
  });

  it("sees that a proxy on every interface is as described already", async () => {
    const server = await startToxiproxy();
    try {
      const port = await freePort();
      await call(server.url, "POST", "/populate", `[{"name":"a","listen":":${port}","upstream":"y:1"}]`);
      await call(server.url, "POST", "/proxies/a/toxics", '{"type":"noop"}');
      for (const listen of [`:${port}`, `0.0.0.0:${port}`, `[::]:${port}`]) {
        const body = `[{"name":"a","listen":"${listen}","upstream":"y:1"}]`;
        expect((await call(server.url, "POST", "/populate", body)).body).toContain('"type":"noop"');
      }
    } finally {
      await server.close();
    }
  });

  it("refuses a body without end", async () => {
    const server = await startToxiproxy();
    try {
      const answer = await call(server.url, "POST", "/proxies", " ".repeat(16 * 1024 * 1024 + 1));
      expect(answer.status).toBe(413);
    } finally {
      await server.close();
    }
  });

  it("refuses JSON that is nested beyond Go's depth, and survives what is nested to it", async () => {
    const server = await startToxiproxy();
    try {
      expect((await call(server.url, "POST", "/proxies", nested(9999))).body).toContain(
        "missing required field",
      );
      expect((await call(server.url, "POST", "/proxies", nested(10_000))).body).toContain(
        "exceeded max depth",
      );
    } finally {
      await server.close();
    }
  });
});

describe("headers", () => {
  let server: ToxiproxyServer;
  beforeAll(async () => {
    server = await startToxiproxy();
  });
  afterAll(() => server.close());

  it("browsers are refused", async () => {
    const browser = { "user-agent": "Mozilla/5.0 (X11)" };
    expect(text(await call(server.url, "GET", "/proxies", "", browser))).toBe(
      "403 text User agent not allowed⏎",
    );
    expect(text(await call(server.url, "GET", "/nothing", "", browser))).toBe("404 text 404 page not found⏎");
    expect((await call(server.url, "GET", "/proxies", "", { "user-agent": "Not Mozilla/5.0" })).status).toBe(
      200,
    );
  });

  it("an error is plain text that must not be sniffed, and every matched request has an identity", async () => {
    const error = await fetch(`${server.url}/proxies/none`);
    expect(error.headers.get("x-content-type-options")).toBe("nosniff");
    const other = await fetch(`${server.url}/version`);
    expect(error.headers.get("x-toxiproxy-request-id")).toMatch(/^\w{20}$/);
    expect(other.headers.get("x-toxiproxy-request-id")).not.toBe(error.headers.get("x-toxiproxy-request-id"));
    expect((await fetch(`${server.url}/nothing`)).headers.get("x-toxiproxy-request-id")).toBeNull();
  });
});

/** Calls that are easy to combine into something that nobody thought of. */
const anyCall = fc.record({
  method: fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT"),
  path: fc.constantFrom(
    "/proxies",
    "/proxies/a",
    "/proxies/b",
    "/proxies/a/toxics",
    "/proxies/b/toxics",
    "/proxies/a/toxics/t",
    "/proxies/a/toxics/latency_downstream",
    "/populate",
    "/reset",
    "/proxies/a/",
  ),
  body: fc.oneof(
    fc.json({ maxDepth: 2 }),
    fc
      .record(
        {
          name: fc.constantFrom<unknown>("a", "b", "t", "", 5, null),
          listen: fc.constantFrom<unknown>("localhost:0", "127.0.0.1:0", "192.0.2.1:1", "bad", [], null),
          upstream: fc.constantFrom<unknown>("x:1", "y:2", "", true, null),
          enabled: fc.constantFrom<unknown>(true, false, "no", null),
          type: fc.constantFrom<unknown>("latency", "noop", "slicer", "limit_data", "none", {}),
          stream: fc.constantFrom<unknown>("upstream", "Downstream", "up", 1),
          toxicity: fc.oneof(fc.double({ noNaN: true }), fc.constant("x"), fc.constant(null)),
          // A misfit among several attributes would show the known difference in partial updates.
          attributes: fc.oneof(
            fc.record({ latency: fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constant("x")) }),
            fc.record({ BYTES: fc.nat(), average_size: fc.nat() }),
            fc.constant(null),
            fc.constant([]),
          ),
        },
        { requiredKeys: [] },
      )
      .chain((record) =>
        fc.constantFrom(
          JSON.stringify(record),
          JSON.stringify([record]),
          JSON.stringify(record).slice(0, -1),
        ),
      ),
  ),
});

describe.skipIf(binary === undefined)("the embedded and the real server", () => {
  it("answer any sequence of calls alike", async () => {
    const real = await startRealToxiproxy(binary ?? "");
    const ours = await startToxiproxy({ strict: true });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(anyCall, { minLength: 1, maxLength: 25 }), async (calls) => {
          for (const { url } of [ours, real]) {
            for (const name of ["a", "b", "t"]) await call(url, "DELETE", `/proxies/${name}`);
          }
          for (const { method, path, body } of calls) {
            const [mine, theirs] = await Promise.all(
              [ours, real].map(({ url }) => call(url, method, path, body)),
            );
            expect(mine, `${method} ${path} ${body}`).toEqual(theirs);
          }
        }),
        { numRuns: 60 },
      );
    } finally {
      await real.close();
      await ours.close();
    }
  });
});
