import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** One request as a server got it. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a server says to a request. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a server does with a request: it says something, lets the line go dead, or says nothing for ever. */
export type Answer = Reply | "hang up" | "silence";

/** A real HTTP server on this machine that keeps what it is asked. */
export interface HttpServer {
  readonly url: string;
  readonly requests: readonly Recorded[];
  close(): Promise<void>;
}

/**
 * Starts a server that records every request and answers as told.
 *
 * @param answer is told the request, and which one it is, from 1
 * @example
 * const server = await startHttpServer(() => ({ body: "{}" }));
 * await server.close();
 */
export async function startHttpServer(
  answer: (request: Recorded, count: number) => Answer | Promise<Answer>,
): Promise<HttpServer> {
  const requests: Recorded[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = "", url: path = "", headers } = incoming;
    const request = { method, path, headers, body: await text(incoming) };
    const reply = await answer(request, requests.push(request));
    if (reply === "hang up") incoming.socket.destroy();
    else if (reply !== "silence")
      outgoing
        .writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers })
        .end(reply.body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
