import { expect } from "chai";
import { Interface } from "ethers";
import hre from "hardhat";
import { type Cycle, hashCycle, positionDigest } from "../../../src/payments/netting/cycle.ts";
import { capacityOf, NOTICE } from "../../../src/payments/netting/margin.ts";
import {
  NETTING_ABI,
  readMargins,
  rehearseSettling,
} from "../../../src/payments/netting/netting-contract.ts";
import { Netting__factory } from "../../../typechain-types/index.ts";
import { deployNetting } from "../../support/nettingStage.ts";

const { ethers, networkHelpers } = await hre.network.create();

describe("the netting contract as TypeScript knows it", () => {
  const fixture = () => networkHelpers.loadFixture(staged);
  const staged = () => deployNetting(ethers, networkHelpers, 2, 100n);

  it("has the functions and errors that are written down here", () => {
    const compiled = new Interface(Netting__factory.abi);
    new Interface(NETTING_ABI).forEachFunction((f) => {
      expect(compiled.getFunction(f.selector)?.format("sighash")).to.equal(f.format("sighash"));
      const outputs = (from: Interface) =>
        from.getFunction(f.selector)?.outputs.map((o) => o.format("sighash"));
      expect(outputs(new Interface(NETTING_ABI))).to.deep.equal(outputs(compiled));
    });
    new Interface(NETTING_ABI).forEachError((e) => {
      expect(compiled.getError(e.selector)?.format("full")).to.equal(e.format("full"));
    });
  });

  it("hashes cycles and positions as the contract does", async () => {
    const { netting, domain, parties, tokenId } = await fixture();
    const [anna, bert] = parties.map(({ address }) => address) as [string, string];
    const most = (1n << 111n) - 1n;
    const cycles: Cycle[] = [
      { asset: tokenId, obligations: `0x${"12".repeat(32)}`, deadline: 1n, entries: [] },
      {
        asset: tokenId,
        obligations: `0x${"ff".repeat(32)}`,
        deadline: (1n << 40n) - 1n,
        entries: [
          { party: anna, net: -most - 1n },
          { party: bert.toLowerCase(), net: most },
        ],
      },
    ];
    for (const cycle of cycles) {
      const entries = cycle.entries.map((entry) => ({ ...entry, signature: "0x" }));
      expect(hashCycle(cycle)).to.equal(await netting.hashOf({ ...cycle, entries }));
    }
    const position = { cycle: `0x${"34".repeat(32)}`, party: anna, asset: 9n, net: -5n, nonce: 3n };
    expect(positionDigest(domain, position)).to.equal(
      await netting.positionDigest(position.cycle, anna, 9n, -5n, 3n),
    );
  });

  it("reads margins and what is announced", async () => {
    const { netting, domain, parties, tokenId, now } = await fixture();
    const [anna, bert] = parties;
    if (anna === undefined || bert === undefined) throw new Error("two parties");
    await netting.connect(bert).setCap(tokenId, 60n);
    await netting.connect(bert).announceWithdrawal(tokenId, 30n);
    const from = (await now()) + NOTICE;
    const margins = await readMargins(ethers.provider, domain, tokenId, [anna.address, bert.address]);
    expect([...margins]).to.deep.equal([
      [
        anna.address.toLowerCase(),
        { balance: 100n, cap: (1n << 112n) - 1n, nonce: 0n, withdrawal: 0n, from: 0n },
      ],
      [bert.address.toLowerCase(), { balance: 100n, cap: 60n, nonce: 0n, withdrawal: 30n, from }],
    ]);
    expect(await netting.NOTICE()).to.equal(NOTICE);
  });

  it("knows what a party can give by a deadline", () => {
    const margin = { balance: 100n, cap: 1_000n, nonce: 0n, withdrawal: 0n, from: 0n };
    expect(capacityOf(margin, 50n)).to.equal(100n);
    expect(capacityOf({ ...margin, cap: 60n }, 50n)).to.equal(60n);
    expect(capacityOf({ ...margin, withdrawal: 30n, from: 51n }, 50n)).to.equal(100n);
    expect(capacityOf({ ...margin, withdrawal: 30n, from: 50n }, 50n)).to.equal(70n);
    expect(capacityOf({ ...margin, withdrawal: 300n, from: 50n }, 50n)).to.equal(0n);
  });

  it("rehearses a settlement, and says how and because of whom the contract refuses", async () => {
    const { domain, parties, tokenId, now } = await fixture();
    const [anna] = parties;
    if (anna === undefined) throw new Error("two parties");
    const cycle = {
      asset: tokenId,
      obligations: `0x${"12".repeat(32)}`,
      deadline: (await now()) + 100n,
      entries: [{ party: anna.address, net: 0n, signature: "0x" }],
    };
    const rehearse = (changed: object) => rehearseSettling(ethers.provider, domain, { ...cycle, ...changed });
    expect(await rehearse({})).to.deep.equal({
      error: "Netting_BadSignature",
      party: anna.address.toLowerCase(),
    });
    expect(await rehearse({ entries: [] })).to.deep.equal({ error: "Netting_NoParties", party: null });
    expect(await rehearse({ deadline: 1n })).to.deep.equal({ error: "Netting_TooLate", party: null });
    const down = { call: () => Promise.reject(new Error("no route")) };
    const failure = await rehearseSettling(down, domain, cycle).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(failure).to.equal("no route");
  });
});
