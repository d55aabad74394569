import { startHttpServer } from "./http-server.ts";

/** An embedded chain as Hardhat gives it. */
interface Chain {
  request(question: { method: string; params?: unknown[] }): Promise<unknown>;
}

/** A question to a node. */
export interface Question {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown[];
}

/** An embedded chain behind HTTP, as nodes are: one question or a batch of them a request. */
export interface RpcServer {
  readonly url: string;
  /** How many questions each request had, in order. */
  readonly batches: readonly number[];
  close(): Promise<void>;
}

async function answer(chain: Chain, { id, method, params = [] }: Question) {
  try {
    return { jsonrpc: "2.0", id, result: await chain.request({ method, params }) };
  } catch (error) {
    const { message, data } = error as { message: string; data?: unknown };
    // What nodes say of a call that reverts.
    return { jsonrpc: "2.0", id, error: { code: 3, message: `execution reverted: ${message}`, data } };
  }
}

/** Puts an embedded chain on a port of this machine, so that other processes reach it. */
export async function serveRpc(chain: Chain): Promise<RpcServer> {
  const batches: number[] = [];
  const { url, close } = await startHttpServer(async ({ body }) => {
    const asked = JSON.parse(body) as Question | Question[];
    batches.push(Array.isArray(asked) ? asked.length : 1);
    const answered = Array.isArray(asked)
      ? await Promise.all(asked.map((question) => answer(chain, question)))
      : await answer(chain, asked);
    return { body: JSON.stringify(answered) };
  });
  return { url, batches, close };
}

/** What a node behind another one answers. */
export async function askBehind(url: string, body: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body })).text();
}
