import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { expect } from "chai";
import type { Payload } from "../../src/chains/chain.ts";
import { Redacted } from "../../src/core/redacted.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { LocalSigner } from "../../src/signing/local-signer.ts";
import { refuses } from "../support/refusal.ts";
import { type SignerHarness, signerBehavior } from "./signer.behavior.ts";
import { stageGuard, stagePolicy, transaction, transactionRequest } from "./signing-stage.ts";

async function localSigners(scheme: Payload["scheme"]): Promise<SignerHarness> {
  const journal = SqliteJournal.open({ file: ":memory:" });
  const policy = stagePolicy();
  const guard = stageGuard(journal, policy);
  const secret = new Redacted(secp256k1.utils.randomSecretKey() as Uint8Array);
  const statements = new LocalSigner({ name: "statements", scheme, use: "statement", secret, guard });
  const coins = new LocalSigner({ name: "coins", scheme, use: "transaction", secret, guard });
  return {
    ...(scheme === "bip340" ? { coins } : {}),
    statements,
    refuse: (why) => {
      policy.why = why;
    },
    close: () => journal.close(),
  };
}

signerBehavior("LocalSigner, BIP-340", "bip340", () => localSigners("bip340"));
signerBehavior("LocalSigner, ECDSA", "ecdsa", () => localSigners("ecdsa"));

describe("LocalSigner", () => {
  describe("given an internal key of either parity", () => {
    for (const parity of ["even", "odd"]) {
      it(`signs under the tweaked key when its point is ${parity}`, async () => {
        let secret = secp256k1.utils.randomSecretKey();
        while ((secp256k1.getPublicKey(secret, true)[0] === 2) !== (parity === "even")) {
          secret = secp256k1.utils.randomSecretKey();
        }
        const journal = SqliteJournal.open({ file: ":memory:" });
        const guard = stageGuard(journal, stagePolicy());
        const parts = { name: "coins", scheme: "bip340", use: "transaction", guard } as const;
        const signer = new LocalSigner({ ...parts, secret: new Redacted(secret), random: randomBytes });
        const request = transactionRequest(transaction("p"));
        const [signature = ""] = await signer.sign(request);
        const { outputKey } = await import("../../src/signing/taproot-tweak.ts");
        const key = outputKey(hexToBytes(await signer.publicKey()), "");
        expect(
          schnorr.verify(hexToBytes(signature), hexToBytes(request.payloads[0]?.digest ?? ""), key),
        ).to.equal(true);
        await journal.close();
      });
    }
  });

  describe("given a secret that is none", () => {
    it("refuses it without showing it", async () => {
      const journal = SqliteJournal.open({ file: ":memory:" });
      const guard = stageGuard(journal, stagePolicy());
      const secret = new Redacted(new Uint8Array(32).fill(0xff));
      const parts = { name: "coins", scheme: "bip340", use: "transaction", guard, secret } as const;
      const error = await refuses("KEY_INVALID", () => new LocalSigner(parts));
      expect(inspect(error)).not.to.match(/ff, ff|255, 255|ffff/);
      await journal.close();
    });
  });

  describe("given more within a day than its cap", () => {
    it("signs up to it, counts a replacement once, and signs again a day later", async () => {
      let now = 1_700_000_000_000;
      const journal = SqliteJournal.open({ file: ":memory:" });
      const guard = stageGuard(journal, stagePolicy(), () => now);
      const secret = new Redacted(secp256k1.utils.randomSecretKey() as Uint8Array);
      const signer = new LocalSigner({ name: "coins", scheme: "bip340", use: "transaction", secret, guard });
      const token = (place: number) => `${"00".repeat(31)}${place.toString(16).padStart(2, "0")}:0`;
      const pay = (place: number, amount: bigint, version = 1) =>
        signer.sign(transactionRequest(transaction(`p${place}`, { token: token(place), amount, version })));
      await pay(1, 600n);
      await pay(1, 600n, 2);
      await pay(2, 400n);
      const { facts } = await refuses("SIGNING_REFUSED", pay(3, 1n));
      expect(String(facts.reason)).to.include("24 hours");
      now += 86_400_001;
      await pay(3, 1_000n);
      await journal.close();
    });
  });

  describe("given a clock that was set back for a while", () => {
    it("counts what left meanwhile once the clock is right again", async () => {
      let now = 1_700_000_000_000;
      const journal = SqliteJournal.open({ file: ":memory:" });
      const guard = stageGuard(journal, stagePolicy(), () => now);
      const secret = new Redacted(secp256k1.utils.randomSecretKey() as Uint8Array);
      const signer = new LocalSigner({ name: "coins", scheme: "bip340", use: "transaction", secret, guard });
      const pay = (place: number, amount: bigint) => {
        const token = `${"00".repeat(31)}0${place}:0`;
        return signer.sign(transactionRequest(transaction(`p${place}`, { token, amount })));
      };
      await pay(1, 1n);
      now -= 2 * 86_400_000;
      await pay(2, 999n);
      now += 2 * 86_400_000;
      await refuses("SIGNING_REFUSED", pay(3, 1n));
      await journal.close();
    });
  });

  describe("given a coordinator that asks for versions without end", () => {
    it("signs a hundred a day, so that the token can be voided at last", async () => {
      let now = 1_700_000_000_000;
      const journal = SqliteJournal.open({ file: ":memory:" });
      const guard = stageGuard(journal, stagePolicy(), () => now);
      const secret = new Redacted(secp256k1.utils.randomSecretKey() as Uint8Array);
      const signer = new LocalSigner({ name: "coins", scheme: "bip340", use: "transaction", secret, guard });
      const version = (number: number) =>
        signer.sign(transactionRequest(transaction("p", { version: number })));
      for (let number = 1; number <= 100; number++) await version(number);
      await refuses("SIGNING_REFUSED", version(101));
      expect(await version(100)).to.have.length(1);
      now += 86_400_001;
      expect(await version(101)).to.have.length(1);
      await journal.close();
    });
  });
});
