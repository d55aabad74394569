import { connect, type TLSSocket } from "node:tls";
import type { Hex } from "../../chains/chain.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { SignerChannel } from "../signer-channel.ts";
import { type Method, REPLY, wireText } from "../wire-messages.ts";
import { FrameReader, frame } from "./frames.ts";
import type { Identity } from "./identity.ts";
import { peerFingerprint, tlsOptions } from "./tls-options.ts";

/** Where a signer is, and by which key it is known. */
export interface SignerPlace {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly fingerprint: Hex;
}

/** What a channel waits for, milliseconds. */
export interface ChannelPatience {
  readonly connect: number;
  /** A signer asks its own nodes before it answers. */
  readonly answer: number;
}

export const CHANNEL_PATIENCE: ChannelPatience = { connect: 10_000, answer: 60_000 };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** A connection to one signer, made when it is first needed and again after it broke. */
export class TlsChannel implements SignerChannel {
  readonly name: string;
  readonly #place: SignerPlace;
  readonly #identity: Identity;
  readonly #patience: ChannelPatience;
  #socket: Promise<TLSSocket> | undefined;
  #live: TLSSocket | undefined;
  #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(place: SignerPlace, identity: Identity, patience: ChannelPatience = CHANNEL_PATIENCE) {
    this.name = place.name;
    this.#place = place;
    this.#identity = identity;
    this.#patience = patience;
  }

  /**
   * @throws RetryableError `SIGNER_UNREACHABLE`; TerminalError `SIGNER_IMPOSTOR`; what the signer says
   */
  async call(method: Method, params: unknown): Promise<unknown> {
    const id = this.#next++;
    const message = frame(wireText({ id, method, params }));
    const socket = await this.#connected();
    // It may have broken in the meantime, before this question was among those that wait for it.
    if (socket.destroyed) throw this.#unreachable("it closed the connection");
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(this.#unreachable(`it does not answer within ${this.#patience.answer} ms`));
      }, this.#patience.answer);
      this.#waiting.set(id, { resolve, reject, timer });
      socket.write(message);
    });
  }

  /** Closes the connection; what waits is rejected. */
  async close(): Promise<void> {
    const socket = await this.#socket?.catch(() => undefined);
    socket?.destroy();
  }

  #connected(): Promise<TLSSocket> {
    this.#socket ??= this.#connect().catch((error: unknown) => {
      this.#socket = undefined;
      throw error;
    });
    return this.#socket;
  }

  #connect(): Promise<TLSSocket> {
    const { host, port, fingerprint, name } = this.#place;
    return new Promise((resolve, reject) => {
      const socket = connect({ ...tlsOptions(this.#identity), host, port });
      const timer = setTimeout(() => {
        socket.destroy(new Error(`no connection within ${this.#patience.connect} ms`));
      }, this.#patience.connect);
      socket.once("error", (cause) => reject(this.#unreachable(cause.message)));
      socket.once("close", () => {
        clearTimeout(timer);
        reject(this.#unreachable("it closed the connection"));
        this.#broken(socket);
      });
      socket.once("secureConnect", () => {
        clearTimeout(timer);
        const found = peerFingerprint(socket);
        if (found === fingerprint) {
          this.#live = socket;
          this.#listen(socket);
          resolve(socket);
          return;
        }
        reject(
          new TerminalError("SIGNER_IMPOSTOR", `Who answers in ${name}'s place has another key`, {
            facts: { host, port, pinned: fingerprint, found: found ?? "none" },
            advice: "Compare the fingerprint with the signer's operator by voice before anything is changed.",
            docs: "docs/operations/signer.md",
          }),
        );
        socket.destroy();
      });
    });
  }

  #listen(socket: TLSSocket): void {
    const reader = new FrameReader();
    socket.on("data", (chunk: Buffer) => {
      try {
        for (const message of reader.read(chunk)) this.#answered(message);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
  }

  #answered(message: unknown): void {
    const reply = REPLY.parse(message);
    const waiting = this.#waiting.get(reply.id);
    // An answer that nobody waits for any more.
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if (!("error" in reply)) {
      waiting.resolve(reply.result);
      return;
    }
    const { code, message: text, retryable } = reply.error;
    const details = { facts: { signer: this.name }, advice: "See the signer's own log." };
    waiting.reject(
      retryable ? new RetryableError(code, text, details) : new TerminalError(code, text, details),
    );
  }

  #broken(socket: TLSSocket): void {
    if (this.#live !== socket) return;
    this.#live = undefined;
    this.#socket = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(this.#unreachable("the connection broke before it answered"));
    }
  }

  #unreachable(why: string): RetryableError {
    const { name, host, port } = this.#place;
    return new RetryableError("SIGNER_UNREACHABLE", `${name} can't be reached: ${why}`, {
      facts: { host, port },
      advice:
        "See that it runs, that it may be reached from here, and that it has pinned this side's fingerprint.",
      docs: "docs/operations/signer.md",
    });
  }
}
