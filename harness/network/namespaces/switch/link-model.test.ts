import { describe, expect, it } from "vitest";

import { chance } from "../../../../systems/chance.ts";
import { LinkModel, type PacketDisturbance } from "./link-model.ts";

/** A frame of Ethernet and IPv4 with a TCP segment of these flags and this load, whose checksum is right. */
function segment(flags: number, load = ""): Buffer {
  const frame = Buffer.alloc(14 + 20 + 20 + load.length);
  frame.writeUInt16BE(0x0800, 12);
  frame.writeUInt8(0x45, 14);
  frame.writeUInt16BE(40 + load.length, 16);
  frame.writeUInt8(6, 14 + 9);
  frame.writeUInt8(0x50, 34 + 12);
  frame.writeUInt8(flags, 34 + 13);
  frame.write(load, 54);
  frame.writeUInt16BE(~sumOf(frame) & 0xffff, 34 + 16);
  return frame;
}

/** The sum of the segment's words and of the pseudo-header (RFC 9293, 3.1): all ones where the checksum is right. */
function sumOf(frame: Buffer): number {
  const end = 14 + frame.readUInt16BE(16);
  let sum = 6 + (end - 34);
  for (let at = 26; at < end; at += 2)
    sum += at + 1 < end ? frame.readUInt16BE(at) : frame.readUInt8(at) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

const acknowledges = 0x10;
const closes = 0x11;

function link(...disturbances: PacketDisturbance[]): LinkModel {
  const model = new LinkModel(chance(7));
  model.disturbances = disturbances;
  return model;
}

const times = (model: LinkModel, count: number, apart = 0): number[][] =>
  Array.from({ length: count }, (_, i) =>
    model.pass(segment(acknowledges, "load"), i * apart).map(({ at }) => at),
  );

describe("a link", () => {
  it("lets a packet through at once and as it is, if nothing is done to it", () => {
    const frame = segment(acknowledges, "load");
    expect(link().pass(frame, 5)).toEqual([{ at: 5, frame }]);
  });

  it("delays within its jitter, and keeps the order", () => {
    const all = times(link({ kind: "latency", milliseconds: 50, jitter: 20 }), 200, 1).flat();
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    for (const [i, at] of all.entries()) expect(at - i).toBeGreaterThanOrEqual(30);
    expect(Math.max(...all.map((at, i) => at - i))).toBeLessThan(71);
  });

  it("adds the delays of two disturbances", () => {
    const model = link(
      { kind: "latency", milliseconds: 50, jitter: 0 },
      { kind: "latency", milliseconds: 20, jitter: 0 },
    );
    expect(times(model, 1)).toEqual([[70]]);
  });

  it("loses, and doubles, at the rate that was asked", () => {
    const arrived = times(link({ kind: "loss", rate: 0.2 }), 1000).flat().length;
    expect(arrived).toBeGreaterThan(740);
    expect(arrived).toBeLessThan(860);
    const doubled = times(link({ kind: "duplication", rate: 0.5 }), 1000).filter((all) => all.length === 2);
    expect(doubled.length).toBeGreaterThan(430);
    expect(doubled.length).toBeLessThan(570);
  });

  it("flips one bit, which the checksum shows", () => {
    const model = link({ kind: "corruption", rate: 1 });
    for (let i = 0; i < 100; i++) {
      const frame = segment(acknowledges, "some load");
      const [delivery] = model.pass(frame, 0);
      expect(sumOf(frame)).toBe(0xffff);
      expect(sumOf(delivery?.frame ?? frame)).not.toBe(0xffff);
    }
  });

  it("holds some back for others to overtake, and none of those", () => {
    const all = times(link({ kind: "reorder", rate: 0.3, milliseconds: 20 }), 100, 1).flat();
    const held = all.filter((at, i) => at > i);
    expect(held.length).toBeGreaterThan(10);
    expect(held.length).toBeLessThan(50);
    expect(all).not.toEqual(all.toSorted((a, b) => a - b));
  });

  it("carries so many bytes in a millisecond, and drops what would have to wait too long", () => {
    const model = link({ kind: "bandwidth", kilobytesPerSecond: 1 });
    const bytes = segment(acknowledges, "load").length;
    expect(times(model, 2)).toEqual([[bytes], [2 * bytes]]);
    expect(times(model, 100).flat().length).toBeLessThan(3028 / bytes);
    // A full frame fits even where it takes longer than the longest queue.
    expect(
      link({ kind: "bandwidth", kilobytesPerSecond: 1 }).pass(segment(acknowledges, "x".repeat(1400)), 0),
    ).toHaveLength(1);
  });

  it("lets a closed connection linger, and not what was sent before", () => {
    const model = link({ kind: "slow-close", milliseconds: 500 });
    const [only, ...others] = model.pass(segment(closes), 0);
    expect([only?.at, others]).toEqual([500, []]);
    const [load, end] = model.pass(segment(closes, "last words"), 0);
    expect([load?.at, end?.at]).toEqual([0, 500]);
    expect(load?.frame.readUInt8(34 + 13)).toBe(acknowledges);
    expect(sumOf(load?.frame ?? Buffer.alloc(0))).toBe(0xffff);
    expect(model.pass(segment(acknowledges, "load"), 1)).toHaveLength(1);
  });
});
