import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hex } from "@scure/base";
import { expect } from "chai";
import { computeAddress } from "ethers";
import { Redacted } from "../../src/core/redacted.ts";
import { MultisigGroup, recoveredAddress } from "../../src/signing/multisig-group.ts";
import type { Answer } from "../../src/signing/wire-messages.ts";
import { refuses } from "../support/refusal.ts";
import { person } from "./group-fixture.ts";
import { NAMES } from "./group-stage.ts";
import { depositRequest, type StagedSigner, stagedSigner } from "./signing-stage.ts";

describe("MultisigGroup", () => {
  const address = (secret: Uint8Array) => computeAddress(`0x${hex.encode(secret)}`);
  let signers: StagedSigner[];
  const secrets = NAMES.map(() => secp256k1.utils.randomSecretKey());
  beforeEach(async () => {
    signers = await Promise.all(NAMES.map((name) => stagedSigner(person(name))));
    for (const [place, signer] of signers.entries()) {
      const secret = new Redacted(secrets[place] as Uint8Array);
      await signer.keystore.write({ name: "statements", kind: "ecdsa", open: { use: "statement" }, secret });
      await signer.restart();
    }
  });
  afterEach(async () => {
    await Promise.all(signers.map((signer) => signer.close()));
  });
  const group = () =>
    new MultisigGroup({
      key: "statements",
      threshold: 2,
      members: signers.map(({ channel }, place) => ({
        channel,
        address: address(secrets[place] as Uint8Array),
      })),
    });
  const request = depositRequest("a", { scheme: "ecdsa" });

  describe("given a statement", () => {
    it("gives as many signatures as are wanted, in ascending order of their addresses", async () => {
      for (const down of NAMES) {
        for (const { channel } of signers) channel.down = channel.name === down;
        const [signatures = ""] = await group().sign(request);
        expect(signatures).to.have.length(260);
        const digest = request.payloads[0]?.digest ?? "";
        const by = [0, 130].map((at) => recoveredAddress(digest, signatures.slice(at, at + 130)) ?? "");
        const expected = NAMES.flatMap((name, place) =>
          name === down ? [] : [address(secrets[place] as Uint8Array)],
        );
        expect(by).to.deep.equal(expected.map((text) => text.toLowerCase()).sort());
      }
    });
  });

  describe("given a member that signs by another key", () => {
    it("names it, and signs with the others", async () => {
      const other = secp256k1.utils.randomSecretKey();
      const secret = new Redacted(other as Uint8Array);
      const [anna] = signers as [StagedSigner];
      await anna.keystore.write(
        { name: "statements", kind: "ecdsa", open: { use: "statement" }, secret },
        { replaces: true },
      );
      await anna.restart();
      const committee = group();
      expect((await committee.sign(request))[0]).to.have.length(260);
      expect([...committee.cheaters.keys()]).to.deep.equal(["anna"]);
    });
  });

  describe("given a member that gives the other form of its signature, with a high s", () => {
    it("is not taken: contracts would refuse it", async () => {
      const [anna] = signers as [StagedSigner];
      anna.channel.bend = (_method, answer) => {
        const { signatures } = answer as Answer<"ecdsa">;
        const turned = signatures.map((signature) => {
          const s = secp256k1.Point.Fn.neg(BigInt(`0x${signature.slice(64, 128)}`));
          const v = signature.endsWith("1b") ? "1c" : "1b";
          return `${signature.slice(0, 64)}${s.toString(16).padStart(64, "0")}${v}`;
        });
        return { signatures: turned };
      };
      const committee = group();
      expect((await committee.sign(request))[0]).to.have.length(260);
      expect([...committee.cheaters.keys()]).to.deep.equal(["anna"]);
    });
  });

  describe("given too few members", () => {
    it("refuses with reasons, or asks for another try", async () => {
      for (const { policy } of signers.slice(0, 2)) policy.why = "not final";
      const { facts } = await refuses("SIGNING_REFUSED", group().sign(request));
      expect(String(facts.anna)).to.include("not final");
      for (const { policy, channel } of signers) {
        policy.why = undefined;
        channel.down = channel.name !== "cleo";
      }
      await refuses("SIGNERS_UNAVAILABLE", group().sign(request));
    });
  });

  describe("given members that could not be a committee", () => {
    it("is not made", async () => {
      const [anna] = signers as [StagedSigner];
      const member = { channel: anna.channel, address: address(secrets[0] as Uint8Array) };
      const make = (threshold: number, members: (typeof member)[]) => () =>
        new MultisigGroup({ key: "statements", threshold, members });
      await refuses("MULTISIG_INVALID", make(1, [member, member]));
      await refuses("MULTISIG_INVALID", make(2, [member]));
      await refuses("MULTISIG_INVALID", make(0, [member]));
    });
  });
});
