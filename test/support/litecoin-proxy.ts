import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { Lie } from "./front-node.ts";
import { startHttpServer } from "./http-server.ts";

/** How an endpoint treats who asks it. */
export type Treatment =
  | { readonly does: "honest" | "hang up" }
  /** Passes everything on, and lets the line go dead instead of answering this method. */
  | { readonly does: "swallow"; readonly method: string }
  | { readonly does: "lie"; readonly lie: Lie };

/** An endpoint in front of a node, with the node's own credentials. */
export interface LitecoinProxy {
  readonly url: string;
  treat(treatment: Treatment): void;
  close(): Promise<void>;
}

interface Asked {
  readonly id: string;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What the node behind says, by a connection that ends with it; undefined: it is down. */
function askBehind(url: string, authorization: string, body: string) {
  return new Promise<{ status: number; body: string } | undefined>((resolve) => {
    const outgoing = request(
      url,
      { method: "POST", agent: false, headers: { authorization } },
      async (answer) => {
        try {
          resolve({ status: answer.statusCode ?? 500, body: await text(answer) });
        } catch {
          resolve(undefined);
        }
      },
    );
    outgoing.once("error", () => resolve(undefined));
    outgoing.end(body);
  });
}

/** Starts one. */
export async function startLitecoinProxy(behind: string): Promise<LitecoinProxy> {
  let treatment: Treatment = { does: "honest" };
  const { url, close } = await startHttpServer(async ({ headers, body }) => {
    const now = treatment;
    if (now.does === "hang up") return "hang up";
    const answer = await askBehind(behind, headers.authorization ?? "", body);
    if (answer === undefined) return "hang up";
    const { method, params } = JSON.parse(body) as Asked;
    if (now.does === "swallow" && now.method === method) return "hang up";
    if (now.does !== "lie") return answer;
    const told = JSON.parse(answer.body) as { result: unknown; error: unknown };
    return { ...answer, body: JSON.stringify({ ...told, result: now.lie(method, params, told.result) }) };
  });
  return {
    url,
    close,
    treat: (next) => {
      treatment = next;
    },
  };
}
