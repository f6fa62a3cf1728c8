/** The palette of the page as the canvas needs it: read from the style sheet, so that both agree. */
export interface Palette {
  readonly ok: string;
  readonly fail: string;
  readonly info: string;
  readonly violation: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly background: string;
  readonly accent: string;
  readonly onMark: string;
}

const names = {
  ok: "--ok",
  fail: "--fail",
  info: "--info",
  violation: "--violation",
  text: "--text",
  muted: "--muted",
  line: "--line",
  surface: "--surface",
  background: "--background",
  accent: "--accent",
  onMark: "--on-mark",
} as const satisfies Record<keyof Palette, string>;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ok: color(names.ok),
    fail: color(names.fail),
    info: color(names.info),
    violation: color(names.violation),
    text: color(names.text),
    muted: color(names.muted),
    line: color(names.line),
    surface: color(names.surface),
    background: color(names.background),
    accent: color(names.accent),
    onMark: color(names.onMark),
  };
}

/** A colour `#rrggbb` as the number that stands in the 32-bit view of an image (little-endian). */
export function pixel(color: string, alpha = 255): number {
  const value = Number.parseInt(color.slice(1), 16) || 0;
  return ((alpha << 24) | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

/** Called when the colour scheme may have changed: by the system or by the reader. */
export function onSchemeChange(changed: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    query.removeEventListener("change", changed);
    observer.disconnect();
  };
}
