import type { ChainView } from "../chains/evm/chain-view.ts";
import { pointOf } from "../chains/evm/chain-view.ts";
import type { GatewayReader } from "../gateway/gateway-reader.ts";
import type { GatewayAtFinal, PayoutReader } from "./gateway-view.ts";

/** The Gateway as a signer reads it: at the latest block that is final by its own nodes, all answers of one judgement at one block. */
export function gatewayPayouts(view: ChainView, reader: GatewayReader): PayoutReader {
  return {
    async atFinal(): Promise<GatewayAtFinal> {
      const at = pointOf(await view.finalized());
      return {
        async payoutOf(payoutId) {
          const { status, attempt, asset, amount, token, handle } = await reader.payoutOf(payoutId, at);
          const { chain, script } = await reader.destinationOf(handle, at);
          return {
            status,
            attempt,
            asset,
            amount,
            token: token.toLowerCase(),
            chain: chain.toLowerCase(),
            script: script.slice(2).toLowerCase(),
          };
        },
        statusOf: async (payoutId) => (await reader.payoutOf(payoutId, at)).status,
        supply: (asset) => reader.supply(asset, at),
        isOpen: (chain) => reader.isOpen(chain, at),
      };
    },
  };
}
