import { Interface, type Provider } from "ethers";
import { Gateway__factory } from "../../typechain-types/factories/contracts/gateway/Gateway__factory.ts";
import { tokenOf } from "../governance/parameters.ts";
import { revertDataOf } from "../governance/revert-data.ts";
import { explainRevert } from "./explain-revert.ts";

const TOKEN = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address to, uint256 amount) returns (bool)",
]);

/**
 * Why a token would not be paid from a Vault to a recipient, in words; undefined where it would. Tried by a call as the Vault, of
 * what it holds at most: so it knows tokens with lists of their own, and foreign assets, which leave to a handle of the Gateway only.
 * An exit that such a token refuses stays in the queue until its owner cancels it.
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
  const held = BigInt(
    await provider.call({ to: token, data: TOKEN.encodeFunctionData("balanceOf", [vault]) }),
  );
  const some = held < amount ? held : amount;
  try {
    await provider.call({ from: vault, to: token, data: TOKEN.encodeFunctionData("transfer", [to, some]) });
    return undefined;
  } catch (error) {
    if (revertDataOf(error) === undefined) throw error;
    return explainRevert(Gateway__factory.createInterface(), error);
  }
}
