import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HistoryBuilder } from "../histories/builder.ts";
import type { TraceEvent } from "../histories/trace.ts";
import { writeReport } from "./report.ts";
import { chromiumPath, openBrowser } from "./testing/chromium.ts";

const folder = mkdtempSync(join(tmpdir(), "rashomon-space-time-"));
afterAll(() => rmSync(folder, { recursive: true }));

const trace: TraceEvent[] = [
  { index: 0, time: 0, node: "n1", kind: "start" },
  { index: 1, time: 0, node: "n2", kind: "start" },
  { index: 2, time: 1e6, node: "n1", kind: "timer", name: "election" },
  { index: 3, time: 1e6, node: "n1", kind: "send", message: 1, to: "n2", body: { type: "vote", term: 1 } },
  { index: 4, time: 2e6, node: "n2", kind: "receive", message: 1, from: "n1", clock: { n1: 2, n2: 2 } },
  { index: 5, time: 3e6, node: "n2", kind: "crash" },
  { index: 6, time: 4e6, node: "n1", kind: "timer", name: "</script><b>again" },
];

describe.skipIf(chromiumPath === undefined)("a report with a trace in a browser", () => {
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    const history = new HistoryBuilder({ name: "traced" }).build();
    writeReport(join(folder, "traced.html"), { history, verdicts: [], valid: "unknown", trace });
    writeReport(join(folder, "plain.html"), { history, verdicts: [], valid: "unknown" });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(String(error)));
  });
  afterAll(async () => {
    await browser.close();
  });

  async function open(file: string, hash: string): Promise<void> {
    troubles.length = 0;
    await page.goto("about:blank");
    await page.goto(`${pathToFileURL(join(folder, file)).href}${hash}`);
  }

  it("draws what each node did, and the messages", async () => {
    await open("traced.html", "#/messages");
    await page.locator("svg.space-time").waitFor();
    expect(await page.locator(".space-time-head .place").allTextContents()).toEqual(["n1", "n2"]);
    expect(await page.locator(".step .label").allTextContents()).toEqual([
      "starts",
      "starts",
      "timer election",
      "vote term 1",
      "crashes",
      "timer </script><b>again",
    ]);
    expect(await page.locator(".message").count()).toBe(1);
    expect(await page.locator(".life.down").count()).toBe(1);
    expect(troubles).toEqual([]);
  });

  it("tells the past of a step from what had nothing to do with it, by keys, and can show it alone", async () => {
    await open("traced.html", "#/messages?at=3");
    await page.locator(".step.pinned").waitFor();
    expect(await page.locator(".step.before").count()).toBe(3);
    expect(await page.locator(".step.after").count()).toBe(1);
    expect(await page.locator(".step.dim").count()).toBe(1);
    expect(await page.locator(".inspector").textContent()).toContain("n1 2, n2 2");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator(".step.pinned .label").textContent()).toBe("crashes");
    await page.getByLabel("only what led to it").check();
    expect(await page.locator(".step .label").allTextContents()).not.toContain("timer </script><b>again");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".step").count()).toBe(6);
    expect(troubles).toEqual([]);
  });

  it("is not offered where there is no trace", async () => {
    await open("plain.html", "#/overview");
    await page.locator("nav").waitFor();
    expect(await page.locator("nav button").allTextContents()).not.toContain("Messages");
    expect(troubles).toEqual([]);
  });
});
