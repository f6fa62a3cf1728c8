/**
 * Bundles the browser side of the report (reports/ui) into dist/reports/ui.js and dist/reports/ui.css,
 * which the report writer puts into every report.html.
 */
import { build } from "esbuild";

await build({
  entryPoints: [
    { in: "reports/ui/main.tsx", out: "ui" },
    { in: "reports/ui/style.css", out: "ui" },
  ],
  outdir: "dist/reports",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox113", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  // The code is inlined in HTML that may be read as ASCII, and U+2028 must not stand in it.
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
});
