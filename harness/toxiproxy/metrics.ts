import type { Direction } from "./toxic.ts";

/** Bytes of one direction of one proxy, counted as they pass. */
export interface ByteCounters {
  received: number;
  sent: number;
  dropped: number;
}

/** What a proxy shows of itself beside its bytes. */
export interface ProxyGauges {
  readonly name: string;
  readonly connections: number;
  readonly toxics: number;
}

interface Series {
  readonly labels: string;
  readonly bytes: ByteCounters;
}

/** The counters behind `/metrics`, in Prometheus's text format. A series outlives its proxy. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  bytes(direction: Direction, proxy: string, listener: string, upstream: string): ByteCounters {
    const labels = [
      `direction="${direction}"`,
      `listener="${escapeLabel(listener)}"`,
      `proxy="${escapeLabel(proxy)}"`,
      `upstream="${escapeLabel(upstream)}"`,
    ].join(",");
    let series = this.#series.get(labels);
    if (series === undefined) {
      series = { labels, bytes: { received: 0, sent: 0, dropped: 0 } };
      this.#series.set(labels, series);
    }
    return series.bytes;
  }

  format(proxies: readonly ProxyGauges[]): string {
    const series = [...this.#series.values()].toSorted((a, b) => (a.labels < b.labels ? -1 : 1));
    const counter = (name: keyof ByteCounters): string[] =>
      family(
        `toxiproxy_proxy_${name}_bytes_total`,
        "counter",
        series.map(({ labels, bytes }) => [labels, bytes[name]]),
      );
    const gauge = (name: "connections" | "toxics"): string[] =>
      family(
        `toxiproxy_proxy_${name}`,
        "gauge",
        proxies.map((proxy) => [`proxy="${escapeLabel(proxy.name)}"`, proxy[name]]),
      );
    const lines = [
      ...gauge("connections"),
      ...counter("dropped"),
      ...counter("received"),
      ...counter("sent"),
      ...gauge("toxics"),
    ];
    return lines.map((line) => `${line}\n`).join("");
  }
}

function family(name: string, type: string, samples: [labels: string, value: number][]): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} `,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}{${labels}} ${value}`),
  ];
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
