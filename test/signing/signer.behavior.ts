import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { taprootTweakPubkey } from "@scure/btc-signer/utils.js";
import { expect } from "chai";
import { computeAddress, recoverAddress } from "ethers";
import type { Hex, Payload } from "../../src/chains/chain.ts";
import type { Signer, SigningRequest } from "../../src/signing/signer.ts";
import { refusalOf, refuses } from "../support/refusal.ts";
import { depositRequest, tokenRequest, transaction, transactionRequest } from "./signing-stage.ts";

/** What the suite is given: fresh signers that refuse nothing by policy, over fresh journals. */
export interface SignerHarness {
  /** Of a key named `coins` that signs transactions; undefined for a scheme that signs none. */
  readonly coins?: Signer;
  /** Of a key named `statements` that signs statements. */
  readonly statements: Signer;
  /** Makes whatever decides refuse from now on. */
  refuse(why: string): void;
  close(): Promise<void>;
}

const ROOT = "5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21";

function keyForCoins({ coins }: SignerHarness): Signer {
  if (coins === undefined) throw new Error("the harness has no key for coins");
  return coins;
}

/** Whether a signature is good under the key that BIP-341 makes of an internal key: by other code than what signs. */
function takes(signature: Hex, digest: Hex, publicKey: Hex, merkleRoot: Hex | undefined): boolean {
  const key =
    merkleRoot === undefined
      ? hexToBytes(publicKey)
      : taprootTweakPubkey(hexToBytes(publicKey), hexToBytes(merkleRoot))[0];
  return schnorr.verify(hexToBytes(signature), hexToBytes(digest), key);
}

/**
 * What every `Signer` does, whatever it is made of.
 *
 * @example
 * signerBehavior("LocalSigner, BIP-340", "bip340", () => localSigners("bip340"));
 */
