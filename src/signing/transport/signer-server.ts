import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { RetryableError, StrongroomError, TerminalError } from "../../core/errors.ts";
import { type Method, QUESTION, wireText } from "../wire-messages.ts";
import { FrameReader, frame } from "./frames.ts";
import type { Identity } from "./identity.ts";
import { type Rate, RateLimit } from "./rate-limit.ts";
import { peerFingerprint, tlsOptions } from "./tls-options.ts";

/** What a server takes at most. */
export interface ServerLimits {
  readonly connections: number;
  /** Of one peer. */
  readonly connectionsEach: number;
  /** Questions of one connection that aren't answered yet. */
  readonly unanswered: number;
  readonly rate: Rate;
  /** Milliseconds until a silent connection, or one that doesn't finish its message, is closed. */
  readonly patience: number;
  /** Milliseconds for the handshake. */
  readonly handshake: number;
}

export const SERVER_LIMITS: ServerLimits = {
  connections: 64,
  connectionsEach: 8,
  unanswered: 32,
  rate: { burst: 200, perSecond: 50 },
  patience: 120_000,
  handshake: 10_000,
};

/** What a server is made of. */
export interface SignerServerParts {
  readonly identity: Identity;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Who may ask: names by the fingerprints of their keys. */
  readonly peers: ReadonlyMap<string, string>;
  answer(peer: string, method: Method, params: unknown): Promise<unknown>;
  /** One line about what was turned away or went wrong. */
  readonly log?: (line: string) => void;
  readonly limits?: ServerLimits;
}

/** The most bytes of answers that a peer may leave unread. */
const UNREAD = 4 << 20;

/** Listens for the coordinators that are pinned, and answers each question by a frame of its own. */
export class SignerServer {
  readonly #parts: SignerServerParts;
  readonly #limits: ServerLimits;
  readonly #server: Server;
  readonly #rate: RateLimit;
  readonly #sockets = new Map<TLSSocket, string>();

  /** @throws TerminalError `PORT_UNUSABLE` */
  static async listen(parts: SignerServerParts): Promise<SignerServer> {
    const server = new SignerServer(parts);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", (cause) => {
        const facts = { host: parts.host, port: parts.port };
        const advice = "See which process has it, or listen elsewhere: listen in the signer's configuration.";
        reject(new TerminalError("PORT_UNUSABLE", "The signer can't listen there", { cause, facts, advice }));
      });
      server.#server.listen(parts.port, parts.host, resolve);
    });
    return server;
  }

  private constructor(parts: SignerServerParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? SERVER_LIMITS;
    this.#rate = new RateLimit(this.#limits.rate, () => performance.now());
    this.#server = createServer({
      ...tlsOptions(parts.identity),
      handshakeTimeout: this.#limits.handshake,
    });
    this.#server.maxConnections = this.#limits.connections;
    this.#server.on("secureConnection", (socket) => this.#accept(socket));
    this.#server.on("tlsClientError", (error, socket) => {
      this.#log(`turned away ${socket.remoteAddress ?? "somebody"}: ${error.message.slice(0, 200)}`);
      socket.destroy();
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  #log(line: string): void {
    this.#parts.log?.(line);
  }

  #accept(socket: TLSSocket): void {
    socket.on("error", () => socket.destroy());
    const fingerprint = peerFingerprint(socket);
    const peer = fingerprint === undefined ? undefined : this.#parts.peers.get(fingerprint);
    if (peer === undefined) {
      this.#log(
        `turned away ${socket.remoteAddress ?? "somebody"}: its key ${fingerprint ?? "(none)"} is not pinned`,
      );
      socket.destroy();
      return;
    }
    const own = [...this.#sockets.values()].filter((name) => name === peer).length;
    if (own >= this.#limits.connectionsEach) {
      this.#log(`turned away ${peer}: it has ${own} connections`);
      socket.destroy();
      return;
    }
    this.#sockets.set(socket, peer);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.setTimeout(this.#limits.patience, () => socket.destroy());
    const reader = new FrameReader();
    let unanswered = 0;
    let began: NodeJS.Timeout | undefined;
    socket.on("close", () => clearTimeout(began));
    socket.on("data", (chunk: Buffer) => {
      try {
        for (const message of reader.read(chunk)) {
          if (++unanswered > this.#limits.unanswered) throw new Error("too many questions at once");
          void this.#answer(socket, peer, message).finally(() => unanswered--);
        }
        clearTimeout(began);
        // Whoever sends a byte a minute would be heard for ever otherwise.
        if (reader.waiting) began = setTimeout(() => socket.destroy(), this.#limits.patience).unref();
      } catch (error) {
        this.#log(`closed ${peer}'s connection: ${error instanceof Error ? error.message : "?"}`);
        socket.destroy();
      }
    });
  }

  async #answer(socket: TLSSocket, peer: string, message: unknown): Promise<void> {
    const question = QUESTION.safeParse(message);
    if (!question.success) {
      this.#log(`closed ${peer}'s connection: what it sends is no question`);
      socket.destroy();
      return;
    }
    const { id, method, params } = question.data;
    let reply: unknown;
    try {
      if (!this.#rate.allows(peer)) throw new RetryableError("SIGNER_BUSY", `${peer} asks too often`);
      reply = { id, result: await this.#parts.answer(peer, method, params) };
    } catch (error) {
      reply = { id, error: this.#errorText(peer, method, error) };
    }
    if (socket.destroyed) return;
    if (socket.writableLength > UNREAD) {
      socket.destroy();
      return;
    }
    try {
      socket.write(frame(wireText(reply)));
    } catch {
      socket.destroy();
    }
  }

  #errorText(peer: string, method: Method, error: unknown) {
    if (error instanceof StrongroomError) {
      const { code, message, retryable } = error;
      return { code, message: message.slice(0, 1_000), retryable };
    }
    // What is unforeseen may carry anything: it stays here.
    this.#log(
      `${method} of ${peer} failed: ${error instanceof Error ? (error.stack ?? error.message) : "?"}`,
    );
    return { code: "SIGNER_FAILED", message: "The signer failed; its log says how", retryable: true };
  }
}
