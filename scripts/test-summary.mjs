// Reads what vitest wrote of a run of all tests, and perhaps of a second one of some files, for CI.
//   node scripts/test-summary.mjs again FOLDER                    files that failed and may be run once more
//   node scripts/test-summary.mjs summary FOLDER [failed step…]   what was skipped, what failed and why; exit code
// FOLDER holds first.json and perhaps second.json.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

// What these files test is deterministic: a second attempt could only hide something.
const deterministic =
  /^(checkers|histories|workloads|systems\/protocols|harness\/(simulation|exploration|scheduler|nemesis))\//;
const shownOfGroup = 3;
const shownLines = 25;

const [command, folder = "", ...failedSteps] = process.argv.slice(2);

/** Each file's outcome: its tests, and why it could not be run, if so. */
function filesOf(name) {
  const path = join(folder, name);
  const results = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).testResults : [];
  return results.map((suite) => ({
    file: relative(process.cwd(), suite.name),
    tests: suite.assertionResults,
    failures: [
      ...suite.assertionResults
        .filter((test) => test.status === "failed")
        .map((test) => ({ name: test.fullName, why: test.failureMessages.join("\n") })),
      ...(suite.status === "failed" && suite.message
        ? [{ name: "the file itself", why: suite.message }]
        : []),
    ],
  }));
}

function printSkipped(files) {
  const groups = new Map();
  for (const { file, tests } of files) {
    for (const test of tests.filter(({ status }) => status === "pending" || status === "skipped")) {
      const group = test.ancestorTitles.join(" ") || file;
      groups.set(group, [...(groups.get(group) ?? []), test.title]);
    }
  }
  for (const [group, titles] of groups) {
    const rest = titles.length > shownOfGroup ? `; and ${titles.length - shownOfGroup} more` : "";
    console.log(`skipped: ${group}: ${titles.slice(0, shownOfGroup).join("; ")}${rest}`);
  }
}

const first = filesOf("first.json");
const failedFiles = first.filter(({ failures }) => failures.length > 0);

if (command === "again") {
  if (!failedFiles.some(({ file }) => deterministic.test(file)))
    for (const { file } of failedFiles) console.log(file);
} else {
  const second = new Map(filesOf("second.json").map((each) => [each.file, each]));
  let failed = 0;
  if (first.length === 0) console.log("the tests wrote no results");
  printSkipped(first);
  // Last, since of a long log only the end may be at hand.
  for (const { file, failures } of failedFiles) {
    const repeated = second.get(file);
    const passedAlone = repeated !== undefined && repeated.failures.length === 0;
    if (!passedAlone) failed += (repeated ?? { failures }).failures.length;
    for (const { name, why } of failures)
      console.log(
        `${passedAlone ? "failed, and passed when its file ran alone" : "failed"}: ${file}: ${name}\n` +
          why.split("\n").slice(0, shownLines).join("\n").replace(/^/gmu, "  "),
      );
  }
  if (failedSteps.length > 0) console.log(`failed steps: ${failedSteps.join(", ")}`);
  failed = Math.max(failed, failedSteps.length);
  const total = first.reduce(
    (sum, { tests }) =>
      sum + tests.filter(({ status }) => status !== "pending" && status !== "skipped").length,
    0,
  );
  const passed = Math.max(0, total - failed);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
