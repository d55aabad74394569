import { expect } from "chai";
import { toBeHex, Wallet } from "ethers";
import { loadConfig } from "../../deploy/config/load.ts";
import { config as local } from "../../deploy/config/local.ts";
import { localKeys } from "../../deploy/config/local-keys.ts";
import { parseConfig, type SuiteConfigInput, warningsOf } from "../../deploy/config/schema.ts";
import { config as sepolia } from "../../deploy/config/sepolia.ts";
import { firstVerifier } from "../../deploy/modules/gateway.ts";
import { TerminalError } from "../../src/core/errors.ts";
import { PARAMETERS } from "../../src/demo/parameters.ts";
import { terminalRefusal } from "../support/refusal.ts";

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
      const { message } = await terminalRefusal(loadConfig(network));
      expect(message).to.include("safes.council.owners: name the owners");
      const feeds = "assets.0.feeds: fill in this network's price feeds";
      expect(message.includes(feeds)).to.equal(network === "hoodi");
    });
  }

  it("takes a completed one, and warns of what it lacks", () => {
    const config = parseConfig(completed());
    expect(warningsOf(config)).to.have.length(4);
    expect(warningsOf(config)[0]).to.match(/^eth has one price source/);
  });

  it("names in the local one exactly the addresses of the public keys", () => {
    const { safes, riskOfficer, gateway, attestors, auditors } = parseConfig(local);
    const named = {
      ...Object.fromEntries(Object.entries(safes).map(([name, { owners }]) => [name, owners])),
      riskOfficer: "safe" in riskOfficer ? riskOfficer.safe.owners : [],
      committee: gateway?.committee && "signers" in gateway.committee ? gateway.committee.signers : [],
      attestor: attestors,
      auditor: auditors,
    };
    const keys = Object.entries(localKeys).map(([name, list]) => [name, list.map(({ address }) => address)]);
    expect(named).to.deep.equal(Object.fromEntries(keys));
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
    expect(complaints({ assets: [{ ...asset, unverifiedCapTicks: 0n }, ...others] })).to.include(
      "assets.0.unverifiedCapTicks: 0 ticks is outside 1 to",
    );
    const above = { ...asset, unverifiedCapTicks: BigInt(asset.capTicks) + 1n };
    expect(complaints({ assets: [above, ...others] })).to.include(
      "assets.0.unverifiedCapTicks: above capTicks: an audit would change nothing",
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

  describe("given assets of other chains", () => {
    const CHAIN = "bip122:530827f38f93b43ed12af0b3ad25a288";
    const ltc = local.assets.find(({ symbol }) => symbol === "ltc");
    if (ltc === undefined || typeof ltc.token !== "object" || !("foreign" in ltc.token)) {
      throw new Error("the local file has litecoin");
    }
    const { foreign } = ltc.token;
    const gateway = local.gateway ?? {};
    const withToken = (change: object, other: object = {}) =>
      complaints({ assets: [{ ...ltc, token: { foreign: { ...foreign, ...change } }, ...other }] });

    it("takes a committee of signers or of one group key, and none where there are no such assets", () => {
      const groupKey = `0x${"12".repeat(32)}`;
      expect(complaints({ gateway: { ...gateway, committee: { groupKey } } })).to.equal("");
      const [eth] = local.assets;
      if (eth === undefined) throw new Error("the local file lists ether");
      const config = parseConfig({ ...local, gateway: undefined, assets: [eth] });
      expect(config.gateway).to.deep.equal({ chains: [] });
      const { contract, args } = firstVerifier(config);
      expect(contract).to.equal("MultisigVerifier");
      expect(args[1]).to.equal(3);
      expect(args[0]).to.have.members(config.safes.council.owners);
    });

    it("refuses a committee that few could speak for, and none at all", () => {
      const signers = Array.from({ length: 4 }, wallet);
      const said = (committee: object) =>
        complaints({ gateway: { ...gateway, committee: committee as never } });
      expect(said({ signers, threshold: 2 })).to.include("2 of 4 signers: more than half");
      expect(said({ signers, threshold: 5 })).to.include("5 of 4 signers");
      expect(said({ signers: [signers[0], signers[0]], threshold: 2 })).to.include("named twice");
      expect(said({ signers: [], threshold: 0 })).to.include("name the signers");
      expect(said({ groupKey: "0x12" })).to.include("not 32 bytes");
      for (const none of ["00", "79", "ff"]) {
        expect(said({ groupKey: `0x${none.repeat(32)}` })).to.include("no key: there is no point");
      }
      expect(complaints({ gateway: { chains: gateway.chains ?? [] } })).to.include(
        "gateway.committee: name who says",
      );
    });

    it("refuses a council too large to be the committee, before anything is deployed", () => {
      const [eth] = local.assets;
      const assets = eth === undefined ? [] : [eth];
      const said = (size: number, committee?: object) => {
        const owners = Array.from({ length: size }, (_, place) => toBeHex(place + 1, 20));
        const council = { owners, threshold: 2 };
        const chains = { committee, chains: [] } as never;
        return complaints({ assets, safes: { ...local.safes, council }, gateway: chains });
      };
      expect(said(33)).to.include(
        "gateway.committee: name it: without one it is the council's owners, who are 33",
      );
      expect(said(32)).to.equal("");
      expect(said(33, { signers: [wallet()], threshold: 1 })).to.equal("");
    });

    it("refuses names that aren't CAIP's, chains without numbers, and numbers that contradict", () => {
      expect(withToken({ caip19: "litecoin" })).to.include("CAIP-19");
      expect(withToken({ caip19: "bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2" })).to.include(
        "its chain is not among gateway.chains",
      );
      expect(withToken({ supplyTicks: BigInt(ltc.capTicks) + 1n })).to.include("above capTicks");
      expect(withToken({ instantTicks: BigInt(foreign.supplyTicks) + 1n })).to.include("above supplyTicks");
      expect(withToken({ leastTicks: 0 })).to.include(
        "assets.0.token.foreign.leastTicks: 0 ticks is outside",
      );
      expect(withToken({ leest: 0 })).to.include('assets.0.token.foreign: Unrecognized key: "leest"');
      expect(withToken({}, { tokenClass: "fee-taking" })).to.include("a foreign asset's token is exact");
      const twice = { ...ltc, symbol: "ltc2" };
      expect(complaints({ assets: [ltc, twice] })).to.include("two tokens stand for one foreign asset");
      const [chain] = gateway.chains ?? [];
      expect(complaints({ gateway: { ...gateway, chains: [chain, chain] as never } })).to.include(
        "a chain is named twice",
      );
    });

    it("warns of a delay in which nobody could refuse, and of a committee of one", () => {
      const committee = { signers: [wallet()], threshold: 1 };
      const chains = [{ chain: CHAIN, delaySeconds: local.timelock.delaySeconds, outCents: 1 }];
      const warnings = warningsOf(parseConfig({ ...local, gateway: { committee, chains } }));
      expect(warnings.join()).to.include("delaySeconds is not above timelock.delaySeconds");
      expect(warnings.join()).to.include("the committee's threshold is 1");
    });
  });

  it("refuses fields it does not know", () => {
    expect(complaints({ timelok: 1 } as never)).to.match(/timelok/);
  });

  describe("given feeds of each kind", () => {
    const PYTH = wallet();
    type Feed = SuiteConfigInput["assets"][number]["feeds"][number];
    const terms = { maxAgeSeconds: 60, minPrice: 10n ** 12n, maxPrice: 10n ** 18n };
    const chainlink = { ...terms, aggregator: wallet(), upstream: "chainlink" };
    const pyth = {
      ...terms,
      kind: "pyth" as const,
      upstream: "pyth",
      priceId: `0x${"1f".repeat(32)}`,
      maxConfBps: 100,
      sigmas: 3,
      minExpo: -8,
      maxExpo: -8,
    };
    const redstone = {
      ...terms,
      kind: "redstone" as const,
      upstream: "redstone",
      feedId: "ETH",
      decimals: 8,
      signers: Array.from({ length: 5 }, wallet),
      threshold: 3,
    };

    const withFeeds = (feeds: readonly unknown[], address: string | undefined = PYTH) => {
      const [asset] = local.assets;
      if (asset === undefined) throw new Error("the local file lists assets");
      const named = address === "" ? {} : { pyth: address };
      return { ...named, assets: [{ ...asset, feeds: feeds as Feed[] }] };
    };

    it("takes them, and Chainlink's without a name", () => {
      const config = parseConfig({ ...local, ...withFeeds([chainlink, pyth, redstone]) });
      expect(config.pyth).to.equal(PYTH);
      expect(config.assets[0]?.feeds.map(({ kind }) => kind)).to.deep.equal([
        "chainlink",
        "pyth",
        "redstone",
      ]);
      const named = parseConfig({ ...local, ...withFeeds([{ ...chainlink, kind: "chainlink" }]) });
      expect(named.assets[0]?.feeds).to.deep.equal([config.assets[0]?.feeds[0]]);
    });

    it("takes each bound itself", () => {
      const wide = { maxAgeSeconds: 3_600, maxConfBps: 1_000, sigmas: 10, minExpo: -24, maxExpo: 0 };
      const narrow = { maxAgeSeconds: 1, maxConfBps: 1, sigmas: 1, minExpo: "-24", maxExpo: "-24" };
      const most = { feedId: "x".repeat(31), decimals: 24, signers: Array.from({ length: 8 }, wallet) };
      const least = { feedId: "x", decimals: 0, signers: redstone.signers.slice(0, 2), threshold: 2 };
      const bounds = [
        { ...pyth, ...wide, upstream: "a" },
        { ...pyth, ...narrow, upstream: "b" },
        { ...redstone, ...most, threshold: 5, upstream: "c" },
        { ...redstone, ...most, threshold: 8, upstream: "d" },
        { ...redstone, ...least, upstream: "e" },
      ];
      expect(complaints(withFeeds(bounds))).to.equal("");
    });

    it("refuses a kind it does not know, and fields of another kind", () => {
      expect(complaints(withFeeds([{ ...pyth, kind: "band" }]))).to.include(
        "assets.0.feeds.0.kind: one of chainlink (if none is named), pyth and redstone",
      );
      expect(complaints(withFeeds([{ ...pyth, aggregator: wallet() }]))).to.include(
        'assets.0.feeds.0: Unrecognized key: "aggregator"',
      );
    });

    it("refuses a Pyth feed without the network's Pyth contract", () => {
      const message = "pyth: name the network's Pyth contract: a feed reads it";
      expect(complaints(withFeeds([pyth], ""))).to.include(message);
      expect(complaints(withFeeds([chainlink, redstone], ""))).to.equal("");
      expect(complaints(withFeeds([pyth], "0x12"))).to.include('pyth: "0x12" is not an address');
    });

    for (const [change, message] of [
      [{ maxAgeSeconds: 3_601 }, "maxAgeSeconds: 3601 s is outside 1 to 3600"],
      [{ minPrice: terms.maxPrice }, "minPrice: not below maxPrice"],
      [{ priceId: "0x1f" }, "priceId: not 32 bytes in hex"],
      [{ priceId: `0x${"0".repeat(64)}` }, "priceId: zero names no price"],
      [{ maxConfBps: 0 }, "maxConfBps: 0 basis points is outside 1 to 1000"],
      [{ maxConfBps: 1_001 }, "maxConfBps: 1001 basis points is outside 1 to 1000"],
      [{ sigmas: 0 }, "sigmas: 0 confidences is outside 1 to 10"],
      [{ sigmas: 11 }, "sigmas: 11 confidences is outside 1 to 10"],
      [{ minExpo: -25 }, "minExpo: -25 (exponent of ten) is outside -24 to 0"],
      [{ maxExpo: 1 }, "maxExpo: 1 (exponent of ten) is outside -24 to 0"],
      [{ minExpo: -7 }, "minExpo: above maxExpo"],
    ] as const) {
      it(`refuses Pyth's ${message}`, () => {
        expect(complaints(withFeeds([{ ...pyth, ...change }]))).to.include(`assets.0.feeds.0.${message}`);
      });
    }

    const { signers } = redstone;
    const one = signers.slice(0, 1);
    for (const [change, message] of [
      [{ maxAgeSeconds: 3_601 }, "maxAgeSeconds: 3601 s is outside 1 to 3600"],
      [{ minPrice: terms.maxPrice }, "minPrice: not below maxPrice"],
      [{ decimals: 25 }, "decimals: 25 decimals is outside 0 to 24"],
      [{ signers: one }, "signers: name at least 2 signers"],
      [{ signers: [...signers, ...signers.slice(0, 4)] }, "signers: at most 8 signers"],
      [{ signers: [...signers, one[0]?.toLowerCase()] }, "signers: a signer is named twice"],
      [{ threshold: 1 }, "threshold: 1 signers is outside 2 to 8"],
      [{ threshold: 2 }, "threshold: 2 of 5 signers: more than half"],
      [{ threshold: 2, signers: signers.slice(0, 4) }, "threshold: 2 of 4 signers: more than half"],
      [{ threshold: 6 }, "threshold: 6 of 5 signers: more than half of them, and no more than all"],
    ] as const) {
      it(`refuses RedStone's ${message}`, () => {
        expect(complaints(withFeeds([{ ...redstone, ...change }]))).to.include(`assets.0.feeds.0.${message}`);
      });
    }

    it("refuses RedStone's names that are none, too long or not ASCII", () => {
      for (const feedId of ["", "x".repeat(32), "E TH", "\u039e"]) {
        expect(complaints(withFeeds([{ ...redstone, feedId }]))).to.include(
          "assets.0.feeds.0.feedId: not 1 to 31 characters of ASCII without spaces",
        );
      }
    });
  });
});
