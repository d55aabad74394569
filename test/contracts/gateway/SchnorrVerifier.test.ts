import { readFileSync } from "node:fs";
import { schnorr_FROST as frost, schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { expect } from "chai";
import { concat, getBytes, id as hashOf, hexlify, sha256, toBeHex, toUtf8Bytes } from "ethers";
import hre from "hardhat";
import type { SchnorrVerifier } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { NEVER } from "../../support/deployCore.ts";
import { COIN, deployGateway, proofOf } from "../../support/gatewayFixture.ts";
import bip340 from "../../vectors/bip340-schnorr.json" with { type: "json" };

const { ethers, networkHelpers } = await hre.network.create();
const face = await ethers.getContractFactory("SchnorrVerifier");
const P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Those whose message has 32 bytes: what a digest has. */
const vectors = bip340.vectors.filter(({ message }) => message.length === 64);

const verifierOf = async (x: bigint) => deployAs<SchnorrVerifier>(ethers, "SchnorrVerifier", [x]);

/** The even y of R, as the longer form of a signature brings it; zero where there is none. */
function evenY(x: bigint): bigint {
  try {
    return schnorr.Point.fromHex(`02${x.toString(16).padStart(64, "0")}`).toAffine().y;
  } catch {
    return 0n;
  }
}
const wordsOf = (signature: string): readonly [bigint, bigint] => {
  const hex = hexlify(signature).slice(2);
  return [BigInt(`0x${hex.slice(0, 64)}`), BigInt(`0x${hex.slice(64)}`)];
};
const longer = (signature: string) => concat([signature, toBeHex(evenY(wordsOf(signature)[0]), 32)]);

/** A FROST group of two of three, and how any two of its members sign. */
function group() {
  const identifiers = ["alice", "bob", "carol"].map((name) => frost.Identifier.derive(name));
  const { public: key, secretShares } = frost.trustedDealer({ min: 2, max: 3 }, identifiers);
  const first = key.commitments[0];
  if (first === undefined) throw new Error("a group without a key");
  const sign = (message: Uint8Array, members: readonly number[]): string => {
    const shares = members.map((member) => {
      const secret = secretShares[identifiers[member] as never];
      if (secret === undefined) throw new Error("no such member");
      return { secret, nonces: frost.commit(secret) };
    });
    const commitments = shares.map(({ nonces }) => nonces.commitments);
    const parts = Object.fromEntries(
      shares.map(({ secret, nonces }) => [
        secret.identifier,
        frost.signShare(secret, key, nonces.nonces, commitments, message),
      ]),
    );
    return hexlify(frost.aggregate(key, commitments, message, parts));
  };
  return { x: BigInt(hexlify(first.slice(1))), sign };
}

describe("SchnorrVerifier", () => {
  describe("BIP-340's vectors", () => {
    for (const { index, publicKey: key, message, signature, valid, comment } of vectors) {
      it(`${index}: ${valid}${comment === "" ? "" : `, ${comment}`}`, async () => {
        const x = BigInt(`0x${key}`);
        if (index === 5 || index === 14) {
          await expect(verifierOf(x))
            .to.be.revertedWithCustomError(face, "SchnorrVerifier_NotAKey")
            .withArgs(x);
          return;
        }
        const verifier = await verifierOf(x);
        expect(await verifier.key()).to.equal(x);
        expect(await verifier.verify(`0x${message}`, `0x${signature}`)).to.equal(valid);
        expect(await verifier.verify(`0x${message}`, longer(`0x${signature}`))).to.equal(valid);
      });
    }
  });

  it("agrees with noble about keys, messages and signatures, and about each of them changed", async () => {
    for (let seed = 1; seed <= 12; ++seed) {
      const secret = getBytes(hashOf(`secret ${seed}`));
      const message = hashOf(`message ${seed}`);
      const verifier = await verifierOf(BigInt(hexlify(schnorr.getPublicKey(secret))));
      const signature = hexlify(schnorr.sign(getBytes(message), secret));
      const [rx, s] = wordsOf(signature);
      expect(await verifier.verify(message, signature)).to.equal(true);
      expect(await verifier.verify(message, longer(signature))).to.equal(true);
      const other = (r: bigint, t: bigint) => concat([toBeHex(r, 32), toBeHex(t, 32)]);
      for (const changed of [other(rx ^ 1n, s), other(rx, s ^ 1n), other(rx, N - s), other(s % P, rx % N)]) {
        expect(await verifier.verify(message, changed)).to.equal(false);
        expect(await verifier.verify(message, longer(changed))).to.equal(false);
      }
      expect(await verifier.verify(hashOf("another"), signature)).to.equal(false);
    }
  });

  it("takes R's y exactly: not odd, not beyond the field, not off the curve", async () => {
    const secret = getBytes(hashOf("secret"));
    const message = hashOf("message");
    const verifier = await verifierOf(BigInt(hexlify(schnorr.getPublicKey(secret))));
    const signature = hexlify(schnorr.sign(getBytes(message), secret));
    const y = evenY(wordsOf(signature)[0]);
    const withY = (of: bigint) => verifier.verify(message, concat([signature, toBeHex(of, 32)]));
    expect(await withY(y)).to.equal(true);
    for (const wrong of [0n, P - y, y + 1n, y + 2n, (y + P) % (1n << 256n), P, 1n]) {
      expect(await withY(wrong)).to.equal(false);
    }
  });

  it("takes no R with an odd y, though its equation holds", async () => {
    const vector = vectors.find(({ index }) => index === 6);
    if (vector === undefined) throw new Error("BIP-340 has a vector 6");
    const verifier = await verifierOf(BigInt(`0x${vector.publicKey}`));
    const signature = `0x${vector.signature}`;
    const odd = P - evenY(wordsOf(signature)[0]);
    expect(await verifier.verify(`0x${vector.message}`, concat([signature, toBeHex(odd, 32)]))).to.equal(
      false,
    );
  });

  it("takes signatures of its two lengths only, and a scalar below the order", async () => {
    const secret = getBytes(hashOf("secret"));
    const message = hashOf("message");
    const verifier = await verifierOf(BigInt(hexlify(schnorr.getPublicKey(secret))));
    const signature = hexlify(schnorr.sign(getBytes(message), secret));
    for (const wrong of ["0x", signature.slice(0, -2), `${signature}00`, `${longer(signature)}00`]) {
      expect(await verifier.verify(message, wrong)).to.equal(false);
    }
    const [rx] = wordsOf(signature);
    for (const s of [0n, N, N + 1n, (1n << 256n) - 1n]) {
      const changed = concat([toBeHex(rx, 32), toBeHex(s, 32)]);
      expect(await verifier.verify(message, changed)).to.equal(false);
      expect(await verifier.verify(message, longer(changed))).to.equal(false);
    }
  });

  it("is made of the x of a point below the group's order", async () => {
    const known = (x: bigint) => evenY(x) !== 0n;
    let off = 1n;
    while (known(off)) ++off;
    let beyond = N;
    while (!known(beyond)) ++beyond;
    for (const x of [0n, off, P, P + 1n, (1n << 256n) - 1n, beyond]) {
      await expect(verifierOf(x)).to.be.revertedWithCustomError(face, "SchnorrVerifier_NotAKey");
    }
    await verifierOf(secp256k1.Point.BASE.toAffine().x);
  });

  it("tags challenges as BIP-340 does", async () => {
    // The constant of contracts/gateway/libraries/Bip340.sol.
    const source = readFileSync("contracts/gateway/libraries/Bip340.sol", "utf8");
    expect(source).to.contain(sha256(toUtf8Bytes("BIP0340/challenge")));
  });

  it("takes what any two of a FROST group sign, and its committee credits by it", async () => {
    const d = await networkHelpers.loadFixture(deployed);
    const { x, sign } = group();
    const verifier = await verifierOf(x);
    const message = getBytes(hashOf("a statement"));
    for (const members of [
      [0, 1],
      [1, 2],
      [0, 2],
    ]) {
      expect(await verifier.verify(message, sign(message, members))).to.equal(true);
    }
    await d.committee.rotate(1, verifier, 0, NEVER);
    const deposit = d.depositOf();
    const statement = {
      chain: d.chain,
      messageId: await d.depositId(deposit),
      content: ethers.keccak256(
        ethers.AbiCoder.defaultAbiCoder().encode(
          ["address", "uint256", "uint256"],
          [deposit.account, deposit.asset, deposit.amount],
        ),
      ),
    };
    const signature = sign(getBytes(await d.digest(statement)), [0, 2]);
    await d.gateway.credit(deposit, proofOf(2n, longer(signature)));
    expect(await d.ledger(d.anna)).to.equal(6n * COIN);
  });
});

async function deployed() {
  return deployGateway(ethers, networkHelpers);
}
