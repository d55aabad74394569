import { type ContractTransactionResponse, Interface, type Provider } from "ethers";
import { IReserve__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IReserve__factory.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { explainRevert } from "../custody/explain-revert.ts";

/** One transaction that anyone may send. */
export interface Act {
  /** As a sentence without its end: `returning all usd of 0x…`. */
  readonly what: string;
  readonly send: () => Promise<ContractTransactionResponse>;
}

/** What became of an act. */
export interface DoneAct {
  readonly what: string;
  /** Undefined where nothing was sent. */
  readonly transaction?: string;
  /** Why it was not sent, or failed. */
  readonly refused?: string;
}

/** Every error that the Vault and its reserves have. */
const ERRORS = new Interface([
  ...IVault__factory.createInterface().fragments,
  ...IReserve__factory.createInterface().fragments.filter(({ type }) => type === "error"),
]);

/** A contract's refusal by its name and values; what isn't one, by its own message. */
export function refusalOf(error: unknown): string {
  return explainRevert(ERRORS, error);
}

/** A refusal that a view has returned as bytes. */
export function explainBlocked(data: string): string {
  return refusalOf({ data });
}

/**
 * Carries acts out, `batch` under way at once, each on its own: what one is refused stops no other. In a dry run they are only
 * told.
 */
export async function carryOut(
  provider: Provider,
  acts: readonly Act[],
  { batch, dryRun, say }: { batch: number; dryRun: boolean; say: (what: string) => void },
): Promise<readonly DoneAct[]> {
  const done: DoneAct[] = [];
  for (let at = 0; at < acts.length; at += batch) {
    const sent: (readonly [string, ContractTransactionResponse])[] = [];
    for (const { what, send } of acts.slice(at, at + batch)) {
      say(dryRun ? `would be ${what}` : what);
      if (dryRun) {
        done.push({ what });
        continue;
      }
      try {
        sent.push([what, await send()]);
      } catch (error) {
        // A node that doesn't answer is another matter.
        await provider.getBlockNumber();
        done.push({ what, refused: refusalOf(error) });
      }
    }
    for (const [what, response] of sent) {
      const transaction = response.hash;
      try {
        await response.wait();
        done.push({ what, transaction });
      } catch (error) {
        await provider.getBlockNumber();
        done.push({ what, transaction, refused: refusalOf(error) });
      }
    }
  }
  return done;
}
