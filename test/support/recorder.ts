import { createServer, type IncomingMessage } from "node:http";

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
  readonly body: string;
}

/** A real HTTP server on this machine that keeps what it is asked. */
export interface Recorder {
  readonly url: string;
  readonly requests: readonly Recorded[];
  close(): Promise<void>;
}

/**
 * Starts a server that records every request and answers as told.
 *
 * @example
 * const recorder = await startRecorder(() => ({ body: "{}" }));
 * await recorder.close();
 */
export async function startRecorder(
  answer: (request: Recorded) => Reply | undefined | Promise<Reply | undefined>,
): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    const { method = "", url: path = "", headers } = incoming;
    const request = { method, path, headers, body };
    requests.push(request);
    const reply = await answer(request);
    // Nothing to say: the line goes dead.
    if (reply === undefined) return void incoming.socket.destroy();
    outgoing.writeHead(reply.status ?? 200, { "content-type": "application/json" }).end(reply.body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
