import { createServer, type IncomingMessage, type Server } from "node:http";

/** How a node fails. */
export type Failure = "none" | "error" | "garbage" | "silence";

/** A node in front of a real one, that fails when told to. */
export interface FailingNode {
  readonly url: string;
  /** Fails from the first question of this method that comes after so many, until told otherwise. */
  failFrom(method: string, after: number, how: Failure): void;
  /** Answers everything again. */
  heal(): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Starts one. */
export async function startFailingNode(behind: string): Promise<FailingNode> {
  let plan: { method: string; left: number; how: Failure } | undefined;
  let how: Failure = "none";
  const server: Server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (plan !== undefined && body.includes(`"${plan.method}"`) && plan.left-- === 0) how = plan.how;
    if (how === "silence") return;
    response.setHeader("content-type", "application/json");
    if (how === "error") {
      const { id } = JSON.parse(body) as { id: number };
      const error = { code: -32_603, message: "the database is locked" };
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
    } else if (how === "garbage") {
      response.statusCode = 502;
      response.end("<html>Bad Gateway</html>");
    } else {
      const answer = await fetch(behind, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      response.end(await answer.text());
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    failFrom: (method, after, failure) => {
      plan = { method, left: after, how: failure };
    },
    heal: () => {
      plan = undefined;
      how = "none";
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
