import type { PublishedCase } from "./published/case.ts";
import { publishedOfLists } from "./published/lists.ts";
import { publishedOfRegisters } from "./published/registers.ts";

/** Anomalies as the literature and other tools' documents tell them. */
export const published: readonly PublishedCase[] = [...publishedOfRegisters, ...publishedOfLists];
