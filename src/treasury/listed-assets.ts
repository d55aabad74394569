import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";

/** `TokenClass` of contracts/custody/interfaces/IVaultTypes.sol. */
export const TOKEN_CLASS = { unlisted: 0n, native: 1n, exact: 2n, feeTaking: 3n } as const;

/** An asset of a deployment, with what its Vault says of it. */
export interface ListedAsset {
  readonly symbol: string;
  readonly id: bigint;
  /** Zero for the chain's own currency. */
  readonly token: string;
  readonly decimals: number;
  readonly tokenClass: bigint;
}

/**
 * The assets of a deployment by the symbols of its parameter file; decimals and class are the Vault's own record.
 *
 * @example
 * const assets = await listedAssets(provider, suite.addresses);
 */
export async function listedAssets(
  provider: Provider,
  { vault, assets }: Pick<SuiteAddresses, "vault" | "assets">,
): Promise<readonly ListedAsset[]> {
  const contract = IVault__factory.connect(vault, provider);
  return Promise.all(
    assets.map(async ({ symbol, id, token }) => {
      const record = await contract.assetOf(id);
      return {
        symbol,
        id: BigInt(id),
        token,
        decimals: Number(record.decimals),
        tokenClass: record.class,
      };
    }),
  );
}
