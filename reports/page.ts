import { contentHash, inertJson } from "./payload/pack.ts";
import type { ReportSummary } from "./payload/summary.ts";
import type { Shell } from "./shell.ts";
import { validityWord } from "./words.ts";

/**
 * The page as text, in parts: the head with a policy that allows exactly our script and our style, the
 * summary as plain JSON, the script, which shows it at once, then the packed blocks, which nothing reads until
 * they are needed.
 */
export function page(
  summary: ReportSummary,
  blocks: readonly { readonly name: string; readonly text: string }[],
  shell: Shell,
): string[] {
  const policy = [
    "default-src 'none'",
    `script-src ${contentHash(shell.script)}`,
    `style-src ${contentHash(shell.style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = `${validityWord(summary.valid)} ${summary.title} · Rashomon`;
  const parts = [
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${shell.style}</style>
</head>
<body>
<div id="report"></div>
<noscript>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(summary.sentence)}</p>
<p>The rest of this report needs JavaScript; it loads nothing from the network.</p>
</noscript>
<script type="application/json" id="summary">${inertJson(summary)}</script>
<script>${shell.script}</script>
`,
  ];
  for (const { name, text } of blocks)
    parts.push(`<script type="text/plain" data-block="${escapeHtml(name)}">`, text, "</script>\n");
  parts.push("</body>\n</html>\n");
  return parts;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
