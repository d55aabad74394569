import { expect } from "chai";
import { keccak256, Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";
import { kindOfChain } from "../../deploy/chains.ts";
import { codeFor } from "../../deploy/code-for.ts";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig } from "../../deploy/config/schema.ts";
import { estimateGas } from "../../deploy/estimate-gas.ts";
import {
  CREATEX,
  CREATEX_CODE_HASH,
  create3Address,
  create3Call,
  ensureCreateX,
} from "../../deploy/factories/createx.ts";
import { canonicalSafe, ensureSafeContracts } from "../../deploy/factories/safe-contracts.ts";
import { Planner, type Step, wavesOf } from "../../deploy/planner.ts";
import { deployingChain, deploySuite } from "../../deploy/suite.ts";
import { planSuite } from "../../deploy/suite-plan.ts";
import { TerminalError } from "../../src/core/errors.ts";
import { refusalOf, terminalRefusal } from "../support/refusal.ts";

const connection = await hre.network.create();
const codeOf = await codeFor(connection.ethers);
const deployer = Wallet.createRandom().address;
const planned = (change: object = {}, from = deployer) =>
  planSuite(parseConfig({ ...local, ...change }), codeOf, from, 1_800_000_000n);

describe("A deployment's plan", () => {
  it("gives the same addresses on two chains whose tokens, feeds, limits and delays differ", () => {
    const [eth, ...others] = local.assets;
    if (eth === undefined) throw new Error("the local file lists assets");
    const here = planned();
    const there = planned({
      chainId: 31_338,
      sanctionsList: "none",
      timelock: { delaySeconds: 259_200n },
      rollbackWindowSeconds: 864_000n,
      warmForSeconds: 30,
      pyth: Wallet.createRandom().address,
      assets: [{ ...eth, deltaBps: 300n, feeds: eth.feeds.slice(0, 1) }, ...others.slice(0, 1)],
    });
    const { assets: a, sanctionsList: b, ...first } = here.addresses;
    const { assets: c, sanctionsList: d, ...second } = there.addresses;
    expect(a).not.to.deep.equal(c);
    expect(b).not.to.equal(d);
    // Contracts, and Safes: their owners are the same, and what they are set up with has the same addresses.
    expect(first).to.deep.equal(second);
    const creation = ({ steps }: typeof here, id: string) => steps.find((step) => step.id === id)?.data;
    expect(creation(here, "TimelockController")).not.to.equal(creation(there, "TimelockController"));
  });

  it("gives other addresses to another deployer and to another salt, and Safes to other owners only", () => {
    const vaults = [planned(), planned({}, Wallet.createRandom().address), planned({ salt: "second" })].map(
      ({ addresses }) => addresses.vault,
    );
    expect(new Set(vaults).size).to.equal(3);
    const council = { ...local.safes.council, owners: [...local.safes.council.owners].reverse() };
    const moved = planned({ safes: { ...local.safes, council } }).addresses;
    const { addresses } = planned();
    expect(moved.safes.council).not.to.equal(addresses.safes.council);
    expect({ ...moved.safes, council: "" }).to.deep.equal({ ...addresses.safes, council: "" });
    expect(moved.vault).to.equal(addresses.vault);
  });

  it("puts a step behind those whose contracts it mentions and those that it names", () => {
    const planner = new Planner(codeOf, deployer, "1");
    const timelock = planner.contract("TimelockController", [86_400n, [], [ZeroAddress], deployer]);
    planner.contract("SafeSetup");
    planner.contract("SafeGuard", [timelock]);
    planner.call(timelock, "TimelockController", "renounceRole", [`0x${"00".repeat(32)}`, deployer], {
      id: "leave",
      done: [],
      after: ["SafeGuard"],
    });
    const ids = wavesOf(planner.steps).map((wave) => wave.map(({ id }) => id));
    expect(ids).to.deep.equal([["TimelockController", "SafeSetup"], ["SafeGuard"], ["leave"]]);
    const [first, ...rest] = planner.steps;
    const broken = [{ ...first, after: ["leave"] } as Step, ...rest];
    expect(() => wavesOf(broken)).to.throw(TerminalError, "waits for leave");
    expect(() => planner.contract("SafeSetup")).to.throw(TerminalError, "Two steps are called SafeSetup");
  });

  it("takes every chain that is not known to be worthless for a main network", () => {
    expect([1n, 10n, 56n, 137n, 8_453n, 42_161n, 43_114n, 999_999n].map(kindOfChain)).to.deep.equal(
      Array(8).fill("main"),
    );
    expect([11_155_111n, 560_048n, 84_532n, 421_614n, 97n].map(kindOfChain)).to.deep.equal(
      Array(5).fill("test"),
    );
    expect([31_337n, 31_346n].map(kindOfChain)).to.deep.equal(["development", "development"]);
    expect(kindOfChain(31_347n)).to.equal("main");
  });
});

