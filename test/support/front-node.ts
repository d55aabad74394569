import { type HttpServer, startHttpServer } from "./http-server.ts";
import { askBehind, type Question } from "./rpc-server.ts";

/** A question to a node, and its true answer; gives what is answered instead. */
export type Lie = (method: string, params: readonly unknown[], truth: unknown) => unknown;

/** A node in front of a real one: its owner may stop it, make it lie, and lose its answers, at any time. */
export interface FrontNode extends Pick<HttpServer, "url" | "close"> {
  /** Doesn't answer while it is set. */
  down: boolean;
  /** What it says instead of the truth. */
  lie: Lie | undefined;
  /** The real node hears what is asked by this method, and whoever asked hears nothing. */
  swallows: string | undefined;
  /** Is told each question before the real node hears it. */
  before: ((question: Question) => Promise<void>) | undefined;
  /** Methods that were asked, in order. */
  readonly asked: string[];
}

interface NodeAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Starts one. It is honest at first. */
export async function startFrontNode(behind: string): Promise<FrontNode> {
  const asked: string[] = [];
  const server = await startHttpServer(async ({ body }) => {
    if (front.down) return "hang up";
    const questions = [JSON.parse(body) as Question | Question[]].flat();
    asked.push(...questions.map(({ method }) => method));
    if (front.before !== undefined) for (const question of questions) await front.before(question);
    const text = await askBehind(behind, body);
    if (questions.some(({ method }) => method === front.swallows)) return "hang up";
    const { lie } = front;
    if (lie === undefined) return { body: text };
    const answered = JSON.parse(text) as NodeAnswer | NodeAnswer[];
    const told = [answered].flat().map((answer) => {
      const question = questions.find(({ id }) => id === answer.id);
      if (question === undefined || answer.error !== undefined) return answer;
      return { ...answer, result: lie(question.method, question.params ?? [], answer.result) };
    });
    return { body: JSON.stringify(Array.isArray(answered) ? told : told[0]) };
  });
  const front: FrontNode = {
    url: server.url,
    close: server.close,
    down: false,
    lie: undefined,
    swallows: undefined,
    before: undefined,
    asked,
  };
  return front;
}
