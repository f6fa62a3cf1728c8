export { checkCausality, type CausalOrderCertificate } from "./causality.ts";
export { checkCausalDelivery, checkFifo, tellsDeliveries } from "./delivery.ts";
