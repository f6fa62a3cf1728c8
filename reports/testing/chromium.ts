import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where a Chromium may stand; tests use the one that is installed and download none. */
const places = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const chromiumPath = places.find((place) => place !== "" && existsSync(place));

/** What to say where there is none. */
export const withoutChromium =
  "The tests of the report in a browser are skipped: no Chromium is installed (Debian: apt-get install chromium).";

export function openBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(withoutChromium);
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
