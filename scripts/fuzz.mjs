/**
 * Bundles the fuzzer with the tests' generators, which no build contains, and runs it:
 *
 *   npm run fuzz [-- --minutes 5] [--seed 1] [--model register] [--law definition] [--rounds 10]
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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
