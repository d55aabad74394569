import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { ListedAsset } from "../../src/treasury/listed-assets.ts";
import {
  BALANCES_HEADER,
  decimalAmount,
  parseBalances,
  writeBalances,
} from "../../src/treasury/opening-balances.ts";
import { terminalRefusal } from "../support/refusal.ts";

const ANNA = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const BERT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

const asset = (symbol: string, id: bigint, decimals: number): ListedAsset => ({
  ...{ symbol, id, decimals, token: ZeroAddress, tokenClass: 2n },
});
const ASSETS = [asset("eth", 1n << 248n, 18), asset("usd", (2n << 248n) | 7n, 6)];

const read = (...lines: string[]) => parseBalances(`${[BALANCES_HEADER, ...lines].join("\n")}\n`, ASSETS);

describe("parseBalances", () => {
  it("reads human amounts by symbol into raw units, with the line of each", () => {
    expect(read(`${ANNA},usd,1250.5`, `${BERT},usd,0.000001`, `${ANNA},eth,1`)).to.deep.equal([
      { line: 2, account: ANNA, symbol: "usd", asset: (2n << 248n) | 7n, amount: 1_250_500_000n },
      { line: 3, account: BERT, symbol: "usd", asset: (2n << 248n) | 7n, amount: 1n },
      { line: 4, account: ANNA, symbol: "eth", asset: 1n << 248n, amount: 10n ** 18n },
    ]);
  });

  it("takes what spreadsheets write: a byte order mark, CR LF, no last line end", () => {
    const text = `\uFEFF${BALANCES_HEADER}\r\n${ANNA},usd,2`;
    expect(parseBalances(text, ASSETS).map(({ amount }) => amount)).to.deep.equal([2_000_000n]);
  });

  it("writes what it reads", () => {
    const rows = read(`${ANNA},usd,1250.5`, `${BERT},eth,0.000000000000000001`);
    const again = parseBalances(writeBalances(rows, ASSETS), ASSETS);
    expect(again).to.deep.equal(rows);
    expect([decimalAmount(0n, 6), decimalAmount(10n, 0), decimalAmount(1_500n, 3)]).to.deep.equal([
      "0",
      "10",
      "1.5",
    ]);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ["no checksum", `${ANNA.toLowerCase()},usd,1`, "BALANCES_ADDRESS"],
    ["a wrong checksum", `${ANNA.replace("f39F", "F39f")},usd,1`, "BALANCES_ADDRESS"],
    ["the zero address", `${ZeroAddress},usd,1`, "BALANCES_ADDRESS"],
    ["a name", "anna.eth,usd,1", "BALANCES_ADDRESS"],
    ["an unknown asset", `${ANNA},doge,1`, "BALANCES_ASSET"],
    ["an asset in capitals", `${ANNA},USD,1`, "BALANCES_ASSET"],
    ["a zero amount", `${ANNA},usd,0.000`, "BALANCES_NOT_POSITIVE"],
    ["a negative amount", `${ANNA},usd,-1`, "BALANCES_AMOUNT"],
    ["an exponent", `${ANNA},usd,1e6`, "BALANCES_AMOUNT"],
    ["a blank before the amount", `${ANNA},usd, 1`, "BALANCES_AMOUNT"],
    ["an amount without its first digit", `${ANNA},usd,.5`, "BALANCES_AMOUNT"],
    ["a hexadecimal amount", `${ANNA},usd,0x10`, "BALANCES_AMOUNT"],
    ["more decimals than the asset has", `${ANNA},usd,1.0000001`, "BALANCES_DECIMALS"],
    ["an amount that no balance holds", `${ANNA},usd,${10n ** 30n}`, "BALANCES_TOO_LARGE"],
    ["thousands separators", `${ANNA},usd,"1,000"`, "BALANCES_FIELDS"],
    ["an empty line", "", "BALANCES_FIELDS"],
    ["a fourth field", `${ANNA},usd,1,`, "BALANCES_FIELDS"],
    ["an account and asset twice", `${BERT},usd,7`, "BALANCES_DUPLICATE"],
  ];
  for (const [what, line, code] of wrong) {
    it(`refuses ${what}, with its line`, async () => {
      const thrown = await terminalRefusal(() => read(`${BERT},usd,7`, line, `${ANNA},eth,1`));
      expect([thrown.code, thrown.facts.line, thrown.facts.problems]).to.deep.equal([code, 3, 1]);
      expect(thrown.message).to.include(`line 3: `).and.to.include(code);
    });
  }

  it("refuses a file without its header, and one without rows", async () => {
    expect((await terminalRefusal(() => parseBalances(`${ANNA},usd,1\n`, ASSETS))).code).to.equal(
      "BALANCES_HEADER",
    );
    expect((await terminalRefusal(() => parseBalances("", ASSETS))).code).to.equal("BALANCES_HEADER");
    expect((await terminalRefusal(() => parseBalances(`${BALANCES_HEADER}\n`, ASSETS))).code).to.equal(
      "BALANCES_EMPTY",
    );
  });

  it("tells every wrong line, twenty at most, and nothing that a terminal would obey", async () => {
    const thrown = await terminalRefusal(() => read(...Array.from({ length: 30 }, () => "\u001b[2J,usd,1")));
    expect(thrown.facts.problems).to.equal(30);
    expect(thrown.message).to.include("line 21: ").and.to.include("and 10 more").and.not.to.include("\u001b");
  });
});
