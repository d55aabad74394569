import { RetryableError, TerminalError } from "../../core/errors.ts";
import { inParallel } from "../../core/in-parallel.ts";
import { AnswerTooLong, basicAuthorization, postJson } from "../post-json.ts";
import { type ParseAnswers, parseAnswers } from "./parse-answers.ts";
import type { Answer, EvmNode, Question } from "./rpc.ts";

/** How a node is spoken to. */
export interface HttpNodeOptions {
  /** Milliseconds that an answer may take. */
  readonly timeout?: number;
  /** Bytes that an answer may have. */
  readonly most?: number;
  /** Questions that go out in one request: public nodes limit them. */
  readonly batch?: number;
  readonly fetch?: typeof fetch;
  /** Shared by the nodes of one chain, what they write alike is read once. */
  readonly parse?: ParseAnswers;
}

/** A node that didn't answer in time is given this long until it answers again: one dead node slows nobody down for ever. */
const AFTER_SILENCE = 1_000;
const AT_ONCE = 2;

/** Why a request failed, in words that don't repeat its address: there may be a key in it. */
function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown";
  const { code } = (cause.cause ?? cause) as { code?: unknown };
  if (cause.name === "TimeoutError") return "it took too long";
  if (cause.message.startsWith("HTTP status")) return cause.message;
  return typeof code === "string" ? code : cause.name;
}

function decoded(name: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // The cause would say the part, which is a secret.
    throw new TerminalError(
      "NODE_URL",
      "The user or password in a node's address is no percent-encoded text",
      {
        facts: { node: name },
        advice: "Write % as %25, and whatever else an address may not have, the same way.",
      },
    );
  }
}

function tooLarge(name: string, most: number): RetryableError {
  return new RetryableError("NODE_ANSWER_TOO_LARGE", "A node answers more than was expected", {
    facts: { node: name, most },
  });
}

function unwelcome(name: string, status: number): RetryableError {
  return new RetryableError("NODE_CREDENTIALS", "A node doesn't let us in", {
    facts: { node: name, status },
    advice: "Compare the user and password, or the key, in its address with the operator's.",
  });
}

/**
 * A node behind HTTP, or HTTPS: user and password may stand in the address, percent-encoded.
 *
 * @throws TerminalError `NODE_URL`
 * @example
 * const node = httpNode("https://node.example/key");
 * const [height] = await node.ask([{ method: "eth_blockNumber", params: [] }]);
 */
export function httpNode(url: string, options: HttpNodeOptions = {}): EvmNode {
  const {
    timeout = 10_000,
    most = 64_000_000,
    batch = 100,
    fetch: send = fetch,
    parse = parseAnswers,
  } = options;
  const { host: name, origin, pathname, search, username, password } = new URL(url);
  // Addresses have them percent-encoded, and the header doesn't.
  const credentials = [username, password].map((part) => decoded(name, part)).join(":");
  const authorization = credentials === ":" ? undefined : basicAuthorization(credentials);
  let silent = false;

  const request = async (questions: readonly Question[]): Promise<readonly Answer[]> => {
    const body = questions.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params }));
    let text: string;
    try {
      const posted = await postJson({
        url: `${origin}${pathname}${search}`,
        body: JSON.stringify(body.length === 1 ? body[0] : body),
        authorization,
        timeout: silent ? Math.min(timeout, AFTER_SILENCE) : timeout,
        most,
        fetch: send,
      });
      text = posted.text;
      if (posted.status === 401 || posted.status === 403) throw unwelcome(name, posted.status);
      // Some nodes say of a refused question that the request failed; what they say then is still JSON-RPC.
      if (!posted.ok && !text.includes('"jsonrpc"')) throw new Error(`HTTP status ${posted.status}`);
      silent = false;
    } catch (cause) {
      if (cause instanceof RetryableError) throw cause;
      if (cause instanceof AnswerTooLong) throw tooLarge(name, most);
      silent = cause instanceof Error && cause.name === "TimeoutError";
      throw new RetryableError("NODE_UNREACHABLE", "A node doesn't answer", {
        facts: { node: name, question: questions[0]?.method ?? "" },
        cause: new Error(whyOf(cause)),
        advice: "Wait until the node is back, or name another one.",
      });
    }
    return parse(name, text, questions.length);
  };

  return {
    name,
    async ask(questions) {
      const requests = Array.from({ length: Math.ceil(questions.length / batch) }, (_, at) =>
        questions.slice(at * batch, (at + 1) * batch),
      );
      return (await inParallel(AT_ONCE, requests, request)).flat();
    },
  };
}
