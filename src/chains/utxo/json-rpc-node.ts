import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Redacted } from "../../core/redacted.ts";
import { AnswerTooLong, basicAuthorization, type Posted, postJson } from "../post-json.ts";

/** How a node knows us: what its operator gave us, or the cookie file that a node on this machine writes at each start. */
export type NodeCredentials =
  | { readonly user: string; readonly password: Redacted<string> }
  | { readonly cookieFile: string };

/** Where a node is and how it is asked. */
export interface NodeSettings {
  /** As errors and metrics call it: its operator's name, say. */
  readonly name: string;
  /** http or https, without credentials. */
  readonly url: string;
  readonly credentials: NodeCredentials;
  /** Milliseconds for one attempt; 10,000 unless given. */
  readonly timeout?: number;
  /** How often a question is asked again when no answer comes; 1 unless given. What sends something is never asked again here. */
  readonly retries?: number;
  /** Bytes of the longest answer that is read; 64 MiB unless given. */
  readonly longest?: number;
}

/** What a node's questions go through: the real network, unless something stands in for it. */
export interface NodeTransport {
  readonly fetch: typeof fetch;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const REAL: NodeTransport = { fetch: (...request) => fetch(...request), wait };

/** No answer came, or none of the chain's: nothing is known. Asked again, it may come; others can do without it. */
export class NodeSilent extends RetryableError {}

/** The node answered, and said no. */
export class NodeRefusal extends RetryableError {
  /** Bitcoin Core's RPC error code. */
  readonly rpcCode: number;
  /** What the node said: for people, and for the few refusals that share a code. */
  readonly said: string;

  constructor(node: string, method: string, rpcCode: number, said: string) {
    super("NODE_REFUSED", `Node ${node} refuses ${method}: ${said}`, { facts: { node, method, rpcCode } });
    this.rpcCode = rpcCode;
    this.said = said;
  }
}

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z
    .object({ code: z.number().int(), message: z.string().max(2_000) })
    .nullable()
    .optional(),
});

/** Core's codes for "not yet": it starts, or has no peer, or still loads its blocks. */
const NOT_READY: readonly number[] = [-28, -9, -10];

/** Methods that change something: asked once, as their caller decides what a lost answer means. */
const ONCE: readonly string[] = ["sendrawtransaction"];

/**
 * One node's JSON-RPC: timeouts, retries, credentials, answers of bounded length.
 *
 * Errors: `NodeSilent` (`NODE_SILENT`: no answer, or none that can be read; `NODE_CREDENTIALS`: the node doesn't know us),
 * `NodeRefusal` (`NODE_REFUSED`).
 *
 * @example
 * const node = new JsonRpcNode({ name: "ours", url: "http://127.0.0.1:9332", credentials: { cookieFile: "/var/lib/litecoin/.cookie" } });
 * const height = await node.ask("getblockcount", [], z.number());
 */
export class JsonRpcNode {
  readonly name: string;
  readonly #settings: NodeSettings;
  readonly #transport: NodeTransport;

  constructor(settings: NodeSettings, transport: NodeTransport = REAL) {
    const parsed = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
    if (
      parsed === undefined ||
      !/^https?:$/.test(parsed.protocol) ||
      `${parsed.username}${parsed.password}` !== ""
    ) {
      throw new TerminalError("NODE_URL", `Node ${settings.name} has no usable address`, {
        advice: "Give an http or https URL, and user and password apart from it.",
        facts: { node: settings.name },
      });
    }
    this.name = settings.name;
    this.#settings = settings;
    this.#transport = transport;
  }

  /** Asks and parses the answer. */
  async ask<T>(method: string, parameters: readonly unknown[], schema: z.ZodType<T>): Promise<T> {
    const result = await this.#insist(method, parameters);
    const parsed = schema.safeParse(result);
    if (parsed.success) return parsed.data;
    throw this.#silent(method, "its answer isn't what the method answers", parsed.error);
  }

  async #insist(method: string, parameters: readonly unknown[]): Promise<unknown> {
    const retries = ONCE.includes(method) ? 0 : (this.#settings.retries ?? 1);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(method, parameters);
      } catch (error) {
        if (!(error instanceof NodeSilent) || attempt >= retries) throw error;
        await this.#transport.wait(200 * 2 ** attempt);
      }
    }
  }

  async #attempt(method: string, parameters: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "1.0", id: "strongroom", method, params: parameters });
    const authorization = await this.#authorization();
    const { url, timeout = 10_000, longest: most = 64 * 1024 * 1024 } = this.#settings;
    let posted: Posted;
    try {
      posted = await postJson({ url, body, authorization, timeout, most, fetch: this.#transport.fetch });
    } catch (cause) {
      const why = cause instanceof AnswerTooLong ? cause.message : "no answer came";
      throw this.#silent(method, why, cause);
    }
    const { status, text } = posted;
    if (status === 401 || status === 403) {
      throw new NodeSilent("NODE_CREDENTIALS", `Node ${this.name} doesn't let us in`, {
        advice: "Compare user and password, or the cookie file, and rpcallowip, with the node's.",
        facts: { node: this.name, status },
      });
    }
    return this.#result(method, status, text);
  }

  #result(method: string, status: number, text: string): unknown {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw this.#silent(method, `what it answered is no JSON (status ${status})`, cause);
    }
    const answer = answerSchema.safeParse(json);
    if (!answer.success) throw this.#silent(method, "its answer is no JSON-RPC", answer.error);
    const { error, result } = answer.data;
    if (error === null || error === undefined) return result;
    if (NOT_READY.includes(error.code)) throw this.#silent(method, error.message);
    throw new NodeRefusal(this.name, method, error.code, error.message);
  }

  async #authorization(): Promise<string> {
    const { credentials } = this.#settings;
    if ("user" in credentials)
      return basicAuthorization(`${credentials.user}:${credentials.password.expose()}`);
    try {
      // Read each time: the node writes another one at each start.
      return basicAuthorization((await readFile(credentials.cookieFile, "utf8")).trim());
    } catch (cause) {
      throw this.#silent("cookie", "its cookie file can't be read", cause);
    }
  }

  #silent(method: string, why: string, cause?: unknown): NodeSilent {
    return new NodeSilent("NODE_SILENT", `Node ${this.name} gave no answer to ${method}: ${why}`, {
      facts: { node: this.name, method },
      cause,
    });
  }
}
