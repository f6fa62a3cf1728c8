import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";

import { isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { Login, TlsAccess } from "../server-url.ts";

type Library = typeof import("@nats-io/transport-node");

/** The client library; a usage error if it is not installed. */
export async function loadNats(): Promise<Library> {
  return clientLibrary("@nats-io/transport-node", () => import("@nats-io/transport-node"));
}

/** How a client comes to a server that somebody else has set up. */
export interface NatsAccess {
  /** A password without a user is a token. */
  readonly login?: Pick<Login, "user" | "password">;
  /** What a file of credentials holds: who the user is, as JSON web token, and the key that proves it. */
  readonly credentials?: Buffer;
  readonly tls?: TlsAccess;
}

/** Nobody was there to take the request, as the server says: so it had no effect. */
export class NobodyThere extends Error {}

/** JetStream refused a request, with one of its codes. */
export class Refused extends Error {
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** A connection to a server through the library `@nats-io/transport-node`, on which JetStream is asked in the words of its API. */
export class NatsSession {
  readonly #connection: NatsConnection;
  readonly #library: Library;
  readonly #patience: number;
  /** Rejected when the connection is closed. */
  readonly #lost: Promise<never>;

  private constructor(connection: NatsConnection, nats: Library, patience: number) {
    this.#connection = connection;
    this.#library = nats;
    this.#patience = patience;
    // The library forgets requests that are under way when a connection closes.
    this.#lost = connection.closed().then((cause) => {
      throw new Error("connection lost", { cause });
    });
    this.#lost.catch(() => undefined);
  }

  /** Connects; each request, and connecting, may take `patience` milliseconds. */
  static async open(
    { host, port }: Address,
    patience: number,
    { login, credentials, tls }: NatsAccess = {},
  ): Promise<NatsSession> {
    const nats = await loadNats();
    const connection = await nats.connect({
      servers: `${host.includes(":") ? `[${host}]` : host}:${port}`,
      ...(login === undefined
        ? {}
        : login.user === ""
          ? { token: login.password }
          : { user: login.user, pass: login.password }),
      ...(credentials === undefined ? {} : { authenticator: nats.credsAuthenticator(credentials) }),
      ...(tls === undefined ? {} : { tls: inText(tls) }),
      timeout: patience,
      reconnect: false,
      ignoreClusterUpdates: true,
      noAsyncTraces: true,
      pingInterval: patience,
      maxPingOut: 1,
    });
    return new NatsSession(connection, nats, patience);
  }

  /** Of which version the server is, as it says itself. */
  get serverVersion(): string | undefined {
    return this.#connection.info?.version;
  }

  /** By what the server itself is asked, and no other. */
  get serverId(): string {
    return this.#connection.info?.server_id ?? "";
  }

  get usable(): boolean {
    return !this.#connection.isClosed();
  }

  /**
   * Asks, and gives the answer. Throws `NobodyThere` if the server says that nobody takes such requests; after any other error
   * nobody knows whether the request arrived.
   */
  async request(
    subject: string,
    payload: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Msg> {
    let told: MsgHdrs | undefined;
    for (const [name, value] of Object.entries(headers)) {
      told ??= this.#library.headers();
      told.set(name, value);
    }
    try {
      const answer = this.#connection.request(subject, payload, {
        timeout: this.#patience,
        // A message of a stream comes under its own subject, by which one inbox for all requests would not know whose it is.
        noMux: true,
        ...(told === undefined ? {} : { headers: told }),
      });
      return await Promise.race([answer, this.#lost]);
    } catch (error) {
      if (error instanceof this.#library.RequestError && error.isNoResponders())
        throw new NobodyThere(`nobody takes requests for ${subject}`, { cause: error });
      // A late answer is no longer heard; but what follows may be answered late as well.
      this.close();
      throw error;
    }
  }

  /** Asks JetStream's API; throws `Refused` with its code if it says no. */
  async ask(what: string, argument: JsonObject = {}): Promise<JsonObject> {
    return this.tell(`$JS.API.${what}`, argument);
  }

  /** Asks for an object, which is the answer; throws `Refused` if that is an error. */
  async tell(subject: string, argument: JsonObject = {}): Promise<JsonObject> {
    return answerOf(await this.request(subject, JSON.stringify(argument)));
  }

  /** Publishes a message that a stream is to keep; gives its place there, from 1. Throws `Refused` if it is not kept. */
  async publish(
    subject: string,
    value: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const { seq } = answerOf(await this.request(subject, JSON.stringify(value), headers));
    if (typeof seq !== "number") throw new Error("an acknowledgement without a sequence number");
    return seq;
  }

  close(): void {
    void this.#connection.close().catch(() => undefined);
  }
}

/** Files of TLS as the library's types have them. */
function inText({ ca, cert, key, ...rest }: TlsAccess) {
  return {
    ...rest,
    ...(ca === undefined ? {} : { ca: ca.toString() }),
    ...(cert === undefined ? {} : { cert: cert.toString() }),
    ...(key === undefined ? {} : { key: key.toString() }),
  };
}

function answerOf(message: Msg): JsonObject {
  // JSON.parse gives nothing but JSON.
  const answer = JSON.parse(message.string()) as Json;
  if (!isJsonObject(answer)) throw new Error(`expected an object, found ${message.string()}`);
  const { error } = answer;
  if (error === undefined) return answer;
  const { err_code: code = null, description = null } = isJsonObject(error) ? error : {};
  throw new Refused(
    typeof code === "number" ? code : 0,
    typeof description === "string" ? description : "refused",
  );
}
