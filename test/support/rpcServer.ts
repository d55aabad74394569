import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A chain as Hardhat gives it. */
interface Chain {
  request(question: { method: string; params?: unknown[] }): Promise<unknown>;
}

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown[];
}

/** An embedded chain behind HTTP, as nodes are: one question or a batch of them a request. */
export interface RpcServer {
  readonly url: string;
  /** How many questions each request had, in order. */
  readonly batches: number[];
  close(): Promise<void>;
}

async function answer(chain: Chain, { id, method, params }: Question) {
  try {
    return { jsonrpc: "2.0", id, result: await chain.request({ method, ...(params ? { params } : {}) }) };
  } catch (error) {
    const { message, data } = error as { message: string; data?: unknown };
    // What nodes say of a call that reverts.
    return { jsonrpc: "2.0", id, error: { code: 3, message: `execution reverted: ${message}`, data } };
  }
}

/** Puts an embedded chain behind HTTP on this machine. */
export async function serveRpc(chain: Chain): Promise<RpcServer> {
  const batches: number[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const asked = JSON.parse(Buffer.concat(parts).toString("utf8")) as Question | Question[];
    batches.push(Array.isArray(asked) ? asked.length : 1);
    const answered = Array.isArray(asked)
      ? await Promise.all(asked.map((question) => answer(chain, question)))
      : await answer(chain, asked);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answered));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    batches,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
