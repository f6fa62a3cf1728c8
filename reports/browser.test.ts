import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check } from "../checkers/linearizability/linearizable.ts";
import { history } from "../histories/testing/notation.ts";
import { writeReport } from "./report.ts";
import { chromiumPath, openBrowser, withoutChromium } from "./testing/chromium.ts";
import { fixtureDescription, fixtureHistory, usual } from "./testing/fixture.ts";
import { hostileHistory, hostileTexts, hostileVerdicts } from "./testing/hostile.ts";

if (chromiumPath === undefined) console.log(withoutChromium);

const folder = mkdtempSync(join(tmpdir(), "rashomon-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The reports that are looked at, by name. */
function writeReports(): void {
  const options = { ...usual, operations: 1500, seconds: 8, stale: true };
  const stale = fixtureHistory(options);
  const verdict = check(stale, { model: "cas-register", initial: 0 });
  expect(verdict.valid).toBe(false);
  writeReport(join(folder, "invalid.html"), {
    description: fixtureDescription(options, "local-reads"),
    history: stale,
    verdicts: [verdict],
    valid: false,
  });
  writeReport(join(folder, "hostile.html"), {
    history: hostileHistory(),
    verdicts: hostileVerdicts(),
    valid: false,
  });
  const keyed = history(`
    0 invoke write 1 key="x"
    0 ok write 1 key="x"
    0 invoke write 2 key="x"
    1 invoke read key="x"
    0 ok write 2 key="x"
    2 invoke read key="x"
    3 invoke write 3 key="x"
    1 ok read 2 key="x"
    2 ok read 1 key="x"
    3 ok write 3 key="x"
    0 invoke read key="y"
    0 ok read 5 key="y"
  `);
  writeReport(join(folder, "keyed.html"), {
    history: keyed,
    verdicts: [check(keyed, { model: "register" })],
    valid: false,
  });
  writeReport(join(folder, "empty.html"), { history: history(""), verdicts: [], valid: "unknown" });
}

describe.skipIf(chromiumPath === undefined)("a report in a browser", () => {
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    writeReports();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
  });

  async function open(name: string, hash = ""): Promise<void> {
    troubles.length = 0;
    requests.length = 0;
    await page.goto("about:blank");
    await page.goto(`${pathToFileURL(join(folder, `${name}.html`)).href}${hash}`);
  }

  const windowShown = (): Promise<string> =>
    page.evaluate<string>('document.querySelector(".window-note")?.textContent ?? ""');

  it("shows the verdict at once, loads nothing else, and has nothing to complain of", async () => {
    await open("invalid");
    await page.getByRole("button", { name: "Open the counterexample" }).waitFor();
    expect(await page.locator(".verdict-head .badge").textContent()).toBe("INVALID");
    expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
    expect(requests.filter((url) => url.startsWith("file:"))).toHaveLength(1);
    for (const name of ["Anomalies", "Timeline", "Latency", "Operations", "Overview"]) {
      await page.locator("nav button", { hasText: name }).click();
      await page.locator("main .page").waitFor();
      await page.waitForTimeout(120);
    }
    expect(troubles).toEqual([]);
  });

  it("zooms the timeline at the pointer, moves it by keys, and shows it whole again", async () => {
    await open("invalid", "#/timeline");
    const canvas = page.locator(".timeline-plot canvas");
    await canvas.waitFor();
    expect(await windowShown()).toBe("");
    const box = await canvas.boundingBox();
    if (box === null) throw new Error("the timeline has no place on the page");
    await page.mouse.move(box.x + box.width * 0.6, box.y + 120);
    await page.mouse.wheel(0, -600);
    await expect.poll(windowShown).toMatch(/^Showing /);
    const zoomed = await windowShown();
    await page.keyboard.press("d");
    await expect.poll(windowShown).not.toBe(zoomed);
    await expect
      .poll(() => page.evaluate<string>("location.hash"))
      .toMatch(/^#\/timeline\?t=[\d.]+s~[\d.]+s/);
    await page.keyboard.press("0");
    await expect.poll(windowShown).toBe("");
  });

  it("tells all about the operation that is clicked, and about the next anomaly", async () => {
    await open("invalid", "#/timeline?t=1s~1.2s");
    const canvas = page.locator(".timeline-plot canvas");
    await canvas.waitFor();
    const box = await canvas.boundingBox();
    if (box === null) throw new Error("the timeline has no place on the page");
    const inspector = page.locator("aside.inspector dl");
    for (let x = 0.3; x < 0.9 && (await inspector.count()) === 0; x += 0.05)
      await page.mouse.click(box.x + box.width * x, box.y + box.height - 40);
    expect(await inspector.textContent()).toMatch(/Operation.*Process.*Key.*Invoked at/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.getByText("Part of nonlinearizable").first().waitFor();
    expect(troubles).toEqual([]);
  });

  it("steps through a counterexample, by buttons and by keys", async () => {
    await open("invalid", "#/anomaly/nonlinearizable-1");
    const counter = page.locator(".counterexample .step-count");
    await counter.waitFor();
    const [, at, all] = /operation (\d+) of (\d+)/.exec((await counter.textContent()) ?? "") ?? [];
    expect(at).toBe(all);
    expect(await page.locator(".callout.bad").textContent()).toContain("refused");
    await page.getByRole("button", { name: /Previous step/ }).click();
    await expect.poll(() => counter.textContent()).toContain(`operation ${Number(all) - 1} of ${all}`);
    expect(await page.locator(".order-point.current").count()).toBe(1);
    expect(await page.locator(".callout.bad").count()).toBe(0);
    await page.keyboard.press("k");
    await expect.poll(() => counter.textContent()).toContain(`operation ${Number(all) - 2} of ${all}`);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator(".callout.bad").count()).toBe(1);
  });

  it("steps by arrows, Home and End, and draws the state after each step", async () => {
    await open("invalid", "#/anomaly/nonlinearizable-1");
    const counter = page.locator(".counterexample .step-count");
    await counter.waitFor();
    const all = /of (\d+)/.exec((await counter.textContent()) ?? "")?.[1] ?? "";
    const states = page.locator(".band.states .span");
    await expect.poll(() => states.count()).toBeGreaterThan(0);
    await page.keyboard.press("Home");
    await expect.poll(() => counter.textContent()).toContain(`operation 0 of ${all}`);
    expect(await states.count()).toBe(0);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => counter.textContent()).toContain(`operation 1 of ${all}`);
    expect(await states.count()).toBe(1);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => counter.textContent()).toContain(`operation 0 of ${all}`);
    await page.keyboard.press("End");
    await expect.poll(() => counter.textContent()).toContain(`operation ${all} of ${all}`);
    expect(troubles).toEqual([]);
  });

  it("shades when values were certainly current, shows on demand what was around, and goes on to other keys", async () => {
    await open("keyed", "#/anomaly/nonlinearizable-1");
    await page.locator(".band .certain .span").first().waitFor();
    const boxes = page.locator(".diagram .op");
    const alone = await boxes.count();
    expect(alone).toBe(3);
    await page.getByLabel("at the same time").check();
    await expect.poll(() => boxes.count()).toBe(5);
    await page.getByLabel("Attempt").selectOption({ index: 1 });
    await expect.poll(() => page.locator(".callout.bad").textContent()).toContain("fits nowhere");
    await page.getByLabel("Anomaly", { exact: true }).selectOption({ index: 1 });
    await expect.poll(() => page.locator(".lead").textContent()).toContain('read 5 on key "y"');
    expect(troubles).toEqual([]);
  });

  it("is dark when the reader's system is, and when asked", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await open("invalid");
    const background = (): Promise<string> =>
      page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(await background()).toBe("rgb(20, 22, 26)");
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.locator("button.theme").click();
    expect(await background()).toBe("rgb(20, 22, 26)");
  });

  it("lists the keys on ?", async () => {
    await open("invalid");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  });

  it("runs nothing that a hostile history says, on any page", async () => {
    for (const hash of ["#/overview", "#/timeline", "#/latency", "#/anomaly", "#/operations"]) {
      await open("hostile", hash);
      await page.locator("main .page").waitFor();
      await page.waitForTimeout(150);
      const found = await page.evaluate<object>(`
        document.querySelectorAll("details").forEach((details) => { details.open = true; });
        ({
          broken: "broken" in window,
          foreign: document.querySelectorAll("img, iframe, a, svg[onload], [onerror], [onload], object, embed").length,
          scripts: document.querySelectorAll("script:not([data-block]):not(#summary)").length,
        })
      `);
      expect(found).toEqual({ broken: false, foreign: 0, scripts: 1 });
      expect(troubles).toEqual([]);
    }
    await open("hostile", "#/operations");
    await expect.poll(() => page.locator("main").textContent()).toContain(hostileTexts[1]);
  });

  it("shows an empty history without complaint", async () => {
    for (const hash of ["#/overview", "#/timeline", "#/latency", "#/anomaly", "#/operations"]) {
      await open("empty", hash);
      await page.locator("main .page").waitFor();
      expect(troubles).toEqual([]);
    }
    await open("empty");
    expect(await page.locator(".sentence").textContent()).toContain("0 operations prove nothing");
  });
});
