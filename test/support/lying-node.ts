import { type HttpServer, startHttpServer } from "./http-server.ts";
import { askBehind, type Question } from "./rpc-server.ts";

/** A question to a node, and its true answer; gives what is answered instead. */
export type Lie = (method: string, params: readonly unknown[], truth: unknown) => unknown;

interface NodeAnswer {
  readonly id: number;
  readonly result?: unknown;
}

/**
 * Starts a node in front of a real one that answers what its owner likes.
 *
 * @example
 * const liar = await startLyingNode(node.url, (method, _, truth) => (method === "eth_getLogs" ? [] : truth));
 */
export async function startLyingNode(behind: string, lie: Lie): Promise<Pick<HttpServer, "url" | "close">> {
  return startHttpServer(async ({ body }) => {
    const asked = [JSON.parse(body) as Question | Question[]].flat();
    const answered = JSON.parse(await askBehind(behind, body)) as NodeAnswer | NodeAnswer[];
    const told = [answered].flat().map((answer) => {
      const question = asked.find(({ id }) => id === answer.id);
      if (question === undefined || answer.result === undefined) return answer;
      return { ...answer, result: lie(question.method, question.params ?? [], answer.result) };
    });
    return { body: JSON.stringify(Array.isArray(answered) ? told : told[0]) };
  });
}
