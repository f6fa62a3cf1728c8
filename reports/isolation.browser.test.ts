import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIsolation } from "../checkers/isolation/isolation.ts";
import { transactionHistory } from "../checkers/isolation/testing/notation.ts";
import { writeReport } from "./report.ts";
import { chromiumPath, openBrowser } from "./testing/chromium.ts";

const folder = mkdtempSync(join(tmpdir(), "rashomon-isolation-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const longFork = transactionHistory(`
  0 begins: ax1
  1 begins: ay1
  2 begins: rx ry
  3 begins: rx ry
  0 ends: ax1 | ok
  1 ends: ay1 | ok
  2 ends: rx[1] ry[] | ok
  3 ends: rx[] ry[1] | ok
`);

describe.skipIf(chromiumPath === undefined)("a report of isolation in a browser", () => {
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    const verdict = checkIsolation(longFork, { level: "serializable", formalism: "adya" });
    writeReport(join(folder, "fork.html"), { history: longFork, verdicts: [verdict], valid: false });
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

  async function open(hash: string): Promise<void> {
    troubles.length = 0;
    await page.goto("about:blank");
    await page.goto(`${pathToFileURL(join(folder, "fork.html")).href}${hash}`);
  }

  it("draws the lattice, each level with what came of it", async () => {
    await open("#/overview");
    await page.locator(".lattice svg").waitFor();
    const title = (name: string): Promise<string | null> =>
      page.locator(`.level:has(title:text-matches("^${name}[: ]")) title`).textContent();
    expect(await title("snapshot-isolation")).toBe(
      "snapshot-isolation: plain broken, with session order not asked, with real time not asked",
    );
    expect(await title("parallel-snapshot-isolation")).toContain("plain held");
    expect(await page.locator(".level.broken").count()).toBeGreaterThan(1);
    expect(troubles).toEqual([]);
  });

  it("draws the transactions and what came before what, and goes through it by keys", async () => {
    await open("#/anomaly");
    await page.locator(".cycle-picture svg").waitFor();
    expect(await page.locator(".transaction").count()).toBe(4);
    expect(await page.locator(".cycle-edge text").allTextContents()).toEqual([
      'wr "x"',
      'rw "y"',
      'wr "y"',
      'rw "x"',
    ]);
    expect(await page.locator(".micro.relevant text").allTextContents()).toContain('r "x" [1]');
    expect(await page.locator(".lead").textContent()).toContain("in opposite orders (long fork)");
    expect(await page.locator(".cycle-steps li.current").count()).toBe(0);
    await page.keyboard.press("k");
    await expect
      .poll(() => page.locator(".cycle-steps li.current").textContent())
      .toContain("T2 came before T4");
    await expect.poll(() => page.locator(".cycle-edge.current text").textContent()).toBe('wr "y"');
    expect(troubles).toEqual([]);
  });

  it("places no transaction upon another, nor outside the picture", async () => {
    await open("#/anomaly");
    await page.locator(".cycle-picture svg").waitFor();
    const boxes = await page.evaluate<readonly (readonly [number, number, number, number])[]>(`
      [...document.querySelectorAll(".transaction > rect")].map((rect) =>
        ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name))))
    `);
    const picture = await page
      .locator(".cycle-picture svg")
      .evaluate((svg) => [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))]);
    for (const [i, [x, y, width, height]] of boxes.entries()) {
      expect(x >= 0 && y >= 0 && x + width <= (picture[0] ?? 0) && y + height <= (picture[1] ?? 0)).toBe(
        true,
      );
      for (const [otherX, otherY, otherWidth, otherHeight] of boxes.slice(i + 1))
        expect(
          x + width <= otherX ||
            otherX + otherWidth <= x ||
            y + height <= otherY ||
            otherY + otherHeight <= y,
        ).toBe(true);
    }
  });

  it("tells it in the words of the formalism that was asked for", async () => {
    await open("#/anomaly");
    await expect
      .poll(() => page.locator(".isolation-anomaly details").first().textContent())
      .toContain("The direct serialization graph has the cycle");
  });
});
