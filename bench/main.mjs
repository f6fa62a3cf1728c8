// Runs a benchmark by its name: `npm run bench -- scheduler 100000`; without a name, that of linearizability.
import { readdirSync } from "node:fs";

const names = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".mjs") && file !== "main.mjs")
  .map((file) => file.slice(0, -".mjs".length));
const named = process.argv[2] !== undefined && !process.argv[2].startsWith("-");
const name = named ? process.argv[2] : "linearizability";
if (!names.includes(name)) {
  console.error(`No benchmark ${name}. There are ${names.join(", ")}.`);
  process.exit(64);
}
const file = new URL(`${name}.mjs`, import.meta.url);
process.argv.splice(1, named ? 2 : 1, file.pathname);
await import(file.href);
