import { Badge } from "./parts/badge.tsx";
import { AnomalyPage } from "./pages/anomaly.tsx";
import { ClocksPage } from "./pages/clocks.tsx";
import { LatencyPage } from "./pages/latency.tsx";
import { OperationsPage } from "./pages/operations.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { SpaceTimePage } from "./pages/space-time.tsx";
import { TimelinePage } from "./pages/timeline.tsx";
import { keyHelp } from "./report/keys.ts";
import { go } from "./report/route.ts";
import {
  anomalies,
  hasSpaceTime,
  helpOpen,
  isLog,
  page,
  summary,
  theme,
  type PageName,
  type Theme,
} from "./report/state.ts";

const labels: Record<PageName, string> = {
  overview: "Overview",
  timeline: "Timeline",
  latency: "Latency",
  anomaly: "Anomalies",
  operations: "Operations",
  messages: "Messages",
  clocks: "Clocks",
};
const order: readonly PageName[] = [
  "overview",
  "anomaly",
  ...(hasSpaceTime ? (["messages"] as const) : []),
  ...(isLog ? [] : (["timeline", "latency", "operations"] as const)),
  ...(summary.clocks === undefined ? [] : (["clocks"] as const)),
];

export function App() {
  const View = views[page.value];
  return (
    <>
      <header class="top">
        <div class="top-inner">
          <div class="run-name">
            <Badge valid={summary.valid} />
            <h1>{summary.title}</h1>
            {summary.run === undefined ? null : <span class="muted seed">seed {summary.run.seed}</span>}
          </div>
          <nav aria-label="Pages">
            {order.map((name) => (
              <button
                key={name}
                aria-current={page.value === name ? "page" : undefined}
                onClick={() => go(name)}
              >
                {labels[name]}
                {name === "anomaly" && anomalies.length > 0 ? (
                  <span class="tally">{anomalies.length}</span>
                ) : null}
              </button>
            ))}
          </nav>
          <div class="tools">
            <ThemeButton />
            <button class="quiet" aria-label="Keys" onClick={() => (helpOpen.value = true)}>
              ?
            </button>
          </div>
        </div>
      </header>
      <main>
        <View />
      </main>
      <footer class="muted small">
        Rashomon. This file is complete in itself: it loads nothing and sends nothing.
      </footer>
      {helpOpen.value ? <Help /> : null}
    </>
  );
}

const views: Record<PageName, () => ReturnType<typeof OverviewPage>> = {
  overview: OverviewPage,
  timeline: TimelinePage,
  latency: LatencyPage,
  anomaly: AnomalyPage,
  operations: OperationsPage,
  messages: SpaceTimePage,
  clocks: ClocksPage,
};

const nextTheme: Record<Theme, Theme> = { auto: "dark", dark: "light", light: "auto" };
const themeIcons: Record<Theme, string> = { auto: "◐", dark: "☾", light: "☀" };

function ThemeButton() {
  return (
    <button
      class="quiet theme"
      title={`Colours: ${theme.value}`}
      aria-label={`Colours: ${theme.value}; change`}
      onClick={() => (theme.value = nextTheme[theme.value])}
    >
      {themeIcons[theme.value]}
    </button>
  );
}

function Help() {
  return (
    <div class="overlay" onClick={() => (helpOpen.value = false)}>
      <div
        class="dialog"
        role="dialog"
        aria-modal="true"
        aria-label="Keys"
        onClick={(event) => event.stopPropagation()}
      >
        <header>
          <h3>Keys</h3>
          <button class="quiet" aria-label="Close" autofocus onClick={() => (helpOpen.value = false)}>
            ✕
          </button>
        </header>
        <dl>
          {keyHelp.map(([keys, what]) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
