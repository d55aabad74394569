import { type HttpServer, startHttpServer } from "./http-server.ts";
import { askBehind } from "./rpc-server.ts";

/** How a node fails. */
export type Failure = "none" | "error" | "garbage" | "silence";

/** A node in front of a real one, that fails when told to. */
export interface FailingNode extends Pick<HttpServer, "url" | "close"> {
  /** Fails from the first question of this method that comes after so many, until told otherwise. */
  failFrom(method: string, after: number, how: Failure): void;
  /** Does something just before the node hears the first question of this method that comes after so many; once. */
  beforeHearing(method: string, after: number, act: () => Promise<unknown>): void;
  /** Answers everything again. */
  heal(): void;
}

/** Starts one. */
export async function startFailingNode(behind: string): Promise<FailingNode> {
  let plan: { method: string; left: number; how: Failure } | undefined;
  let how: Failure = "none";
  let surprise: { method: string; left: number; act: () => Promise<unknown> } | undefined;
  const { url, close } = await startHttpServer(async ({ body }) => {
    if (plan !== undefined && body.includes(`"${plan.method}"`) && plan.left-- === 0) how = plan.how;
    if (surprise !== undefined && body.includes(`"${surprise.method}"`) && surprise.left-- === 0) {
      await surprise.act();
    }
    if (how === "silence") return "silence";
    if (how === "garbage") return { status: 502, body: "<html>Bad Gateway</html>" };
    if (how === "none") return { body: await askBehind(behind, body) };
    const { id } = JSON.parse(body) as { id: number };
    const error = { code: -32_603, message: "the database is locked" };
    return { body: JSON.stringify({ jsonrpc: "2.0", id, error }) };
  });
  return {
    url,
    close,
    failFrom: (method, after, failure) => {
      plan = { method, left: after, how: failure };
    },
    beforeHearing: (method, after, act) => {
      surprise = { method, left: after, act };
    },
    heal: () => {
      plan = undefined;
      how = "none";
    },
  };
}
