import { greater, lesser } from "../../core/bigint-order.ts";
import { RetryableError } from "../../core/errors.ts";

/** What clients ask of a replacement, in hundredths of both fees: geth's `--txpool.pricebump` is 10 unless changed. */
const BUMP = 110n;

/** The least that replaces this. Rounded up. */
export function bumped(old: bigint): bigint {
  return (old * BUMP + 99n) / 100n;
}

/**
 * The fee of a replacement: max(min(max(1.1·old, new), 3·new), old) within the cap. It rises with the market and by what clients
 * ask, and never runs away from the market by repeated bumps.
 *
 * @param old the highest of all versions so far, wei per gas
 * @param now what one would pay now, wei per gas
 * @param cap wei per gas
 * @throws RetryableError `FEE_CAP_REACHED`, or `FEE_HIGH_ALREADY` if the last version pays over three times the market: wait
 */
export function replacementFee(old: bigint, now: bigint, cap: bigint): bigint {
  const wanted = greater(lesser(greater(bumped(old), now), 3n * now), old);
  const least = bumped(old);
  if (wanted < least) {
    throw new RetryableError(
      "FEE_HIGH_ALREADY",
      "The transaction pays more than three times what is asked now",
      {
        facts: { old, now },
        advice: "Send the same bytes again, and wait.",
      },
    );
  }
  if (least > cap) {
    throw new RetryableError("FEE_CAP_REACHED", "A replacement would pay more than the cap", {
      facts: { old, least, cap },
      advice: "Wait until fees fall, or raise the cap.",
    });
  }
  return lesser(wanted, cap);
}
