import Table from "cli-table3";

/** Rows as aligned columns without rules; the last column wraps to the terminal's width. */
export function table(rows: readonly (readonly string[])[], width = process.stdout.columns ?? 110): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from(
    { length: columns },
    (_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)) + 2,
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each, 0);
  widths[columns - 1] = Math.max(30, Math.min(widths[columns - 1] ?? 30, width - before));
  const drawn = new Table({
    colWidths: widths,
    wordWrap: true,
    style: { "padding-left": 0, "padding-right": 2 },
    chars: Object.fromEntries(
      [
        "top",
        "top-mid",
        "top-left",
        "top-right",
        "bottom",
        "bottom-mid",
        "bottom-left",
        "bottom-right",
        "left",
        "left-mid",
        "mid",
        "mid-mid",
        "right",
        "right-mid",
        "middle",
      ].map((name) => [name, ""]),
    ),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
