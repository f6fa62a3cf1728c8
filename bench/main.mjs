// Runs a benchmark by its name: `npm run bench -- scheduler 100000`; without a name, that of linearizability.
// `npm run bench -- [name] --help` prints the head of its file, which names its options.
import { readdirSync, readFileSync } from "node:fs";

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
const asked = process.argv.slice(2);
if (asked.includes("--help") || asked.includes("-h")) {
  console.log(headOf(file));
  if (!named) console.log(`\nOther benchmarks: npm run bench -- <name>, of ${names.join(", ")}.`);
} else {
  process.argv.splice(1, named ? 2 : 1, file.pathname);
  try {
    await import(file.href);
  } catch (error) {
    if (!String(error.code).startsWith("ERR_PARSE_ARGS")) throw error;
    console.error(`${error.message}\n(npm run bench -- ${name} --help tells more)`);
    process.exitCode = 64;
  }
}

/** The comment at the head of a file, without its marks. */
function headOf(url) {
  const lines = readFileSync(url, "utf8").split("\n");
  const end = lines.findIndex((line) => !/^(\/\*\*|\/\/| \*)/.test(line));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^(\/\*\*| \*\/| \* ?|\/\/ ?)/, ""))
    .join("\n")
    .trim();
}
