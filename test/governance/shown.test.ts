import { expect } from "chai";
import { displayWidth, textTable } from "../../src/core/text-table.ts";
import {
  bpsShown,
  listShown,
  secondsShown,
  ticksShown,
  timeShown,
  untilShown,
} from "../../src/governance/governed/shown.ts";
import { wording } from "../../src/governance/governed/wording.ts";

describe("values as people read them", () => {
  it("given seconds, shows them without loss", () => {
    const shown = [0n, 59n, 60n, 90n, 3_600n, 5_400n, 3_661n, 86_400n, 172_801n].map(
      (seconds) => secondsShown(seconds).en,
    );
    expect(shown).to.deep.equal([
      "0 s",
      "59 s",
      "1 min",
      "90 s",
      "1 h 0 min",
      "1 h 30 min",
      "1 h 1 min 1 s",
      "1 d 0 h",
      "2 d 0 h 1 s",
    ]);
    expect(secondsShown(176_400n).zh).to.equal("2 天 1 小时");
  });

  it("given basis points, ticks and times, names their units", () => {
    expect([200n, 50n, 1n, 10_000n].map((bps) => bpsShown(bps).en)).to.deep.equal([
      "2 %",
      "0.5 %",
      "0.01 %",
      "100 %",
    ]);
    const ether = { symbol: "eth", tickExponent: 14n, decimals: 18n };
    expect(ticksShown(15_000n, ether).en).to.equal("1.5 eth");
    // The smallest tick isn't cut away.
    expect(ticksShown(1n, { symbol: "x", tickExponent: 0n, decimals: 18n }).en).to.equal(
      "0.000000000000000001 x",
    );
    expect(timeShown(1_700_000_000n).en).to.equal("2023-11-14 22:13:20 UTC");
    expect(untilShown(5n, 5n).en).to.equal("none");
    expect(untilShown(1_700_000_000n, 5n).zh).to.equal("至 2023-11-14 22:13:20 UTC");
    expect(listShown([wording("a", "甲"), wording("b", "乙")])).to.deep.equal({ en: "a, b", zh: "甲、乙" });
    expect(listShown([]).zh).to.equal("无");
  });

  it("given Chinese, aligns columns by what a terminal shows", () => {
    expect(displayWidth("限额 $1")).to.equal(7);
    expect(
      textTable(
        ["变量", "x"],
        [
          ["ab", "1"],
          ["限额限", "2"],
        ],
      ),
    ).to.equal(["变量    x", "------  -", "ab      1", "限额限  2"].join("\n"));
  });
});
