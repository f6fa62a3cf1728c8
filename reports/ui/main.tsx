import { render } from "preact";
import { App } from "./app.tsx";
import { startKeys } from "./report/keys.ts";
import { startRouting } from "./report/route.ts";

const root = document.getElementById("report");
if (root !== null) {
  startRouting();
  startKeys();
  render(<App />, root);
}
