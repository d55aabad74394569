import { expect } from "chai";
import fc from "fast-check";
import {
  cents,
  centsOfUnitsUp,
  dollars,
  formatUnits,
  formatUsd,
  formatUsdShort,
  formatUsdWhole,
  parseUsd,
  shareDown,
  units,
  unitsForCentsDown,
  usdDecimal,
} from "../../src/core/money.ts";

describe("Money", () => {
  it("formats dollars as people read them", () => {
    const spoken: [bigint, string][] = [
      [0n, "$0"],
      [5n, "$0.05"],
      [99_999n, "$999.99"],
      [100_000n, "$1 k"],
      [99_949_999n, "$999 k"],
      [99_950_000n, "$1 M"],
      [1_180_000_000n, "$11.8 M"],
      [999_999_999n, "$10 M"],
      [144_029_000_000n, "$1.44 B"],
      [99_999_999_999n, "$1 B"],
      [123_456_700_000_000n, "$1,234 B"],
    ];
    for (const [amount, text] of spoken) expect(formatUsdShort(cents(amount)), String(amount)).to.equal(text);
    expect(formatUsd(cents(20_244_073n))).to.equal("$202,440.73");
    expect(formatUsdWhole(cents(20_244_073n))).to.equal("$202,441");
  });

  it("formats token units cut, never rounded up", () => {
    expect(formatUnits(units(1_999_990_000_000_000_000n), 18, "ETH")).to.equal("1.9999 ETH");
    expect(formatUnits(units(1_234_567n), 0, "points")).to.equal("1,234,567 points");
    expect(formatUnits(units(100_000_000n), 8, "BTC")).to.equal("1 BTC");
  });

  it("reads back what it wrote for machines", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), (amount) => {
        expect(parseUsd(usdDecimal(cents(amount)))).to.equal(amount);
      }),
    );
  });

  it("refuses signs, exponents, third decimals and negative amounts", () => {
    for (const text of ["-1", "1e3", "1.234", "", " 1", "0x10", "1,000"]) {
      expect(() => parseUsd(text), text).to.throw("dollars");
    }
    expect(() => cents(-1n)).to.throw("negative");
    expect(() => units(-1n)).to.throw("negative");
    expect(() => shareDown(dollars(1n), 1n, 0n)).to.throw("denominator");
    expect(() => unitsForCentsDown(dollars(1n), { answer: 0n, decimals: 8 }, 18)).to.throw("price");
  });

  it("never turns cents into units worth more", () => {
    const price = { answer: 220_854_004_000n, decimals: 8 };
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.constantFrom(6, 8, 18), (amount, decimals) => {
        const bought = unitsForCentsDown(cents(amount), price, decimals);
        expect(centsOfUnitsUp(bought, price, decimals) <= amount).to.equal(true);
      }),
    );
    expect(unitsForCentsDown(dollars(2_208n), { answer: 220_800_000_000n, decimals: 8 }, 18)).to.equal(
      10n ** 18n,
    );
    expect(centsOfUnitsUp(units(1n), price, 18)).to.equal(1n);
  });
});
