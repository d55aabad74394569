import type { Signer } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { VaultLens__factory } from "../../typechain-types/factories/contracts/custody/VaultLens__factory.ts";
import { explainReasons } from "../custody/reasons.ts";
import type { DestinationOf } from "./exit-destinations.ts";
import { inChunks } from "./in-chunks.ts";
import type { Claim, VaultClaims } from "./vault-claims.ts";
import { explainBlocked } from "./wind-down-acts.ts";

/** A claim that is left. */
export interface RemainingClaim extends Claim {
  /** Why it is still there. */
  readonly why: string;
  /** Who does what about it. */
  readonly todo: string;
  /** Unix seconds from which anyone's next run does more; undefined if that is not a matter of time. */
  readonly from: bigint | undefined;
  /** The owner's intent, in the outbox. */
  readonly file: string | undefined;
}

/** `Verdict` of contracts/custody/interfaces/IVaultLens.sol. */
const VERDICT = { instant: 0n, queued: 1n, refused: 2n } as const;

/** What each claim waits for, as the Vault itself explains it. */
export async function whatRemains(
  signer: Signer,
  { lens }: Pick<SuiteAddresses, "lens">,
  { claims }: VaultClaims,
  { files, destinationOf }: { files: ReadonlyMap<string, string>; destinationOf: DestinationOf },
): Promise<readonly RemainingClaim[]> {
  const view = VaultLens__factory.connect(lens, signer);
  const caller = await signer.getAddress();
  return inChunks(claims, async (claim): Promise<RemainingClaim> => {
    const { account, asset, amount, symbol, exit } = claim;
    if (exit !== undefined) {
      const { blocked, payableFrom } = await view.statusOf(exit, caller);
      const why = blocked === "0x" ? "nothing stops it" : explainBlocked(blocked);
      const todo = "anyone releases it from then on: run this again";
      return { ...claim, why, todo, from: payableFrom, file: undefined };
    }
    const file = files.get(`${account}/${symbol}`);
    const { app, listed, heldUntil } = await view.standingOf(account);
    if (app) {
      const why = "an app holds it for its users";
      return {
        ...claim,
        why,
        todo: "they settle in the app: it lands with each of them",
        from: undefined,
        file,
      };
    }
    const destination = destinationOf(claim) ?? { to: account };
    if ("nowhere" in destination) {
      const why = `it can't be paid to its owner: ${destination.nowhere}`;
      const todo =
        "where it is an asset of another chain, its owner registers a destination there (registerDestination of the Gateway): run this again then";
      return { ...claim, why, todo, from: undefined, file: undefined };
    }
    const { verdict, reasons, refusal } = await view.explain(account, asset, amount, destination.to);
    const signs = file === undefined ? "" : `, or signs ${file}`;
    const todo = `its owner calls withdraw${signs}`;
    if (verdict === VERDICT.refused) {
      const why = explainBlocked(refusal);
      const from = listed ? undefined : heldUntil;
      return {
        ...claim,
        why,
        todo: listed ? "nothing until the listing ends" : `${todo} once that is over`,
        from,
        file,
      };
    }
    const why =
      verdict === VERDICT.instant
        ? "its owner has not asked for it; it would be paid at once"
        : `its owner has not asked for it; it would queue: ${explainReasons(reasons)}`;
    return { ...claim, why, todo, from: undefined, file };
  });
}
