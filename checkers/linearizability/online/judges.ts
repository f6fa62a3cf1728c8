import { onlineFrontier } from "../engines/frontier/online-frontier.ts";
import { onlineZones } from "../engines/zones/online-zones.ts";
import type { JudgeMaker } from "./observed-register.ts";

/** The judges of registers that go with a run: zones while values are distinct, any values besides. */
export const onlineJudges: readonly JudgeMaker[] = [onlineZones, onlineFrontier];
