import { expect } from "chai";
import {
  concat,
  getBytes,
  id as hashOf,
  hexlify,
  type Signature,
  toBeHex,
  type Wallet,
  ZeroAddress,
} from "ethers";
import hre from "hardhat";
import type { MultisigVerifier } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { committeeOf, signedBy } from "../../support/gatewayFixture.ts";

const { ethers } = await hre.network.create();
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const digest = hashOf("a statement");
const keys = committeeOf("members", 5);
const addresses = keys.map((key) => key.address);
const [a, b, c, d] = keys as [Wallet, Wallet, Wallet, Wallet, Wallet];
const verifier = await deployAs<MultisigVerifier>(ethers, "MultisigVerifier", [addresses, 3]);
const face = await ethers.getContractFactory("MultisigVerifier");
const verify = (signature: string, of = digest) => verifier.verify(of, signature);

describe("MultisigVerifier", () => {
  it("takes any quorum in ascending order", async () => {
    expect(await verifier.threshold()).to.equal(3n);
    expect(await verifier.signers()).to.deep.equal(addresses);
    for (const quorum of [
      [a, b, c],
      [b, c, d],
      [a, c, d],
    ]) {
      expect(await verify(signedBy(quorum, digest))).to.equal(true);
    }
  });

  it("takes neither fewer nor more, no one twice, no other order, no stranger, no other digest", async () => {
    const stranger = committeeOf("strangers", 1)[0] as Wallet;
    const sorted = (...of: readonly Wallet[]) =>
      [...of].sort((x, y) => (BigInt(x.address) < BigInt(y.address) ? -1 : 1));
    for (const signers of [[], [a, b], keys.slice(0, 4), [a, a, b], [a, b, b], [b, a, c], [a, c, b]]) {
      expect(await verify(signedBy(signers, digest))).to.equal(false);
    }
    expect(await verify(signedBy(sorted(a, b, stranger), digest))).to.equal(false);
    expect(await verify(signedBy([a, b, c], digest), hashOf("another"))).to.equal(false);
  });

  it("takes no malleated, torn or invented signature", async () => {
    const good = [a, b, c].map((key) => key.signingKey.sign(digest));
    const [first, ...rest] = good as [Signature, Signature, Signature];
    const high = concat([first.r, toBeHex(N - BigInt(first.s), 32), toBeHex(first.v === 27 ? 28 : 27, 1)]);
    const others = rest.map(({ serialized }) => serialized);
    expect(await verify(concat([high, ...others]))).to.equal(false);
    const whole = getBytes(concat(good.map(({ serialized }) => serialized)));
    expect(await verify(hexlify(whole.slice(0, -1)))).to.equal(false);
    expect(await verify(concat([whole, "0x00"]))).to.equal(false);
    expect(await verify(concat([`0x${"00".repeat(65)}`, ...others]))).to.equal(false);
    // EIP-2098's short form is another spelling: refused by its length.
    expect(await verify(concat(good.map(({ compactSerialized }) => compactSerialized)))).to.equal(false);
  });

  it("is made of ascending keys and a quorum of more than half", async () => {
    const made = (signers: readonly string[], threshold: number) =>
      ethers.deployContract("MultisigVerifier", [signers, threshold]);
    for (const [count, threshold] of [
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 2],
      [3, 4],
    ] as const) {
      const sent = made(addresses.slice(0, count), threshold);
      await expect(sent).to.be.revertedWithCustomError(face, "MultisigVerifier_BadThreshold");
    }
    const [x, y] = addresses as [string, string];
    for (const keys of [
      [y, x],
      [x, x],
      [ZeroAddress, x],
    ]) {
      await expect(made(keys, 2)).to.be.revertedWithCustomError(face, "MultisigVerifier_NotAscending");
    }
    const many = committeeOf("many", 33).map(({ address }) => address);
    await expect(made(many, 17)).to.be.revertedWithCustomError(face, "MultisigVerifier_TooManySigners");
    await ethers.deployContract("MultisigVerifier", [many.slice(0, 32), 17]);
    await ethers.deployContract("MultisigVerifier", [[x], 1]);
  });
});
