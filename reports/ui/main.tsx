import { render } from "preact";
import "./style.css";

const root = document.getElementById("report");
if (root !== null) render(<main />, root);
