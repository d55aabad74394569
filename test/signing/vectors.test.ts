import { schnorr, schnorr_FROST, secp256k1, secp256k1_FROST } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { expect } from "chai";
import { committedShare, deal, lagrangeAtZero, shareFits, shareOf } from "../../src/signing/frost/dealing.ts";
import { outputKey, tweakScalar, tweakSecret } from "../../src/signing/taproot-tweak.ts";
import bip340 from "../vectors/bip340-schnorr.json" with { type: "json" };
import bip341 from "../vectors/bip341-key-tweaks.json" with { type: "json" };
import zcash from "../vectors/frost-secp256k1-tr.json" with { type: "json" };
import rfc from "../vectors/rfc9591-frost-secp256k1.json" with { type: "json" };

const bytes = (hex: string) => hexToBytes(hex) as Uint8Array<ArrayBuffer>;
const { Fn } = secp256k1.Point;

/** Gives out what vectors say was drawn. */
function drawing(...draws: string[]) {
  return () => {
    const next = draws.shift();
    if (next === undefined) throw new Error("nothing is left to draw");
    return bytes(next);
  };
}

/** One run of a suite with the randomness, shares and message of its vectors. */
function run(suite: typeof secp256k1_FROST, vectors: typeof rfc | typeof zcash) {
  const { inputs, round_one_outputs, round_two_outputs } = vectors;
  const secret = bytes(inputs.group_secret_key);
  const [coefficient = ""] = inputs.share_polynomial_coefficients;
  const shares = inputs.participant_shares.map(({ identifier, participant_share }) => ({
    identifier: suite.Identifier.fromNumber(identifier),
    signingShare: bytes(participant_share),
  }));
  const points = [secret, bytes(coefficient)].map((scalar) =>
    secp256k1.Point.BASE.multiply(Fn.fromBytes(scalar)),
  );
  const pub = {
    signers: { min: 2, max: 3 },
    commitments: points.map((point) => point.toBytes(true) as Uint8Array<ArrayBuffer>),
    verifyingShares: Object.fromEntries(
      shares.map(({ identifier, signingShare }) => [
        identifier,
        secp256k1.getPublicKey(signingShare, true) as Uint8Array<ArrayBuffer>,
      ]),
    ),
  };
  const rounds = round_one_outputs.outputs.map((output) => {
    const share = shares.find(
      ({ identifier }) => identifier === suite.Identifier.fromNumber(output.identifier),
    );
    if (share === undefined) throw new Error("the vectors have no such share");
    const made = suite.commit(
      share,
      drawing(output.hiding_nonce_randomness, output.binding_nonce_randomness),
    );
    return { share, made, output };
  });
  const commitments = rounds.map(({ made }) => made.commitments);
  const message = bytes(inputs.message);
  const signed = rounds.map(({ share, made }) => ({
    identifier: share.identifier,
    share: suite.signShare(share, pub, made.nonces, commitments, message),
  }));
  const signature = suite.aggregate(
    pub,
    commitments,
    message,
    Object.fromEntries(signed.map(({ identifier, share }) => [identifier, share])),
  );
  return { rounds, signed, signature, expected: round_two_outputs.outputs, shares, points };
}

