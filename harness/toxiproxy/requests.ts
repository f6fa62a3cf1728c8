import { ApiError, badRequestBody, invalidStream, invalidToxicType, missingField } from "./api-error.ts";
import { decodeArray, decodeStruct, type GoField, type GoStruct } from "./go/json-decode.ts";
import { GoJsonError, parseGoJson, type GoValue } from "./go/json-parser.ts";
import type { ProxyDescription } from "./proxies.ts";
import type { ProxySettings } from "./proxy.ts";
import type { ToxicRegistry } from "./registry.ts";
import type { Direction, Toxic, ToxicType } from "./toxic.ts";

/** What request bodies mean. The names of Go's types are here because upstream's error texts tell them. */

export function readProxy(body: Uint8Array): ProxyDescription {
  const proxy = { name: "", listen: "", upstream: "", enabled: true };
  inBody(() => decodeStruct(parseGoJson(body), proxyStruct(proxy)));
  if (proxy.name === "") throw missingField("name");
  if (proxy.upstream === "") throw missingField("upstream");
  return proxy;
}

/** The settings that a body asks for; what it does not name stays as it is. */
export function readProxyUpdate(body: Uint8Array): (proxy: ProxySettings) => ProxySettings {
  const value = inBody(() => parseGoJson(body));
  const decode = ({ listen, upstream, enabled }: ProxySettings): ProxySettings => {
    const proxy = { name: "", listen, upstream, enabled };
    inBody(() => decodeStruct(value, proxyStruct(proxy)));
    return proxy;
  };
  return decode;
}

const populateElement = 'struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }';

export function readProxies(body: Uint8Array): readonly ProxyDescription[] {
  const proxies: { name: string; listen: string; upstream: string; enabled: boolean }[] = [];
  inBody(() =>
    decodeArray(parseGoJson(body), populateElement, () => {
      const proxy = { name: "", listen: "", upstream: "", enabled: true };
      proxies.push(proxy);
      return {
        name: "",
        type: populateElement,
        fields: proxyStruct(proxy).fields.map((field) =>
          field.name === "enabled" ? field : { ...field, path: `Proxy.${field.name}` },
        ),
      };
    }),
  );
  for (const [index, { name, upstream }] of proxies.entries()) {
    if (name === "") throw missingField(`name at proxy ${index + 1}`);
    if (upstream === "") throw missingField(`upstream at proxy ${index + 1}`);
  }
  return proxies;
}

/** A new toxic. `refuseName` throws for a name that is taken; it is asked before attributes are read. */
export function readToxic(
  body: Uint8Array,
  registry: ToxicRegistry,
  refuseName: (name: string) => void,
): Toxic {
  const value = inBody(() => parseGoJson(body));
  const wrapper = { name: "", type: "", stream: "downstream", toxicity: 1 };
  inBody(() =>
    decodeStruct(value, {
      name: "ToxicWrapper",
      type: "toxics.ToxicWrapper",
      fields: [
        attributesField({ name: "NoopToxic", type: "toxics.NoopToxic", fields: [] }),
        { name: "name", type: "string", set: (name) => (wrapper.name = name) },
        { name: "type", type: "string", set: (type) => (wrapper.type = type) },
        { name: "stream", type: "string", set: (stream) => (wrapper.stream = stream) },
        { name: "toxicity", type: "float32", set: (toxicity) => (wrapper.toxicity = toxicity) },
      ],
    }),
  );
  const direction = readDirection(wrapper.stream);
  const name = wrapper.name === "" ? `${wrapper.type}_${wrapper.stream}` : wrapper.name;
  const type = registry.get(wrapper.type);
  if (type === undefined) throw invalidToxicType();
  refuseName(name);
  const initial = Object.fromEntries(
    Object.entries(type.attributes).map(([attribute, { initial: number }]) => [attribute, number]),
  );
  const { attributes } = readAttributes(value, type, initial, wrapper.toxicity, "");
  return {
    name,
    type,
    stream: wrapper.stream,
    direction,
    toxicity: wrapper.toxicity,
    attributes,
    revision: 0,
  };
}

const toxicUpdateType =
  'struct { Attributes interface {} "json:\\"attributes\\""; Toxicity float32 "json:\\"toxicity\\"" }';

/** The toxicity and attributes that a body asks for; what it does not name stays as it is. */
export function readToxicUpdate(body: Uint8Array, toxic: Toxic): Pick<Toxic, "toxicity" | "attributes"> {
  const value = inBody(() => parseGoJson(body));
  return readAttributes(value, toxic.type, toxic.attributes, toxic.toxicity, toxicUpdateType);
}

function readAttributes(
  value: GoValue,
  type: ToxicType,
  current: Toxic["attributes"],
  currentToxicity: number,
  wrapperType: string,
): Pick<Toxic, "toxicity" | "attributes"> {
  const attributes: Record<string, number> = { ...current };
  let toxicity = currentToxicity;
  const fields = Object.entries(type.attributes).map(([name, { kind }]): GoField => ({
    name,
    type: kind,
    set: (number) => (attributes[name] = number),
  }));
  inBody(() =>
    decodeStruct(value, {
      name: "",
      type: wrapperType,
      fields: [
        attributesField({ name: type.goName, type: `toxics.${type.goName}`, fields }),
        { name: "toxicity", type: "float32", set: (number) => (toxicity = number) },
      ],
    }),
  );
  const refusal = type.refuse?.(attributes);
  if (refusal !== undefined) throw new ApiError(`invalid toxic attributes: ${refusal}`, 400);
  return { toxicity, attributes };
}

function attributesField(struct: GoStruct): GoField {
  return { name: "attributes", type: struct };
}

function readDirection(stream: string): Direction {
  const direction = stream.toLowerCase();
  if (direction !== "upstream" && direction !== "downstream") throw invalidStream();
  return direction;
}

function proxyStruct(proxy: { name: string; listen: string; upstream: string; enabled: boolean }): GoStruct {
  return {
    name: "Proxy",
    type: "toxiproxy.Proxy",
    fields: [
      { name: "name", type: "string", set: (name) => (proxy.name = name) },
      { name: "listen", type: "string", set: (listen) => (proxy.listen = listen) },
      { name: "upstream", type: "string", set: (upstream) => (proxy.upstream = upstream) },
      { name: "enabled", type: "bool", set: (enabled) => (proxy.enabled = enabled) },
    ],
  };
}

function inBody<Result>(decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    if (error instanceof GoJsonError) throw badRequestBody(error.message);
    throw error;
  }
}
