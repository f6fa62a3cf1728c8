import type { Occasion } from "../../../checkers/consensus/monitor.ts";
import type { JsonObject } from "../../../histories/json.ts";
import type { AnyProtocol, NodeId } from "../../../systems/contracts/protocol.ts";
import type { ChoiceStreams } from "../choices.ts";
import type { AssumptionWatch } from "./assumptions.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Network } from "./network.ts";
import type { WorldSettings } from "./settings.ts";
import type { Tracer } from "./tracer.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What all nodes of a world share. */
export interface NodeSurroundings {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  readonly settings: WorldSettings;
  readonly queue: EventQueue;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly streams: ChoiceStreams;
  readonly watch: AssumptionWatch;
  readonly tracer: Tracer | undefined;
  /** Freeze what protocols give away, so that changing it later is found out. */
  readonly freeze: boolean;
  /** Whether clocks stand still, at 0. */
  readonly timeless: boolean;
  readonly stepped: ((node: NodeId, occasion: Occasion) => void) | undefined;
  readonly asked: ((node: NodeId, body: JsonObject) => void) | undefined;
  readonly logged: ((node: NodeId, text: string) => void) | undefined;
}
