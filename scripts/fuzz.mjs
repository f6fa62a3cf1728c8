/**
 * Bundles the fuzzer with the tests' generators, which no build contains, and runs it:
 *
 *   npm run fuzz -- --minutes 30                        every model and law; the minutes are 5 unless given
 *   npm run fuzz -- --model fifo-queue --law engines    one of them
 *   npm run fuzz -- --rounds 10 --seed 7                by rounds instead of minutes
 *   npm run fuzz -- --round 12 --rounds 1 --seed 7      one round again
 *
 *   --output    the folder for a history that breaks a law (node_modules/.cache/rashomon-fuzz)
 *   --help      this
 *
 * The last lines count the histories by what became of them. The exit code is 1 when a law was broken.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const asked = process.argv.slice(2);
if (asked.includes("--help") || asked.includes("-h")) {
  const head = readFileSync(new URL(import.meta.url), "utf8").split("*/")[0] ?? "";
  console.log(head.replaceAll(/^(\/\*\*| \* ?| )/gm, "").trim());
  process.exit(0);
}

const project = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${project}node_modules/.cache/rashomon-fuzz/main.mjs`;
await build({
  entryPoints: [`${project}checkers/testing/fuzz/main.ts`],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  // The schemas are found by the package's own name, which only works from a file of the package.
  define: { "import.meta.url": JSON.stringify(`file://${project}dist/histories/schema/schemas.js`) },
  sourcemap: "inline",
  logLevel: "warning",
});
await import(outfile);
