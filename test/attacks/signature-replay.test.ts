import { expect } from "chai";
import hre from "hardhat";
import type { MockApp, MockWallet1271 } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { HOUR } from "../support/deployCore.ts";
import { CENT, setStage, VERB } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const MONEY = 1_000_000n * CENT;

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, MONEY, s.anna);
  const transfer = await s.intent(s.anna, {
    verb: VERB.TRANSFER,
    asset: id,
    amount: CENT,
    to: s.carl.address,
  });
  return { ...s, id, transfer };
}

describe("attack: signature replay", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("the same intent twice: its nonce is used", async () => {
    const s = await setup();
    const signature = await s.sign(s.anna, s.transfer);
    const face = await ethers.getContractAt("Vault", await s.vault.getAddress());
    await s.vault.connect(s.mallory).bySig(s.transfer, "0x", signature);
    await expect(s.vault.connect(s.mallory).bySig(s.transfer, "0x", signature)).to.be.revertedWithCustomError(
      face,
      "InvalidAccountNonce",
    );
    expect(await s.vault.balanceOf(s.carl, s.id)).to.equal(CENT);
    await s.audit();
  });

  it("ANCHORS 3.10: on another chain, in another contract, under another name or version", async () => {
    const s = await setup();
    const domains = [
      { ...s.vaultDomain, chainId: s.chainId + 1n },
      { ...s.vaultDomain, verifyingContract: await s.registry.getAddress() },
      { ...s.vaultDomain, name: "Strongroom TierRegistry" },
      { ...s.vaultDomain, version: "2" },
      { name: "Strongroom Vault", version: "1", verifyingContract: await s.vault.getAddress() },
    ];
    for (const domain of domains) {
      const signature = await s.sign(s.anna, s.transfer, domain);
      await expect(s.vault.bySig(s.transfer, "0x", signature)).to.be.revertedWithCustomError(
        s.vault,
        "Vault_BadSignature",
      );
    }
    expect(await s.vault.balanceOf(s.carl, s.id)).to.equal(0n);
    await s.audit();
  });

  it("after its deadline", async () => {
    const s = await setup();
    const signature = await s.sign(s.anna, s.transfer);
    await s.waitUntil(s.transfer.deadline + 1n);
    await expect(s.vault.bySig(s.transfer, "0x", signature)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_DeadlinePassed",
    );
    await s.audit();
  });

  it("with any field changed, or a signature bent, cut or somebody else's", async () => {
    const s = await setup();
    const signature = await s.sign(s.anna, s.transfer);
    const changes = [
      { to: s.mallory.address },
      { amount: 2n * CENT },
      { verb: VERB.WITHDRAW },
      { owner: s.bert.address },
      { deadline: s.transfer.deadline + 1n },
      { nonce: s.transfer.nonce + (1n << 64n) },
      { ref: ethers.id("other") },
    ];
    for (const change of changes) {
      await expect(
        s.vault.bySig({ ...s.transfer, ...change }, "0x", signature),
      ).to.be.revertedWithCustomError(s.vault, "Vault_BadSignature");
    }
    // The other half of the curve: the same point, another text. Order n of secp256k1, SEC 2.
    const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const { r, s: low, v } = ethers.Signature.from(signature);
    const bent = ethers.concat([r, ethers.toBeHex(n - BigInt(low), 32), v === 27 ? "0x1c" : "0x1b"]);
    for (const bad of [bent, signature.slice(0, -2), "0x", await s.sign(s.mallory, s.transfer)]) {
      await expect(s.vault.bySig(s.transfer, "0x", bad)).to.be.revertedWithCustomError(
        s.vault,
        "Vault_BadSignature",
      );
    }
    await s.vault.bySig(s.transfer, "0x", signature);
    expect(await s.vault.balanceOf(s.carl, s.id)).to.equal(CENT);
    await s.audit();
  });

  it("of a cancellation: neither for the same id, which never recurs, nor for the next exit of the same terms", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, MONEY / 2n, s.anna);
    const coder = ethers.AbiCoder.defaultAbiCoder();
    const encode = (e: typeof exit) =>
      coder.encode(
        ["tuple(address,address,uint256,uint112,uint40,uint40,uint32)"],
        [[e.owner, e.to, e.asset, e.amount, e.soon, e.late, e.seq]],
      );
    const data = encode(exit);
    const first = await s.intent(s.anna, { verb: VERB.CANCEL, ref: ethers.keccak256(data) });
    // Two nonces of two keys: the second text is valid when it arrives, but its exit is gone.
    const second = { ...first, nonce: 1n << 64n };
    await s.vault.bySig(first, data, await s.sign(s.anna, first));
    const replay = s.vault.bySig(second, data, await s.sign(s.anna, second));
    await expect(replay).to.be.revertedWithCustomError(s.vault, "Vault_NotOpen");
    const again = await s.queue(s.anna, s.id, MONEY / 2n, s.anna);
    expect(again.seq).to.equal(exit.seq + 1n);
    expect(s.idOf(again)).to.not.equal(s.idOf(exit));
    await expect(
      s.vault.bySig(second, encode(again), await s.sign(s.anna, second)),
    ).to.be.revertedWithCustomError(s.vault, "Vault_BadIntent");
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_NotOpen");
    await s.audit();
  });

  it("INV-CUS-4: nobody cancels another's exit by signing for himself", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, MONEY / 2n, s.anna);
    const data = ethers.AbiCoder.defaultAbiCoder().encode(
      ["tuple(address,address,uint256,uint112,uint40,uint40,uint32)"],
      [[exit.owner, exit.to, exit.asset, exit.amount, exit.soon, exit.late, exit.seq]],
    );
    const intent = await s.intent(s.mallory, { verb: VERB.CANCEL, ref: ethers.keccak256(data) });
    await expect(s.vault.bySig(intent, data, await s.sign(s.mallory, intent))).to.be.revertedWithCustomError(
      s.vault,
      "Vault_OnlyOwner",
    );
    await s.audit();
  });

  it("of a call: `data` is bound by the reference, unused fields must be zero", async () => {
    const s = await setup();
    const app = await deployAs<MockApp>(ethers, "MockApp", [s.vault]);
    await s.vault.setKind(app, 1);
    const call = (amount: bigint) =>
      ethers.AbiCoder.defaultAbiCoder().encode(["uint256[]", "uint112[]", "bytes"], [[s.id], [amount], "0x"]);
    const intent = await s.intent(s.anna, {
      verb: VERB.CALL,
      to: await app.getAddress(),
      ref: ethers.keccak256(call(CENT)),
    });
    const signature = await s.sign(s.anna, intent);
    await expect(s.vault.bySig(intent, call(MONEY), signature)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_BadIntent",
    );
    const padded = { ...intent, amount: 1n };
    await expect(
      s.vault.bySig(padded, call(CENT), await s.sign(s.anna, padded)),
    ).to.be.revertedWithCustomError(s.vault, "Vault_BadIntent");
    await s.vault.bySig(intent, call(CENT), signature);
    expect(await s.vault.balanceOf(app, s.id)).to.equal(CENT);
    await s.audit();
  });

  it("REVIEW 13: a wallet that rotates its owner voids what the former one signed", async () => {
    const s = await setup();
    const wallet = await deployAs<MockWallet1271>(ethers, "MockWallet1271", [s.bert]);
    await s.fund(await wallet.getAddress(), s.id, CENT);
    const intent = await s.intent(await wallet.getAddress(), {
      asset: s.id,
      amount: CENT,
      to: s.carl.address,
    });
    const signature = await s.sign(s.bert, intent);
    await wallet.setOwner(s.carl);
    await expect(s.vault.bySig(intent, "0x", signature)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_BadSignature",
    );
    await s.vault.bySig(intent, "0x", await s.sign(s.carl, intent));
    expect(await s.vault.balanceOf(s.carl, s.id)).to.equal(CENT);
    await s.audit();
  });

  it("a signed exit gets no other verdict than a direct one", async () => {
    const s = await setup();
    const intent = await s.intent(s.anna, {
      verb: VERB.WITHDRAW,
      asset: s.id,
      amount: CENT,
      to: s.mallory.address,
      deadline: (await s.now()) + HOUR,
    });
    const asked = await s.outcome(
      s.vault.connect(s.mallory).bySig(intent, "0x", await s.sign(s.anna, intent)),
    );
    expect(asked.reasons).to.deep.equal(["NEW_DESTINATION"]);
    await s.audit();
  });
});