describe("published vectors of what signs", () => {
  describe("given RFC 9591's run of FROST(secp256k1, SHA-256)", () => {
    it("has its nonce commitments, signature shares and signature", () => {
      const { rounds, signed, signature, expected } = run(secp256k1_FROST, rfc);
      for (const { made, output } of rounds) {
        expect(bytesToHex(made.commitments.hiding)).to.equal(output.hiding_nonce_commitment);
        expect(bytesToHex(made.commitments.binding)).to.equal(output.binding_nonce_commitment);
      }
      expect(signed.map(({ share }) => bytesToHex(share))).to.deep.equal(
        expected.map(({ sig_share }) => sig_share),
      );
      expect(bytesToHex(signature)).to.equal(rfc.final_output.sig);
    });

    it("has its shares, by the dealings that this project's keys are made of", () => {
      const { shares, points } = run(secp256k1_FROST, rfc);
      const coefficients = [rfc.inputs.group_secret_key, ...rfc.inputs.share_polynomial_coefficients];
      const dealing = { coefficients: coefficients.map((hex) => BigInt(`0x${hex}`)), commitments: points };
      for (const [place, { signingShare }] of shares.entries()) {
        const share = shareOf(dealing, place + 1);
        expect(bytesToHex(Fn.toBytes(share))).to.equal(bytesToHex(signingShare));
        expect(shareFits(share, points, place + 1)).to.equal(true);
        expect(shareFits(Fn.add(share, 1n), points, place + 1)).to.equal(false);
        expect(committedShare(points, place + 1).toHex(true)).to.equal(
          bytesToHex(secp256k1.getPublicKey(signingShare, true)),
        );
      }
      const two = [1, 3].map((index) => Fn.mul(lagrangeAtZero([1, 3], index), shareOf(dealing, index)));
      const secret = two.reduce((sum, part) => Fn.add(sum, part), 0n);
      expect(bytesToHex(Fn.toBytes(secret))).to.equal(rfc.inputs.group_secret_key);
    });
  });

  describe("given another implementation's run with BIP-340's challenge", () => {
    it("has its nonce commitments, signature shares and signature, which BIP-340 takes", () => {
      const { rounds, signed, signature, expected, points } = run(schnorr_FROST, zcash);
      for (const { made, output } of rounds) {
        expect(bytesToHex(made.commitments.hiding)).to.equal(output.hiding_nonce_commitment);
        expect(bytesToHex(made.commitments.binding)).to.equal(output.binding_nonce_commitment);
      }
      expect(signed.map(({ share }) => bytesToHex(share))).to.deep.equal(
        expected.map(({ sig_share }) => sig_share),
      );
      // Theirs is written with the byte of R's parity in front.
      expect(`02${bytesToHex(signature)}`).to.equal(zcash.final_output.sig);
      const key = points[0]?.toBytes(true).subarray(1) ?? new Uint8Array();
      expect(schnorr.verify(signature, bytes(zcash.inputs.message), key)).to.equal(true);
    });
  });

  describe("given BIP-340's vectors", () => {
    for (const vector of bip340.vectors) {
      it(`judges number ${vector.index} as they do ${vector.comment}`, () => {
        const { secretKey, publicKey, auxRand, message, signature, valid } = vector;
        if (secretKey !== "") {
          expect(bytesToHex(schnorr.getPublicKey(bytes(secretKey)))).to.equal(publicKey);
          const made = schnorr.sign(bytes(message), bytes(secretKey), bytes(auxRand));
          expect(bytesToHex(made)).to.equal(signature);
        }
        expect(schnorr.verify(bytes(signature), bytes(message), bytes(publicKey))).to.equal(valid);
      });
    }
  });

  describe("given BIP-341's vectors", () => {
    for (const [place, vector] of bip341.outputKeys.entries()) {
      it(`has output key ${place} of its internal key and Merkle root`, () => {
        const internal = bytes(vector.internalPubkey);
        const root = vector.merkleRoot ?? "";
        expect(bytesToHex(Fn.toBytes(tweakScalar(internal, root)))).to.equal(vector.tweak);
        expect(bytesToHex(outputKey(internal, root))).to.equal(vector.tweakedPubkey);
      });
    }
    for (const [place, vector] of bip341.secrets.entries()) {
      it(`has tweaked secret ${place}, and its signature`, () => {
        const secret = tweakSecret(bytes(vector.internalPrivkey), vector.merkleRoot ?? "");
        expect(bytesToHex(secret)).to.equal(vector.tweakedPrivkey);
        // The vectors sign without auxiliary randomness, and append a hash type that isn't the default.
        const signature = bytesToHex(schnorr.sign(bytes(vector.sigHash), secret, new Uint8Array(32)));
        const type = vector.hashType === 0 ? "" : vector.hashType.toString(16).padStart(2, "0");
        expect(signature + type).to.equal(vector.witness);
      });
    }
  });

  describe("given a dealing", () => {
    it("has as many coefficients as the threshold, all of them random", () => {
      const { coefficients } = deal(3, (length) => crypto.getRandomValues(new Uint8Array(length)));
      expect(new Set(coefficients).size).to.equal(3);
    });
  });
});
