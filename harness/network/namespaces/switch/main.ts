/**
 * The switch: takes the frames that the router sends its way, and brings each to its receiver when, as often and as whole as the disturbances of
 * its link say. Its arguments are descriptors, as `open-sockets.ts` gives them; on its standard input come lines of JSON, first
 * a `SwitchSetup`, then lists of `SwitchedLink`s, each answered with a line when it is in force. The end of that input is the
 * end of the switch.
 */
import { read, writeSync } from "node:fs";
import { createInterface } from "node:readline";

import { chance, seedOf } from "../../../../systems/chance.ts";
import { eventKinds, EventQueue } from "../../../simulation/world/event-queue.ts";
import { addressFrame, addressNumber, destinationOf, isPacket, sourceOf } from "./frame.ts";
import { LinkModel } from "./link-model.ts";
import { readLinks, readSetup, type Gate } from "./orders.ts";

const [reading = -1, ...gateDescriptors] = process.argv.slice(2).map(Number);
const longestFrame = 65_536;

interface OpenGate {
  readonly descriptor: number;
  readonly hardware: Buffer;
  readonly gateHardware: Buffer;
}

/** In the order of the descriptors; and their places there, by the numbers of the receivers' addresses. */
let gates: readonly OpenGate[] = [];
const gateOf = new Map<number, number>();
let models = new Map<string, LinkModel>();
/** Frames under way, with their gates. */
const queue = new EventQueue();
let timer: NodeJS.Timeout | undefined;
let awaited = Infinity;

const bytesOf = (hardware: string): Buffer => Buffer.from(hardware.replaceAll(":", ""), "hex");

function open({ address, hardware, gateHardware }: Gate, index: number): OpenGate {
  gateOf.set(addressNumber(address), index);
  return {
    descriptor: gateDescriptors[index] ?? -1,
    hardware: bytesOf(hardware),
    gateHardware: bytesOf(gateHardware),
  };
}

function receive(buffer: Buffer): void {
  read(reading, buffer, 0, longestFrame, null, (error, length) => {
    if (error === null) arrived(Buffer.from(buffer.subarray(0, length)));
    receive(buffer);
  });
}

function arrived(frame: Buffer): void {
  if (!isPacket(frame)) return;
  const to = destinationOf(frame);
  const gate = gateOf.get(to);
  if (gate === undefined) return;
  const now = performance.now();
  const model = models.get(`${sourceOf(frame)}>${to}`);
  for (const each of model === undefined ? [{ at: now, frame }] : model.pass(frame, now)) {
    if (each.at <= now) bring(each.frame, gate);
    else queue.add(each.at, eventKinds.message, gate, each.frame);
  }
  wake();
}

function bring(frame: Buffer, gate: number): void {
  const leaving = gates[gate];
  if (leaving === undefined) return;
  addressFrame(frame, leaving.gateHardware, leaving.hardware);
  try {
    writeSync(leaving.descriptor, frame);
  } catch {
    // The place is gone, or its queue is full: then the packet is lost, as packets are.
  }
}

/** Sees to it that the next frame is brought when it is due. */
function wake(): void {
  const due = queue.due();
  if (due >= awaited) return;
  clearTimeout(timer);
  awaited = due;
  timer = setTimeout(bringAll, Math.max(0, due - performance.now()));
}

function bringAll(): void {
  awaited = Infinity;
  while (queue.due() <= performance.now()) {
    const slot = queue.take();
    const frame = queue.payload[slot];
    if (Buffer.isBuffer(frame)) bring(frame, queue.node[slot] ?? 0);
    queue.free(slot);
  }
  wake();
}

let setup: { readonly seed: string } | undefined;
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (setup === undefined) {
      const first = readSetup(line);
      setup = first;
      gates = first.gates.map(open);
      receive(Buffer.allocUnsafe(longestFrame));
    } else {
      const { seed } = setup;
      models = new Map(
        readLinks(line).map(({ from, to, disturbances }) => {
          const name = `${addressNumber(from)}>${addressNumber(to)}`;
          const model = models.get(name) ?? new LinkModel(chance(seedOf(`${seed} ${name}`)));
          model.disturbances = disturbances;
          return [name, model];
        }),
      );
    }
    process.stdout.write("done\n");
  })
  // At once: a thread is waiting for the next frame.
  .on("close", () => process.kill(process.pid, "SIGKILL"));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
