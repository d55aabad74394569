import { expect } from "chai";
import { Wallet } from "ethers";
import { loadConfig } from "../../deploy/config/load.ts";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig, type SuiteConfigInput, warningsOf } from "../../deploy/config/schema.ts";
import { config as sepolia } from "../../deploy/config/sepolia.ts";
import { TerminalError } from "../../src/core/errors.ts";
import { PARAMETERS } from "../../src/demo/parameters.ts";

/** What is said about a parameter file that is wrong. */
function complaints(change: Partial<SuiteConfigInput>, base: SuiteConfigInput = local): string {
  try {
    parseConfig({ ...base, ...change });
  } catch (error) {
    expect(error).to.be.instanceOf(TerminalError);
    return (error as TerminalError).message;
  }
  return "";
}

const wallet = () => Wallet.createRandom().address;

/** Sepolia's file with the blanks filled in. */
function completed(): SuiteConfigInput {
  const quorum = (count: number, threshold: number) => ({
    owners: Array.from({ length: count }, wallet),
    threshold,
  });
  return {
    ...sepolia,
    safes: {
      council: quorum(5, 3),
      guardian: quorum(3, 2),
      canceller: quorum(3, 2),
      reviewer: quorum(3, 2),
      rollback: quorum(3, 2),
      reserve: quorum(3, 2),
    },
    riskOfficer: { account: wallet() },
  };
}

describe("Parameter files", () => {
  it("takes the local one, whose limits and delays are the demo's", async () => {
    const config = await loadConfig("local");
    expect(config.tiers.map(({ windowCents }) => windowCents)).to.deep.equal(
      ([0, 1, 2, 3] as const).map((tier) => PARAMETERS.tiers[tier].perDay),
    );
    expect(config.timelock.delaySeconds).to.equal(BigInt(PARAMETERS.timelockSeconds));
    expect(warningsOf(config)).to.deep.equal([]);
  });

  for (const network of ["sepolia", "hoodi"]) {
    it(`says what is still to be filled in for ${network}`, async () => {
      const error = await loadConfig(network).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(TerminalError);
      expect((error as TerminalError).message).to.include("safes.council.owners: name the owners");
      const feeds = "assets.0.feeds: fill in this network's price feeds";
      expect((error as TerminalError).message.includes(feeds)).to.equal(network === "hoodi");
    });
  }

  it("takes a completed one, and warns of what it lacks", () => {
    const config = parseConfig(completed());
    expect(warningsOf(config)).to.have.length(4);
    expect(warningsOf(config)[0]).to.match(/^eth has one price source/);
  });

  it("reads numbers written as text, as JSON has them", () => {
    expect(parseConfig({ ...local, unverifiedPoolCents: "123" }).unverifiedPoolCents).to.equal(123n);
  });

  it("refuses numbers outside the contracts' bounds, by name", () => {
    expect(complaints({ freshHours: 169 })).to.include("freshHours: 169 hours is outside 1 to 168");
    expect(complaints({ timelock: { delaySeconds: 3_600 } })).to.include(
      "timelock.delaySeconds: 3600 s is outside",
    );
    const [asset, ...others] = local.assets;
    if (asset === undefined) throw new Error("the local file lists assets");
    expect(complaints({ assets: [{ ...asset, smallLaneBps: 199 }, ...others] })).to.include(
      "assets.0.smallLaneBps",
    );
    expect(complaints({ assets: [{ ...asset, capTicks: 1n << 36n }, ...others] })).to.include(
      "assets.0.capTicks",
    );
    expect(complaints({ assets: [asset, asset] })).to.include("assets: a symbol is used twice");
  });

  it("refuses tiers of which a higher one is tighter", () => {
    const [first, second, third, fourth] = local.tiers;
    if (!first || !second || !third || !fourth) throw new Error("four tiers");
    const swapped = complaints({ tiers: [second, first, third, fourth] });
    expect(swapped).to.include("tiers.1.windowCents: tighter than the tier below it");
    expect(swapped).to.include("tiers.1.lateSeconds: longer than the tier below it waits");
    expect(complaints({ tiers: [first, second, third] })).to.include("tiers: four tiers");
  });

  it("refuses Safes that one key moves, doubled owners and thresholds nobody reaches", () => {
    const { owners } = local.safes.council;
    const council = (change: object) =>
      complaints({ safes: { ...local.safes, council: { owners, threshold: 3, ...change } } });
    expect(council({ threshold: 1 })).to.include("safes.council.threshold: at least 2");
    expect(council({ threshold: 6 })).to.include("safes.council.threshold: 6 signatures of 5 owners");
    expect(council({ owners: [owners[0], owners[0], owners[1]] })).to.include(
      "safes.council.owners: an owner is named twice",
    );
    expect(council({ owners: ["0x12", ...owners] })).to.include('"0x12" is not an address');
    const canceller = { owners: owners.slice(0, 2), threshold: 2 };
    expect(complaints({ safes: { ...local.safes, canceller } })).to.include(
      "safes.canceller.owners: council members alone could act for it",
    );
  });

  it("refuses mocks and relative dates anywhere but on the embedded chain", () => {
    const real = { ...local, network: "sepolia", chainId: 11_155_111 };
    const message = complaints({}, real);
    for (const path of [
      "assets.0.feeds.0.aggregator",
      "assets.1.token",
      "sanctionsList",
      "guardianKeys.0.expires",
    ]) {
      expect(message).to.include(`${path}:`);
    }
  });

  it("refuses fields it does not know", () => {
    expect(complaints({ timelok: 1 } as never)).to.match(/timelok/);
  });
});
