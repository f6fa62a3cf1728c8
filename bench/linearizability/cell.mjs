// Checks histories in a process of its own: one line of JSON with the verdicts and what the checks took.
//
//   node bench/linearizability/cell.mjs '{"dist": …, "files": […], "model": …, "seconds": 60}'
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { dist, files, model, seconds, steps } = JSON.parse(process.argv[2]);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { readHistory } = await load("histories/index.js");
const { check } = await load("checkers/index.js");

const histories = [];
for (const file of files) histories.push(await readHistory(file));
const loaded = process.resourceUsage().maxRSS / 1024;
const clock = () => performance.now() / 1000;
const budget = { seconds, clock, ...(steps === undefined ? {} : { steps }) };
const started = performance.now();
const before = process.cpuUsage();
const verdicts = histories.map((history) => check(history, { model }, budget));
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    verdicts: verdicts.map(({ valid }) => valid),
    reason: verdicts.find(({ reason }) => reason !== undefined)?.reason,
    engines: verdicts[0]?.details?.engines,
    cpu: (user + system) / 1e6,
    wall: (performance.now() - started) / 1000,
    loaded,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
