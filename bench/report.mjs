/**
 * The report of a million events: seconds to write it, its size, and, where Chromium is installed, how soon
 * a browser shows it and how long a frame of the timeline takes while zooming and moving.
 *
 *     npm run build && node bench/report.mjs [events]
 */
import { existsSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { HistoryBuilder } from "../dist/modules/histories/builder.js";
import { writeReport } from "../dist/modules/reports/report.js";

const events = Number(process.argv[2] ?? 1_000_000);
const processes = 50;

function history() {
  let state = 42;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const builder = new HistoryBuilder({ name: "bench" });
  const open = Array.from({ length: processes }, () => undefined);
  const names = Array.from({ length: processes }, (_, process) => process);
  let time = 0;
  for (let i = 0; i < events; i++) {
    time += Math.floor(random() * 120_000);
    const lane = Math.floor(random() * processes);
    const begun = open[lane];
    if (begun === undefined) {
      const f = random() < 0.5 ? "read" : "write";
      open[lane] = {
        process: names[lane],
        f,
        key: Math.floor(random() * 200),
        value: f === "read" ? null : i,
      };
      builder.add({ ...open[lane], time, type: "invoke", node: `n${(lane % 5) + 1}` });
    } else {
      const fate = random();
      const type = fate < 0.95 ? "ok" : fate < 0.99 ? "fail" : "info";
      builder.add({ ...begun, time, type, value: begun.value ?? i, node: `n${(lane % 5) + 1}` });
      if (type === "info") names[lane] += processes;
      open[lane] = undefined;
    }
  }
  return builder.build();
}

const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];

const made = history();
const path = join(tmpdir(), `rashomon-bench-${process.pid}.html`);
const before = process.cpuUsage();
const started = performance.now();
writeReport(path, { history: made, verdicts: [], valid: "unknown" });
const cpu = process.cpuUsage(before);
const size = statSync(path).size;
console.log(`events           ${events}`);
console.log(
  `write            ${((performance.now() - started) / 1000).toFixed(2)} s, ${((cpu.user + cpu.system) / 1e6).toFixed(2)} s CPU`,
);
console.log(
  `peak memory      ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, the history included`,
);
console.log(`size             ${(size / 1e6).toFixed(2)} MB, ${(size / events).toFixed(2)} bytes an event`);

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
if (executablePath === undefined)
  console.log("browser          not measured: no Chromium is installed (Debian: apt-get install chromium)");
else {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const url = pathToFileURL(path).href;
  await page.goto(url);
  await page.waitForSelector(".verdict-head");
  const overview = await page.evaluate(() => performance.getEntriesByType("paint").at(-1)?.startTime ?? NaN);
  await page.goto("about:blank");
  const opened = performance.now();
  await page.goto(`${url}#/timeline`);
  await page.waitForSelector(".timeline-plot canvas[data-paint]");
  const ready = performance.now() - opened;
  const unpack = await page.evaluate(() => performance.getEntriesByName("operations")[0]?.duration ?? NaN);
  const frames = await page.evaluate(async () => {
    const canvas = document.querySelector(".timeline-plot canvas");
    const box = canvas.getBoundingClientRect();
    const costs = [];
    for (let i = 0; i < 240; i++) {
      const zooming = i % 120 < 60 ? -80 : 80;
      const wheel = {
        deltaY: zooming,
        clientX: box.left + box.width * 0.6,
        clientY: box.top + 200,
        bubbles: true,
        cancelable: true,
      };
      canvas.dispatchEvent(new WheelEvent("wheel", wheel));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      costs.push(Number(canvas.dataset.paint));
    }
    return costs;
  });
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? NaN);
  await browser.close();
  console.log(`overview visible ${overview.toFixed(0)} ms`);
  console.log(`timeline ready   ${ready.toFixed(0)} ms, unpacking ${unpack.toFixed(0)} ms of it`);
  console.log(
    `script a frame   median ${quantile(frames, 0.5)} ms, 95 % ${quantile(frames, 0.95)} ms, slowest ${quantile(frames, 1)} ms`,
  );
  console.log(`heap             ${(heap / 1e6).toFixed(0)} MB`);
}
rmSync(path);
