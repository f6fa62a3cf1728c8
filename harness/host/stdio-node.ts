import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

import type { AnyProtocol } from "../../systems/contracts/protocol.ts";
import { errorBody, errorCodes } from "../../systems/protocols/errors.ts";
import {
  decodeEnvelope,
  encodeEnvelope,
  longestLine,
  type Envelope,
  type MalformedLine,
} from "./envelope.ts";
import { LineSplitter } from "../../systems/line-splitter.ts";
import { NodeHost } from "./node-host.ts";

export interface StdioNodeOptions {
  readonly protocol: AnyProtocol;
  readonly data: string | undefined;
  readonly seed: string;
  readonly input: Readable;
  readonly output: Writable;
  readonly log: (message: string) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A node that someone runs as Maelstrom runs its nodes: every message of every node and client is a line of
 * standard input or output, and the first one, `init`, says who the node is.
 */
export async function runStdioNode(options: StdioNodeOptions): Promise<{ close(): Promise<void> }> {
  const { protocol, seed, input, output, log, fail } = options;
  const temporary = options.data === undefined ? mkdtempSync(join(tmpdir(), "rashomon-node-")) : undefined;
  const send = (envelope: Envelope): void => void output.write(encodeEnvelope(envelope, false));
  let host: NodeHost | undefined;

  const initialise = async (line: Envelope | MalformedLine): Promise<void> => {
    const init = "malformed" in line ? undefined : parseInit(line);
    if (init === undefined) {
      if ("malformed" in line) return log(`malformed line: ${line.malformed}`);
      const text = "expected init with node_id and node_ids first";
      const body = {
        ...errorBody(errorCodes.malformedRequest, text),
        in_reply_to: line.body["msg_id"] ?? null,
      };
      return send({ src: line.dest, dest: line.src, body });
    }
    host = await NodeHost.start({
      protocol,
      id: init.id,
      nodes: init.nodes,
      directory: join(temporary ?? options.data ?? "", init.id),
      seed,
      sendToPeer: send,
      log,
      fail,
    });
    host.receive(line, send);
  };

  const lines = new LineSplitter(longestLine);
  // One line after the other, since the first has to be waited for.
  let turn = Promise.resolve();
  input.on("data", (chunk: Buffer) => {
    const complete = lines.push(chunk);
    turn = turn
      .then(async () => {
        for (const line of complete) {
          const decoded = decodeEnvelope(line);
          if (host === undefined) await initialise(decoded);
          else host.receive(decoded, send);
        }
      })
      .catch(fail);
  });
  return {
    async close() {
      await host?.close();
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    },
  };
}

function parseInit({ body }: Envelope): { id: string; nodes: string[] } | undefined {
  const { type, node_id: id, node_ids: nodes } = body;
  if (type !== "init" || typeof id !== "string" || !Array.isArray(nodes)) return undefined;
  const names = nodes.filter((name): name is string => typeof name === "string");
  return names.length === nodes.length && names.includes(id) ? { id, nodes: names } : undefined;
}
