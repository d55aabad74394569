import { Interface, type Provider } from "ethers";
import { IGateway__factory } from "../../typechain-types/factories/contracts/gateway/interfaces/IGateway__factory.ts";
import { tokenOf } from "../governance/parameters.ts";
import { revertDataOf } from "../governance/revert-data.ts";
import { explainRevert } from "./explain-revert.ts";

const TOKEN = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address to, uint256 amount) returns (bool)",
]);

/**
 * Why a token would not be paid from a Vault to a recipient, in words; undefined where it would, or where the Vault holds none of
 * it to try with. Tried by a call as the Vault, of what it holds at most: so it knows tokens with lists of their own, and foreign
 * assets, which leave to a handle of the Gateway only. An exit that such a token refuses stays in the queue until its owner cancels
 * it.
 *
 * @param amount raw units
 */
export async function payoutRefusal(
  provider: Provider,
  vault: string,
  { asset, amount, to }: { readonly asset: bigint; readonly amount: bigint; readonly to: string },
): Promise<string | undefined> {
  const token = tokenOf(asset);
  if (BigInt(token) === 0n) return undefined;
  const refusalOf = async (some: bigint): Promise<unknown> => {
    try {
      const data = TOKEN.encodeFunctionData("transfer", [to, some]);
      await provider.call({ from: vault, to: token, data });
      return undefined;
    } catch (error) {
      if (revertDataOf(error) === undefined) throw error;
      return error;
    }
  };
  let refusal = await refusalOf(amount);
  if (refusal === undefined) return undefined;
  const held = BigInt(
    await provider.call({ to: token, data: TOKEN.encodeFunctionData("balanceOf", [vault]) }),
  );
  // The rest is in reserves, and comes before the exit is paid.
  if (held < amount) refusal = held === 0n ? undefined : await refusalOf(held);
  return refusal === undefined ? undefined : explainRevert(IGateway__factory.createInterface(), refusal);
}
