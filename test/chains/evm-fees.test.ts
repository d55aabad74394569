import { expect } from "chai";
import fc from "fast-check";
import { bumped, replacementFee } from "../../src/chains/evm/replacement-fee.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import { propertyCases } from "../../src/testing/property-cases.ts";

const wei = fc.bigInt(1n, 10n ** 13n);

describe("the fee of a replacement", () => {
  it("given what was paid and what is asked now / when it is replaced / it pays what clients ask, and at most the cap", () => {
    fc.assert(
      fc.property(wei, wei, wei, (old, now, cap) => {
        let fee: bigint;
        try {
          fee = replacementFee(old, now, cap);
        } catch (error) {
          const { code } = error as StrongroomError;
          // 1.1 of the old one is more than the cap, or more than three times the market.
          expect(code === "FEE_CAP_REACHED" ? cap * 10n < old * 11n : now * 30n < old * 11n).to.equal(true);
          return;
        }
        expect(fee * 10n >= old * 11n && fee <= cap).to.equal(true);
        // By bumps alone it never comes to more than three times the market, rounded up.
        expect(fee <= 3n * now || fee <= bumped(old)).to.equal(true);
      }),
      { numRuns: propertyCases() },
    );
  });

  it("given known cases / when it is replaced / it is max(min(max(1.1·old, new), 3·new), old)", () => {
    const most = 10n ** 30n;
    expect(replacementFee(100n, 50n, most)).to.equal(110n);
    expect(replacementFee(100n, 200n, most)).to.equal(200n);
    expect(replacementFee(101n, 101n, most)).to.equal(112n);
    expect(replacementFee(100n, 200n, 150n)).to.equal(150n);
    expect(() => replacementFee(100n, 200n, 109n))
      .to.throw(StrongroomError)
      .with.property("code", "FEE_CAP_REACHED");
    expect(() => replacementFee(100n, 30n, most))
      .to.throw(StrongroomError)
      .with.property("code", "FEE_HIGH_ALREADY");
  });
});
