import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import type { TypedDataDomain } from "ethers";
import hre from "hardhat";
import { DAY, NEVER } from "../../support/deployCore.ts";
import { deployVault, type ExitTerms, ONE, PHASE, queuedIn } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const coder = ethers.AbiCoder.defaultAbiCoder();

const VERB = { TRANSFER: 0n, CALL: 1n, WITHDRAW: 2n, CANCEL: 3n, SET_DESTINATION: 4n, SET_CAP: 5n } as const;

/** As docs and wallets have it: EIP-712. */
const TYPES = {
  Intent: [
    { name: "owner", type: "address" },
    { name: "verb", type: "uint8" },
    { name: "asset", type: "uint256" },
    { name: "amount", type: "uint112" },
    { name: "to", type: "address" },
    { name: "ref", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

interface IntentTerms {
  owner: string;
  verb: bigint;
  asset: bigint;
  amount: bigint;
  to: string;
  ref: string;
  nonce: bigint;
  deadline: bigint;
}

async function deposited() {
  const d = await deployVault(ethers, networkHelpers);
  await d.give(d.anna, "erc20", 100n * ONE);
  await d.vault.connect(d.anna).deposit(d.tokenId, 50n * ONE, d.wallet);
  const { chainId } = await ethers.provider.getNetwork();
  const domain: TypedDataDomain = {
    name: "Strongroom Vault",
    version: "1",
    chainId,
    verifyingContract: d.vaultAddress,
  };
  return { ...d, domain };
}

type Fixture = Awaited<ReturnType<typeof deposited>>;
const load = () => networkHelpers.loadFixture(deposited);

function intent(d: Fixture, change: Partial<IntentTerms>): IntentTerms {
  return {
    owner: d.anna.address,
    verb: VERB.TRANSFER,
    asset: 0n,
    amount: 0n,
    to: ethers.ZeroAddress,
    ref: ethers.ZeroHash,
    nonce: 0n,
    deadline: NEVER,
    ...change,
  };
}

const sign = (d: Fixture, i: IntentTerms, signer: HardhatEthersSigner = d.anna, domain = d.domain) =>
  signer.signTypedData(domain, TYPES, i);

/** Signs and has mallory, who is nobody, submit it. */
async function submit(d: Fixture, i: IntentTerms, data = "0x", signer: HardhatEthersSigner = d.anna) {
  return d.vault.connect(d.mallory).bySig(i, data, await sign(d, i, signer));
}

const encodedExit = (e: ExitTerms) =>
  coder.encode(
    ["address", "address", "uint256", "uint112", "uint40", "uint40", "uint32"],
    [e.owner, e.to, e.asset, e.amount, e.soon, e.late, e.seq],
  );

describe("Vault: bySig", () => {
  describe("given each verb", () => {
    it("transfers, and events the reference", async () => {
      const d = await load();
      const ref = ethers.id("invoice 7");
      const i = intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address, ref });
      await expect(submit(d, i)).to.emit(d.vault, "Referenced").withArgs(d.anna, ref);
      expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(ONE);
    });

    it("transfers to nobody no more than the direct verb does", async () => {
      const d = await load();
      await expect(submit(d, intent(d, { asset: d.tokenId, amount: ONE }))).to.be.revertedWithCustomError(
        d.face,
        "ERC6909InvalidReceiver",
      );
    });

    it("calls an app", async () => {
      const d = await load();
      const data = coder.encode(["uint256[]", "uint112[]", "bytes"], [[d.tokenId], [5n], "0xabcd"]);
      await submit(
        d,
        intent(d, { verb: VERB.CALL, to: await d.app.getAddress(), ref: ethers.keccak256(data) }),
        data,
      );
      expect(await d.app.lastOwner()).to.equal(d.anna.address);
      expect(await d.app.lastData()).to.equal("0xabcd");
      expect(await d.vault.balanceOf(d.app, d.tokenId)).to.equal(5n);
    });

    it("withdraws", async () => {
      const d = await load();
      const i = intent(d, { verb: VERB.WITHDRAW, asset: d.tokenId, amount: ONE, to: d.bert.address });
      const { exit } = await queuedIn(d, submit(d, i));
      expect(exit.owner).to.equal(d.anna.address);
      expect(exit.to).to.equal(d.bert.address);
    });

    it("cancels", async () => {
      const d = await load();
      const { id, exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.bert));
      const data = encodedExit(exit);
      expect(ethers.keccak256(data)).to.equal(id);
      await expect(submit(d, intent(d, { verb: VERB.CANCEL, ref: id }), data)).to.emit(d.vault, "Cancelled");
      expect((await d.vault.openOf(id)).phase).to.equal(PHASE.NONE);
    });

    it("cancels the signer's exits only", async () => {
      const d = await load();
      const { exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.bert));
      const data = encodedExit(exit);
      const i = intent(d, { owner: d.mallory.address, verb: VERB.CANCEL, ref: ethers.keccak256(data) });
      await expect(submit(d, i, data, d.mallory))
        .to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner")
        .withArgs(d.anna);
    });

    it("names and removes a destination", async () => {
      const d = await load();
      const terms = { verb: VERB.SET_DESTINATION, to: d.bert.address };
      const time = (await d.now()) + 10n;
      await d.at(time);
      await submit(d, intent(d, { ...terms, amount: 1n }));
      expect(await d.vault.destinationOf(d.anna, d.bert)).to.equal(time + DAY);
      await submit(d, intent(d, { ...terms, nonce: 1n }));
      expect(await d.vault.destinationOf(d.anna, d.bert)).to.equal(0n);
    });

    it("sets the own cap, and lifts it", async () => {
      const d = await load();
      await submit(d, intent(d, { verb: VERB.SET_CAP, amount: 500n }));
      expect((await d.vault.facts(d.anna, d.tokenId, 1n, d.bert)).cap).to.equal(500n);
      await submit(d, intent(d, { verb: VERB.SET_CAP, amount: NEVER, nonce: 1n }));
      expect((await d.vault.subjectRecord(d.anna)).nextCapFrom).to.be.greaterThan(0n);
    });

    it("is bound by holds as the direct verb is", async () => {
      const d = await load();
      await d.vault.connect(d.officer).hold(d.anna, 100n);
      await expect(
        submit(d, intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address })),
      ).to.be.revertedWithCustomError(d.vault, "Vault_Held");
    });
  });

  describe("given a contract account (ERC-1271)", () => {
    it("takes its owner's signature while that is its owner", async () => {
      const d = await load();
      const wallet = await d.wallet.getAddress();
      const i = intent(d, { owner: wallet, asset: d.tokenId, amount: ONE, to: d.bert.address });
      await submit(d, i);
      expect(await d.vault.balanceOf(d.wallet, d.tokenId)).to.equal(49n * ONE);
      await d.wallet.setOwner(d.bert);
      await expect(submit(d, { ...i, nonce: 1n }))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadSignature")
        .withArgs(wallet);
      await d.wallet.setRefuses(true);
      await expect(submit(d, { ...i, nonce: 1n }, "0x", d.bert)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_BadSignature",
      );
    });
  });

  describe("given nonces", () => {
    it("takes each once and in order", async () => {
      const d = await load();
      const i = intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address });
      await submit(d, i);
      expect(await d.vault.nonces(d.anna, 0n)).to.equal(1n);
      await expect(submit(d, i))
        .to.be.revertedWithCustomError(d.face, "InvalidAccountNonce")
        .withArgs(d.anna, 1n);
      await expect(submit(d, { ...i, nonce: 2n })).to.be.revertedWithCustomError(
        d.face,
        "InvalidAccountNonce",
      );
      expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(ONE);
    });

    it("counts each key on its own", async () => {
      const d = await load();
      const key = 9n << 64n;
      const i = intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address, nonce: key });
      await submit(d, i);
      await submit(d, { ...i, nonce: 0n });
      expect(await d.vault.nonces(d.anna, 9n)).to.equal(key + 1n);
      expect(await d.vault.nonces(d.anna, 0n)).to.equal(1n);
    });

    it("keeps the nonce where the verb fails", async () => {
      const d = await load();
      await expect(
        submit(d, intent(d, { asset: d.tokenId, amount: 101n * ONE, to: d.bert.address })),
      ).to.be.revertedWithCustomError(d.face, "ERC6909InsufficientBalance");
      expect(await d.vault.nonces(d.anna, 0n)).to.equal(0n);
    });
  });

  describe("given another text than was signed", () => {
    it("refuses every changed field", async () => {
      const d = await load();
      const i = intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address });
      const signature = await sign(d, i);
      for (const change of [
        { verb: VERB.WITHDRAW },
        { asset: 1n << 248n },
        { amount: 2n * ONE },
        { to: d.mallory.address },
        { ref: ethers.id("x") },
        { nonce: 1n },
        { deadline: NEVER - 1n },
      ]) {
        await expect(d.vault.bySig({ ...i, ...change }, "0x", signature))
          .to.be.revertedWithCustomError(d.vault, "Vault_BadSignature")
          .withArgs(d.anna);
      }
      await expect(d.vault.bySig({ ...i, owner: d.bert.address }, "0x", signature))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadSignature")
        .withArgs(d.bert);
    });

    it("refuses a signature for another chain, contract, name or version", async () => {
      const d = await load();
      const i = intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address });
      for (const change of [
        { chainId: 1n },
        { verifyingContract: d.mallory.address },
        { name: "Strongroom" },
        { version: "2" },
      ]) {
        const signature = await sign(d, i, d.anna, { ...d.domain, ...change });
        await expect(d.vault.bySig(i, "0x", signature)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_BadSignature",
        );
      }
    });

    it("refuses what is late, and fields that a verb doesn't use", async () => {
      const d = await load();
      const deadline = (await d.now()) + 5n;
      const i = intent(d, { asset: d.tokenId, amount: ONE, to: d.bert.address, deadline });
      const signature = await sign(d, i);
      await d.at(deadline + 1n);
      await expect(d.vault.bySig(i, "0x", signature))
        .to.be.revertedWithCustomError(d.vault, "Vault_DeadlinePassed")
        .withArgs(deadline);
      await expect(submit(d, { ...i, deadline: NEVER }, "0x01"))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadIntent")
        .withArgs(VERB.TRANSFER);
      await expect(submit(d, intent(d, { verb: VERB.SET_CAP, amount: 1n << 40n })))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadIntent")
        .withArgs(VERB.SET_CAP);
    });
  });

  it("names its domain (ERC-5267)", async () => {
    const d = await load();
    const [fields, name, version, chainId, contract, salt, extensions] = await d.face.eip712Domain();
    expect([fields, name, version, contract]).to.deep.equal([
      "0x0f",
      "Strongroom Vault",
      "1",
      d.vaultAddress,
    ]);
    expect(chainId).to.equal(BigInt(String(d.domain.chainId)));
    expect([salt, extensions.length]).to.deep.equal([ethers.ZeroHash, 0]);
  });
});
