export { decodeChoices, encodeChoices } from "./choice-codec.ts";
export { largestBound, recordLength, type ChoiceRecord, type ChoiceSequence } from "./choice-record.ts";
export { ExhaustiveChoices } from "./exhaustive-choices.ts";
export { RandomChoices } from "./random-choices.ts";
export { RecordedChoices } from "./recorded-choices.ts";
export { ReplayedChoices, type Divergence, type ReplayOptions } from "./replayed-choices.ts";
