// Ethernet frames that carry IPv4, as they come off the wire (RFC 791, RFC 9293).

const ethernetLength = 14;
const tcp = 6;
const finFlag = 0x01;

/** Whether a frame is long enough to be looked at, and of IPv4. */
export function isPacket(frame: Buffer): boolean {
  return frame.length >= ethernetLength + 20 && frame.readUInt16BE(12) === 0x0800;
}

/** Sender of the packet: the four bytes of its address as a number. */
export function sourceOf(frame: Buffer): number {
  return frame.readUInt32BE(ethernetLength + 12);
}

export function destinationOf(frame: Buffer): number {
  return frame.readUInt32BE(ethernetLength + 16);
}

/** An address as such a number. */
export function addressNumber(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/** Says who hands the frame to whom. */
export function addressFrame(frame: Buffer, from: Buffer, to: Buffer): void {
  to.copy(frame, 0);
  from.copy(frame, 6);
}

/** A copy with one bit of its load flipped, drawn by `random`: the receiver's checksum shows it. */
export function withFlippedBit(frame: Buffer, random: (bound: number) => number): Buffer {
  const copy = Buffer.from(frame);
  const start = loadAt(frame);
  const end = endOf(frame);
  if (end <= start) return copy;
  const at = start + random(end - start);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << random(8)), at);
  return copy;
}

/** Whether a frame says that its sender has no more to send. */
export function closes(frame: Buffer): boolean {
  const at = loadAt(frame);
  return isTcp(frame) && at + 20 <= frame.length && (frame.readUInt8(at + 13) & finFlag) !== 0;
}

/** What a closing segment carries besides, as a segment that does not close; undefined where that is nothing. */
export function withoutClosing(frame: Buffer): Buffer | undefined {
  const at = loadAt(frame);
  const carried = endOf(frame) - at - 4 * (frame.readUInt8(at + 12) >> 4);
  if (carried <= 0) return undefined;
  const copy = Buffer.from(frame);
  const before = copy.readUInt16BE(at + 12);
  const after = before & ~finFlag;
  copy.writeUInt16BE(after, at + 12);
  copy.writeUInt16BE(updatedChecksum(copy.readUInt16BE(at + 16), before, after), at + 16);
  return copy;
}

/** Where the packet's load begins: a TCP segment, a UDP datagram. */
function loadAt(frame: Buffer): number {
  return ethernetLength + 4 * (frame.readUInt8(ethernetLength) & 0x0f);
}

/** Where the packet ends: short frames are padded. */
function endOf(frame: Buffer): number {
  return Math.min(frame.length, ethernetLength + frame.readUInt16BE(ethernetLength + 2));
}

/** The checksum of what has one word changed (RFC 1624, equation 3). */
function updatedChecksum(checksum: number, before: number, after: number): number {
  let sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function isTcp(frame: Buffer): boolean {
  return frame.readUInt8(ethernetLength + 9) === tcp;
}
