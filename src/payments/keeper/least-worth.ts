import type { Provider } from "ethers";
import { IVault__factory } from "../../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { IPriceRouter__factory } from "../../../typechain-types/factories/contracts/oracle/interfaces/IPriceRouter__factory.ts";
import { type Cents, unitsForCentsDown } from "../../core/money.ts";
import { isOfContract } from "../../governance/node-answer.ts";
import { PRICE_DECIMALS } from "../conditions/price-limit.ts";

/**
 * How much of an asset is worth so many cents, raw units, rounded down, at the router's mid in any mode. Without a price
 * everything is worth it: a dead oracle stops no release.
 *
 * @param at the addresses of the Vault and the PriceRouter
 */
export function leastWorth(
  provider: Provider,
  at: { readonly vault: string; readonly router: string },
  cents: Cents,
): (asset: bigint) => Promise<bigint> {
  const vault = IVault__factory.connect(at.vault, provider);
  const router = IPriceRouter__factory.connect(at.router, provider);
  return async (asset) => {
    try {
      const [{ mid }, { decimals }] = await Promise.all([router.peek(asset), vault.assetOf(asset)]);
      if (mid === 0n) return 0n;
      return unitsForCentsDown(cents, { answer: mid, decimals: PRICE_DECIMALS }, Number(decimals));
    } catch (error) {
      if (!isOfContract(error)) throw error;
      return 0n;
    }
  };
}
