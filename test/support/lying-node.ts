import { createServer, type IncomingMessage } from "node:http";

/** A question to a node, and its true answer; gives what is answered instead. */
export type Lie = (method: string, params: readonly unknown[], truth: unknown) => unknown;

/** A node in front of a real one that answers what its owner likes. */
export interface LyingNode {
  readonly url: string;
  close(): Promise<void>;
}

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params?: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

/**
 * Starts one.
 *
 * @example
 * const liar = await startLyingNode(node.url, (method, _, truth) => (method === "eth_getLogs" ? [] : truth));
 */
export async function startLyingNode(behind: string, lie: Lie): Promise<LyingNode> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const asked = JSON.parse(body) as Question | Question[];
    const headers = { "content-type": "application/json" };
    const answered = await (await fetch(behind, { method: "POST", headers, body })).json();
    const answers = (Array.isArray(answered) ? answered : [answered]) as Answer[];
    const told = answers.map((answer) => {
      const question = [asked].flat().find(({ id }) => id === answer.id);
      if (question === undefined || answer.result === undefined) return answer;
      return { ...answer, result: lie(question.method, question.params ?? [], answer.result) };
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(Array.isArray(answered) ? told : told[0]));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
