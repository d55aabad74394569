import { DataPackage, NumericDataPoint, RedstonePayload } from "@redstone-finance/protocol";
import { HDNodeWallet } from "ethers";

const PHRASE = "test test test test test test test test test test test junk";

/** Keys that stand in for RedStone's signers: the accounts of the phrase that every test chain knows. */
export const REDSTONE_KEYS: readonly HDNodeWallet[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) =>
  HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${i}`),
);

/** Their addresses. */
export function redstoneSigners(...keys: readonly number[]): string[] {
  return keys.map((key) => keyOf(key).address);
}

/** What one signer says: a price in dollars for each feed. */
export interface Said {
  readonly key: number;
  readonly prices: Readonly<Record<string, number>>;
  /** Milliseconds; of the payload if none. */
  readonly timestamp?: number;
}

/**
 * A payload as RedStone's gateways serve it, made and signed by RedStone's own package.
 *
 * @example
 * redstonePayload(now, [{ key: 0, prices: { ETH: 2_000.5 } }, { key: 1, prices: { ETH: 2_001 } }]);
 */
export function redstonePayload(timestamp: number, all: readonly Said[], metadata = ""): string {
  const packages = all.map((said) => {
    const points = Object.entries(said.prices).map(
      ([dataFeedId, value]) => new NumericDataPoint({ dataFeedId, value }),
    );
    return new DataPackage(points, said.timestamp ?? timestamp, "strongroom").sign(
      keyOf(said.key).privateKey,
    );
  });
  return `0x${RedstonePayload.prepare(packages, metadata)}`;
}

function keyOf(index: number): HDNodeWallet {
  const key = REDSTONE_KEYS[index];
  if (key === undefined) throw new Error(`there is no key ${index}`);
  return key;
}