export function signerBehavior(
  title: string,
  scheme: Payload["scheme"],
  make: () => Promise<SignerHarness>,
): void {
  describe(`${title}, as a signer`, () => {
    let harness: SignerHarness;
    const deposit = (name: string, amount = 5n) =>
      depositRequest(name, { amount, scheme: harness.statements.scheme });

    beforeEach(async () => {
      harness = await make();
    });
    afterEach(async () => {
      await harness.close();
    });

    describe("given its public key", () => {
      it("has the length that its scheme asks for, always the same", async () => {
        const { statements } = harness;
        const length = statements.scheme === "ecdsa" ? 66 : 64;
        expect(await statements.publicKey()).to.match(new RegExp(`^[0-9a-f]{${length}}$`));
        expect(await statements.publicKey()).to.equal(await statements.publicKey());
      });
    });

    describe("given a statement", () => {
      it("signs it under the untweaked key", async () => {
        const { statements } = harness;
        const request = deposit("a");
        const [signature = ""] = await statements.sign(request);
        const digest = request.payloads[0]?.digest ?? "";
        const key = await statements.publicKey();
        if (statements.scheme === "bip340") {
          expect(takes(signature, digest, key, undefined)).to.equal(true);
        } else {
          expect(signature).to.match(/^[0-9a-f]{128}(1b|1c)$/);
          expect(recoverAddress(`0x${digest}`, `0x${signature}`)).to.equal(computeAddress(`0x${key}`));
          const parts = secp256k1.Signature.fromBytes(hexToBytes(signature.slice(0, 128)), "compact");
          expect(parts.hasHighS()).to.equal(false);
        }
      });

      it("signs it again when asked again, and refuses another content for the same message", async () => {
        const { statements } = harness;
        await statements.sign(deposit("a", 5n));
        expect(await statements.sign(deposit("a", 5n))).to.have.length(1);
        await refuses("SIGNING_REFUSED", statements.sign(deposit("a", 6n)));
        expect(await statements.sign(deposit("b", 6n))).to.have.length(1);
      });

      it("signs one of two contents that are asked at the same moment", async () => {
        const { statements } = harness;
        const codes = await Promise.all(
          [5n, 6n].map((amount) => refusalOf(statements.sign(deposit("a", amount)))),
        );
        expect(codes.filter((code) => code === "accepted").length).to.be.at.most(1);
        const later = await Promise.all(
          [5n, 6n].map((amount) => refusalOf(statements.sign(deposit("a", amount)))),
        );
        expect(later.filter((code) => code === "accepted").length).to.be.at.most(1);
      });

      it("refuses a digest that does not follow from it, another key, another scheme, and a transaction", async () => {
        const { statements } = harness;
        const request = deposit("a");
        const [payload] = request.payloads;
        if (payload === undefined) throw new Error("the request has no payload");
        const wrong: SigningRequest[] = [
          {
            ...request,
            payloads: [{ ...payload, digest: payload.digest.replace(/^./, (d) => (d === "0" ? "1" : "0")) }],
          },
          { ...request, payloads: [payload, payload] },
          { ...request, payloads: [{ ...payload, merkleRoot: "" }] },
          { ...request, payloads: [{ ...payload, scheme: payload.scheme === "ecdsa" ? "bip340" : "ecdsa" }] },
          { ...request, key: "another" },
          transactionRequest(transaction("p"), "statements"),
        ];
        for (const one of wrong) expect(await refusalOf(statements.sign(one))).to.equal("SIGNING_REFUSED");
      });
    });

    describe("given a policy that refuses", () => {
      it("signs nothing, and says why", async () => {
        harness.refuse("the deposit is not final here");
        const { facts } = await refuses("SIGNING_REFUSED", harness.statements.sign(deposit("a")));
        expect(JSON.stringify(facts)).to.include("the deposit is not final here");
      });
    });

    // Outpoints are spent by BIP-340; an ECDSA key's transactions are an account's, and no group has one.
    if (scheme === "ecdsa") return;

    describe("given a transaction", () => {
      it("signs each input under its own tweak of the key", async () => {
        const coins = keyForCoins(harness);
        const request = transactionRequest(transaction("p", { roots: ["empty", ROOT, "-"] }));
        const signatures = await coins.sign(request);
        expect(signatures).to.have.length(3);
        const key = await coins.publicKey();
        for (const [place, { digest, merkleRoot }] of request.payloads.entries()) {
          expect(takes(signatures[place] ?? "", digest, key, merkleRoot), `input ${place}`).to.equal(true);
        }
      });

      it("signs its replacements, and no other effect for the same token", async () => {
        const coins = keyForCoins(harness);
        await coins.sign(transactionRequest(transaction("p")));
        expect(await coins.sign(transactionRequest(transaction("p", { version: 2 })))).to.have.length(1);
        await refuses("SIGNING_REFUSED", coins.sign(transactionRequest(transaction("q"))));
        const token = `${"ab".repeat(32)}:3`;
        expect(await coins.sign(transactionRequest(transaction("q", { token })))).to.have.length(1);
        const shouted = token.replace(/^a/, "A");
        await refuses(
          "SIGNING_REFUSED",
          coins.sign(transactionRequest(transaction("r", { token: shouted }))),
        );
      });

      it("refuses a statement, and a transaction that can't be read", async () => {
        const coins = keyForCoins(harness);
        await refuses("SIGNING_REFUSED", coins.sign({ ...deposit("a"), key: "coins" }));
        const request = transactionRequest(transaction("p"));
        const unsigned = { ...transaction("p"), body: "p/1 rubbish" };
        const unreadable = { ...request, purpose: { kind: "transaction" as const, unsigned } };
        await refuses("SIGNING_REFUSED", coins.sign(unreadable));
      });
    });

    describe("given a token that a statement has given to a payout", () => {
      it("refuses a statement that gives it to another one", async () => {
        const { statements } = harness;
        const token = `${"cd".repeat(32)}:0`;
        expect(await statements.sign(tokenRequest("p", token))).to.have.length(1);
        await refuses("SIGNING_REFUSED", statements.sign(tokenRequest("q", token)));
      });
    });
  });
}
