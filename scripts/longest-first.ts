import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes, most of which they wait: begun last, they would keep all cores but one idle at the end. */
const longest = [
  "harness/databases/galera-quorum.test.ts",
  "cli/tutorial.test.ts",
  "harness/exploration/protocols.test.ts",
  "harness/simulation/protocols.test.ts",
];

/** Has test files run in vitest's order, but for those. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((file) => moduleId.endsWith(file));
      return at < 0 ? longest.length : at;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own order of the files, and no array's method
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}
