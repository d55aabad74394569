import { Interface } from "ethers";
import { IVault__factory } from "../../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { INetting__factory } from "../../../typechain-types/factories/contracts/payments/interfaces/INetting__factory.ts";
import { explainRevert } from "../../custody/explain-revert.ts";
import { PAYMENT_RULES_ABI, PAYMENTS_ABI } from "../abi.ts";
import type { Reason } from "./reason.ts";

const errorsOf = ({ fragments }: Interface) => fragments.filter(({ type }) => type === "error");

/** Every error that a route's call can meet. */
const ERRORS = new Interface([
  ...errorsOf(IVault__factory.createInterface()),
  ...errorsOf(INetting__factory.createInterface()),
  ...errorsOf(new Interface([...PAYMENTS_ABI])),
  ...errorsOf(new Interface([...PAYMENT_RULES_ABI])),
  "error ERC6909InsufficientBalance(address owner, uint256 balance, uint256 needed, uint256 id)",
  "error Error(string message)",
]);

/** What a call reverted with, or would, by the error's name and values. */
export function revertReason(data: string): Reason {
  const name = data.length < 10 ? undefined : ERRORS.parseError(data)?.name;
  if (name === undefined) return { code: "REVERTED", text: `it would revert with ${data.slice(0, 10)}` };
  return { code: name, text: explainRevert(ERRORS, { data }) };
}
