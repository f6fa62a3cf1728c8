import type { JsonObject } from "../../histories/json.ts";
import type { AnyProtocol, NodeId } from "../../systems/contracts/protocol.ts";
import { errorBody, errorCodes } from "../../systems/protocols/errors.ts";
import { seededRandom } from "../../workloads/random.ts";
import { ConsensusLog, type ConsensusLogOptions } from "./consensus-log.ts";
import { DurableStore } from "./durable-store.ts";
import type { Envelope, MalformedLine } from "./envelope.ts";
import { nextIncarnation } from "./incarnation.ts";
import { NodeRuntime } from "./node-runtime.ts";

export interface NodeHostOptions {
  readonly protocol: AnyProtocol;
  readonly id: NodeId;
  readonly nodes: readonly NodeId[];
  /** The node's folder; what it keeps survives restarts. */
  readonly directory: string;
  readonly seed: string;
  /** Where to write what the node comes to know as committed, and by which of the protocol's properties. */
  readonly consensusLog?: Omit<ConsensusLogOptions, "node">;
  /** Carries a message to another node, or loses it. */
  readonly sendToPeer: (envelope: Envelope) => void;
  readonly log: (message: string) => void;
  /** The node cannot go on. */
  readonly fail: (error: unknown) => void;
}

interface OpenRequest {
  readonly src: string;
  readonly msgId: number | undefined;
  readonly answer: (envelope: Envelope) => void;
}

/** A node of a protocol, between the lines that arrive and the protocol that handles them. */
export class NodeHost {
  readonly #id: NodeId;
  readonly #nodes: readonly NodeId[];
  readonly #log: (message: string) => void;
  readonly #store: DurableStore;
  readonly #runtime: NodeRuntime;
  readonly #consensusLog: ConsensusLog | undefined;
  readonly #open = new Map<string, OpenRequest>();
  #requests = 0;

  private constructor(
    options: NodeHostOptions,
    store: DurableStore,
    consensusLog: ConsensusLog | undefined,
    makeRuntime: MakeRuntime,
  ) {
    this.#id = options.id;
    this.#nodes = options.nodes;
    this.#log = options.log;
    this.#store = store;
    this.#consensusLog = consensusLog;
    this.#runtime = makeRuntime((request, body) => this.#reply(request, body));
  }

  /** Recovers the node from its folder, and starts its protocol. */
  static async start(options: NodeHostOptions): Promise<NodeHost> {
    const { protocol, id, nodes, directory, seed, log } = options;
    let runtime: NodeRuntime | undefined;
    const { store, values, tornBytes } = await DurableStore.open(directory, {
      onDurable: () => runtime?.release(),
      onError: (error) => options.fail(error),
    });
    if (tornBytes > 0) log(`dropped a torn last commit of ${tornBytes} bytes`);
    const incarnation = nextIncarnation(directory);
    const source = seededRandom(seed).split(`host ${id} ${incarnation}`);
    const { consensusLog: asked } = options;
    const consensusLog = asked === undefined ? undefined : new ConsensusLog({ ...asked, node: id });
    const host = new NodeHost(options, store, consensusLog, (reply) => {
      runtime = new NodeRuntime({
        protocol,
        id,
        nodes,
        store,
        durable: values,
        random: (bound) => source.int(bound),
        send: (to, message) => options.sendToPeer({ src: id, dest: to, body: message }),
        reply,
        log,
        ...(consensusLog === undefined ? {} : { observe: (view) => consensusLog.observe(view) }),
      });
      return runtime;
    });
    log(`started, incarnation ${incarnation}, ${values.size} values recovered`);
    return host;
  }

  /**
   * Takes in a line; `answer` carries replies to whoever sent it. The host itself answers `init`, and
   * `ping` whomever it is addressed to.
   */
  receive(line: Envelope | MalformedLine, answer: (envelope: Envelope) => void): void {
    if ("malformed" in line) return this.#refuse(line, answer);
    const { src, dest, body } = line;
    const type = body["type"];
    const msgId = body["msg_id"];
    const request = { src, msgId: typeof msgId === "number" ? msgId : undefined, answer };
    if (type === "ping") {
      const { leads = null, members = null } = this.#runtime.view() ?? {};
      return this.#answer(request, { type: "pong", clock: Date.now(), leads, members });
    }
    if (dest !== this.#id) {
      const text = `this is ${this.#id}, not ${dest}`;
      return this.#answer(request, errorBody(errorCodes.nodeNotFound, text));
    }
    if (this.#nodes.includes(src)) return this.#runtime.onMessage(src, body);
    if (type === "init") return this.#answer(request, { type: "init_ok" });
    const id = String(++this.#requests);
    this.#open.set(id, request);
    this.#runtime.onRequest({ id, body });
  }

  /** Ends handling; resolves when the disk is at rest. */
  async close(): Promise<void> {
    this.#runtime.stop();
    this.#consensusLog?.close(this.#runtime.view());
    await this.#store.close();
  }

  #refuse(line: MalformedLine, answer: (envelope: Envelope) => void): void {
    this.#log(`malformed line: ${line.malformed}`);
    const { src, msgId } = line;
    if (src === undefined || this.#nodes.includes(src)) return;
    this.#answer({ src, msgId, answer }, errorBody(errorCodes.malformedRequest, line.malformed));
  }

  #reply(request: string, body: JsonObject): void {
    const open = this.#open.get(request);
    if (open === undefined) return this.#log(`reply to request ${request}, which is not open`);
    this.#open.delete(request);
    this.#answer(open, body);
  }

  #answer({ src, msgId, answer }: OpenRequest, body: JsonObject): void {
    const addressed = msgId === undefined ? body : { ...body, in_reply_to: msgId };
    answer({ src: this.#id, dest: src, body: addressed });
  }
}

type MakeRuntime = (reply: (request: string, body: JsonObject) => void) => NodeRuntime;