describe("The factories on a development chain", () => {
  it("are the canonical ones, and nobody but the deployer can take one of its addresses", async () => {
    const chain = await deployingChain(connection);
    await ensureCreateX(chain);
    await ensureSafeContracts(chain);
    expect(keccak256(await chain.provider.getCode(CREATEX))).to.equal(CREATEX_CODE_HASH);
    for (const address of Object.values(canonicalSafe())) {
      expect(await chain.provider.getCode(address)).not.to.equal("0x");
    }
    const [, mallory] = await connection.ethers.getSigners();
    const call = create3Call(chain.signer.address, "strongroom/1/Vault", codeOf("SafeSetup").bytecode);
    // The deployer's own salt leads elsewhere when somebody else brings it.
    await (await mallory?.sendTransaction(call))?.wait();
    const ours = create3Address(chain.signer.address, "strongroom/1/Vault");
    expect(await chain.provider.getCode(ours)).to.equal("0x");
    expect(create3Address(mallory?.address ?? "", "strongroom/1/Vault")).not.to.equal(ours);
    await (await chain.signer.sendTransaction(call)).wait();
    expect(await chain.provider.getCode(ours)).not.to.equal("0x");
  });

  it("stay what they are where another deployer puts CreateX there after it was looked for", async () => {
    const other = await hre.network.create();
    const chain = await deployingChain(other);
    await ensureCreateX(chain);
    let looks = 0;
    const provider = new Proxy(chain.provider, {
      get(target, name) {
        if (name === "getCode" && looks++ === 0) return async () => "0x";
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await ensureCreateX({ ...chain, provider });
    expect(looks).to.equal(2);
    expect(keccak256(await chain.provider.getCode(CREATEX))).to.equal(CREATEX_CODE_HASH);
    await other.close();
  });

  it("are refused where other code stands in their place", async () => {
    const other = await hre.network.create();
    const chain = await deployingChain(other);
    await other.networkHelpers.setCode(CREATEX, "0x00");
    expect(await refusalOf(ensureCreateX(chain))).to.equal("CREATEX_FOREIGN");
    expect(await refusalOf(ensureCreateX({ ...chain, chainId: 11_155_111n }))).to.equal("CREATEX_FOREIGN");
    await other.networkHelpers.setCode(canonicalSafe().singleton, "0x00");
    expect(await refusalOf(ensureSafeContracts(chain))).to.equal("SAFE_NOT_CANONICAL");
    await other.close();
  });

  it("are not put on a public chain that lacks them", async () => {
    const other = await hre.network.create();
    const chain = { ...(await deployingChain(other)), chainId: 11_155_111n };
    expect(await refusalOf(ensureCreateX(chain))).to.equal("CREATEX_MISSING");
    expect(await refusalOf(ensureSafeContracts(chain))).to.equal("SAFE_MISSING");
    await other.close();
  });
});

describe("deploySuite", () => {
  it("goes on with what stands, refuses what another deployment put there, and a file of another chain", async () => {
    const other = await hre.network.create();
    const config = parseConfig({ ...local, salt: "again" });
    const first = await deploySuite(other, config);
    const second = await deploySuite(other, config, {
      began: { block: 0, at: BigInt(first.addresses.guardianKeys[0]?.expiry ?? 0) - 364n * 86_400n },
    });
    expect(second.run.sent).to.equal(0);
    expect(second.addresses.vault).to.equal(first.addresses.vault);
    const changed = parseConfig({ ...local, salt: "again", rollbackWindowSeconds: 864_000n });
    const error = await terminalRefusal(deploySuite(other, changed));
    expect(error.code).to.equal("OTHER_DEPLOYMENT");
    expect(error.facts.differs).to.equal("upgradeController");
    const elsewhere = parseConfig({ ...local, chainId: 31_338 });
    expect(await refusalOf(deploySuite(other, elsewhere))).to.equal("WRONG_CHAIN");
    // The estimate from sizes alone is enough, and not twice too much.
    const { steps } = planSuite(config, codeOf, first.addresses.deployer, 0n);
    expect(estimateGas(steps)).to.be.within(first.run.gasUsed, (first.run.gasUsed * 3n) / 2n);
    await other.close();
  });
});
