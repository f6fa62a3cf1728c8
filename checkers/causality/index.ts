export { checkCausality, type CausalOrderCertificate } from "./causality.ts";
export { checkCausalDelivery, checkFifo, tellsDeliveries } from "./delivery.ts";
export { deliveryPatience, deliveryPromises, eventualDelivery } from "./eventual-delivery.ts";
