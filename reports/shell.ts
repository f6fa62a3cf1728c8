import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The browser side of a report: one script and one style sheet. */
export interface Shell {
  readonly script: string;
  readonly style: string;
}

/** Reads the bundle that the build made. It stands beside the compiled writer. */
export function loadShell(): Shell {
  return { script: checked("ui.js", built("ui.js")), style: checked("ui.css", built("ui.css")) };
}

/** By the package's own name: the same from the sources, from `dist` and once installed. */
function built(name: string): string {
  try {
    return readFileSync(createRequire(import.meta.url).resolve(`rashomon/reports/ui/${name}`), "utf8");
  } catch (cause) {
    throw new Error("the browser side of the report is not built: run `npm run build` first", { cause });
  }
}

/** Text that would end the element it is put in is a fault of the build, found here and not by a browser. */
function checked(name: string, text: string): string {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${name} holds text that cannot stand in HTML`);
  return text;
}
