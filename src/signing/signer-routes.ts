import { z } from "zod";
import type { Caip2, UnsignedTx } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";
import { chainHash } from "../gateway/statement.ts";
import type { SigningRequest } from "./signer.ts";
import type { RouteTools, SignerRoutes } from "./signer-process.ts";
import { type LiveRoute, UTXO_ROUTE, utxoRoute } from "./utxo-route.ts";

/** Each kind of route that a configuration may have. A new chain is one more. */
const ROUTE = z.discriminatedUnion("kind", [UTXO_ROUTE]);

/**
 * Makes what a signer's configuration has for routes. Each request is judged by the one route of its chain.
 *
 * @throws TerminalError `CONFIG_INVALID`; RetryableError `KEY_NOT_MADE`
 */
export async function signerRoutes(tools: RouteTools): Promise<SignerRoutes> {
  const routes = new Map<Caip2, LiveRoute>();
  for (const text of tools.config.routes) {
    const parsed = ROUTE.safeParse(text);
    if (!parsed.success || routes.has(parsed.data.chain)) {
      throw new TerminalError("CONFIG_INVALID", "A route of the signer's configuration can't be used", {
        facts: {
          why: parsed.success
            ? `${parsed.data.chain} has two routes`
            : z.prettifyError(parsed.error).slice(0, 500),
        },
        advice: "docs/operations/signer.md shows one.",
        docs: "docs/operations/signer.md",
      });
    }
    routes.set(parsed.data.chain, await utxoRoute(parsed.data, tools));
  }
  const chains = [...routes.keys()];
  const of = ({ purpose }: SigningRequest): LiveRoute | undefined => {
    if (purpose.kind === "transaction") return routes.get(purpose.unsigned.chain);
    const chain = chains.find((name) => chainHash(name) === purpose.statement.chain);
    return chain === undefined ? undefined : routes.get(chain);
  };
  return {
    chains,
    policy: {
      judge: async (request) =>
        of(request)?.policy.judge(request) ?? { no: "this signer has no route for that chain" },
    },
    payloadsOf(unsigned: UnsignedTx) {
      return routes.get(unsigned.chain)?.payloadsOf(unsigned) ?? [];
    },
    async close() {
      for (const route of routes.values()) await route.close();
    },
  };
}
