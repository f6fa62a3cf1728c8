import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The browser side of a report: one script and one style sheet. */
export interface Shell {
  readonly script: string;
  readonly style: string;
}

/** Reads the bundle that the build made. It stands beside the compiled writer. */
export function loadShell(): Shell {
  const places = ["./", "../dist/reports/"].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
  const folder = places.find((place) => existsSync(`${place}ui.js`) && existsSync(`${place}ui.css`));
  if (folder === undefined)
    throw new Error("the browser side of the report is not built: run `npm run build` first");
  return {
    script: checked("ui.js", readFileSync(`${folder}ui.js`, "utf8")),
    style: checked("ui.css", readFileSync(`${folder}ui.css`, "utf8")),
  };
}

/** Text that would end the element it is put in is a fault of the build, found here and not by a browser. */
function checked(name: string, text: string): string {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${name} holds text that cannot stand in HTML`);
  return text;
}
