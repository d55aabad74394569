import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { concat, getBytes, Signature, TypedDataEncoder, toBeHex, Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";
import type { Safe } from "../../../src/governance/safe.ts";
import { checkSignature, type SignatureSubject } from "../../../src/governance/wallets/check-signature.ts";
import { packSignatures } from "../../../src/governance/wallets/pack-signatures.ts";
import { safeHashes } from "../../../src/governance/wallets/safe-hashes.ts";
import {
  approvedHashSignature,
  contractSignature,
  parseSignature,
  type SafeSignature,
} from "../../../src/governance/wallets/safe-signature.ts";
import { safeState } from "../../../src/governance/wallets/safe-state.ts";
import {
  mergeSignatures,
  readSignatureFile,
  type SignatureFile,
  signatureFile,
  signatureFileName,
  writeSignatureFile,
} from "../../../src/governance/wallets/signature-file.ts";
import { realSafes } from "../../support/realSafes.ts";
import { refuses } from "../../support/refusal.ts";

const { ethers, networkHelpers } = await hre.network.create();
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** A Safe owned by two keys and by another Safe, and a transaction that needs all three. */
async function threeOwners() {
  const [relayer, anna, bert, carl, mallory] = await ethers.getSigners();
  if (!relayer || !anna || !bert || !carl || !mallory) throw new Error("too few signers");
  const safes = await realSafes(ethers, relayer);
  const family = await safes.make([carl], 1);
  const maker = await safes.make([anna, bert], 1);
  await maker.send(
    {
      to: maker.address,
      data: maker.contract.interface.encodeFunctionData("addOwnerWithThreshold", [family.address, 3]),
    },
    [anna],
  );
  await relayer.sendTransaction({ to: maker.address, value: 10n });
  const transaction = await maker.build({ to: mallory.address, data: "0x", value: 3n });
  const subject: SignatureSubject = {
    ...maker.account,
    safeTxHash: maker.hash(transaction),
    owners: await maker.owners(),
    state: safeState(ethers.provider, maker.account),
  };
  const sign = async (signer: typeof anna) => (await maker.sign(transaction, signer)).signature;
  /** What the family's Safe takes as its own signature: its owner signs the hash as a SafeMessage. */
  const familySignature = async (hash = subject.safeTxHash) =>
    contractSignature(
      family.address,
      await carl.signTypedData(
        family.domain,
        { SafeMessage: [{ name: "message", type: "bytes" }] },
        { message: hash },
      ),
    );
  return {
    safe: maker,
    family,
    transaction,
    subject,
    sign,
    familySignature,
    relayer,
    anna,
    bert,
    carl,
    mallory,
  };
}

const approve = (safe: Safe, hash: string) =>
  safe.contract.interface.encodeFunctionData("approveHash", [hash]);

describe("signatures of a Safe's owners", () => {
  const setup = () => networkHelpers.loadFixture(threeOwners);

  describe("one pasted", () => {
    it("that a wallet gave elsewhere, over a hash that Safe's app computed, is known by its owner", async () => {
      const vector = JSON.parse(readFileSync("test/vectors/safe-owner-signature.json", "utf8"));
      const { safe, safeTxHash, owner, signature, transaction } = vector;
      const account = { chainId: BigInt(vector.chainId), safe };
      expect(safeHashes(transaction, account).safeTx).to.equal(safeTxHash);
      const subject = { ...account, safeTxHash, owners: [owner] };
      expect(await checkSignature(signature, subject)).to.deep.equal({ owner, kind: "eip712", signature });
    });

    it("as typed data is known by its owner, with or without 0x, with v as 0 or 1 or 27 or 28", async () => {
      const { subject, sign, anna } = await setup();
      const pasted = await sign(anna);
      const expected = { owner: anna.address, kind: "eip712", signature: pasted };
      const parity = Number(`0x${pasted.slice(-2)}`) - 27;
      for (const form of [
        pasted,
        pasted.slice(2),
        ` ${pasted.toUpperCase().replace("X", "x")}\n`,
        `${pasted.slice(0, -2)}0${parity}`,
      ]) {
        expect(await checkSignature(form, subject)).to.deep.equal(expected);
      }
    });

    it("in the short form of EIP-2098 becomes long", async () => {
      const { subject, sign, anna, bert } = await setup();
      for (const signer of [anna, bert]) {
        const long = await sign(signer);
        const { compactSerialized } = Signature.from(long);
        expect(await checkSignature(compactSerialized, subject)).to.deep.equal({
          owner: signer.address,
          kind: "eip712",
          signature: long,
        });
      }
    });

    it("as a personal message is taken with v 31 or 32, and gets it where the wallet left 27 or 28", async () => {
      const { subject, anna } = await setup();
      const plain = await anna.signMessage(getBytes(subject.safeTxHash));
      const v = Number(`0x${plain.slice(-2)}`) + 4;
      const adjusted = `${plain.slice(0, -2)}${v.toString(16)}`;
      for (const form of [plain, adjusted]) {
        expect(await checkSignature(form, subject)).to.deep.equal({
          owner: anna.address,
          kind: "eth_sign",
          signature: adjusted,
        });
      }
    });

    it("for an approved hash counts only once the owner has approved it", async () => {
      const { subject, safe, anna } = await setup();
      const pasted = approvedHashSignature(anna.address);
      await refuses("SIGNATURE_NOT_APPROVED", () => checkSignature(pasted, subject));
      await anna.sendTransaction({ to: safe.address, data: approve(safe, subject.safeTxHash) });
      expect((await checkSignature(pasted, subject)).kind).to.equal("approved-hash");
      const { state: _, ...offline } = subject;
      await refuses("SIGNATURE_NEEDS_CHAIN", () => checkSignature(pasted, offline));
    });

    it("of an owner that is a contract is put to the contract itself", async () => {
      const { subject, family, familySignature, anna, sign } = await setup();
      const pasted = await familySignature();
      expect(await checkSignature(pasted, subject)).to.deep.equal({
        owner: family.address,
        kind: "contract",
        signature: pasted,
      });
      const other = await familySignature(subject.safeTxHash.replace(/..$/, "00"));
      await refuses("SIGNATURE_REFUSED", () => checkSignature(other, subject));
      // An owner without code can't say yes.
      const hollow = contractSignature(anna.address, await sign(anna));
      await refuses("SIGNATURE_REFUSED", () => checkSignature(hollow, subject));
      const { state: _, ...offline } = subject;
      await refuses("SIGNATURE_NEEDS_CHAIN", () => checkSignature(pasted, offline));
    });

    it("by somebody else, or over another transaction, chain or Safe is refused", async () => {
      const { safe, subject, sign, transaction, anna, mallory } = await setup();
      const stranger = await refuses("SIGNATURE_NOT_OF_OWNER", async () =>
        checkSignature(await sign(mallory), subject),
      );
      expect(stranger.facts.recovered).to.equal(mallory.address);
      const types = { SafeTx: [{ name: "nonce", type: "uint256" }] };
      for (const signed of [
        await safe.sign({ ...transaction, nonce: transaction.nonce + 1n }, anna),
        { signature: await anna.signTypedData({ ...safe.domain, chainId: 1 }, types, { nonce: 0n }) },
      ]) {
        await refuses("SIGNATURE_NOT_OF_OWNER", () => checkSignature(signed.signature, subject));
        await refuses("SIGNATURE_MISMATCH", () => checkSignature(signed.signature, subject, anna.address));
      }
      const strange = approvedHashSignature(mallory.address);
      await refuses("SIGNATURE_NOT_OF_OWNER", () => checkSignature(strange, subject));
    });

    it("of one owner is not taken for another's", async () => {
      const { subject, sign, anna, bert } = await setup();
      const pasted = await sign(anna);
      await refuses("SIGNATURE_MISMATCH", () => checkSignature(pasted, subject, bert.address));
    });

    it("with s in the upper half is refused, though the Safe would take it", async () => {
      const { subject, sign, anna } = await setup();
      const { r, s, v } = Signature.from(await sign(anna));
      const high = toBeHex(ORDER - BigInt(s), 32);
      const pasted = concat([r, high, toBeHex(v === 27 ? 28 : 27)]);
      await refuses("SIGNATURE_HIGH_S", () => checkSignature(pasted, subject));
    });

    it("that is no signature is refused, each for its reason", async () => {
      const word = (value: bigint) => toBeHex(value, 32).slice(2);
      const owner = word(5n);
      for (const [text, why] of [
        ["", /too short/],
        ["hello", /hex/],
        [`0x${"12".repeat(60)}`, /too short/],
        [`0x${"12".repeat(66)}`, /too long/],
        [`0x${word(1n << 250n)}${word(2n)}1d`, /no kind/],
        [`0x${word(0n)}${word(2n)}1b`, /out of range/],
        [`0x${word(ORDER)}${word(2n)}1b`, /out of range/],
        [`0x${word(1n << 250n)}${word(0n)}1b`, /out of range/],
        [`0x${owner}${word(65n)}00`, /missing/],
        [`0x${owner}${word(66n)}00${word(0n)}`, /points/],
        [`0x${owner}${word(65n)}00ff`, /no length/],
        [`0x${owner}${word(65n)}00${word(2n)}ff`, /length/],
      ] as const) {
        const error = await refuses("SIGNATURE_MALFORMED", () => parseSignature(text));
        expect(error.message).to.match(why);
      }
    });

    it("whose r is on no point of the curve is malformed, not somebody's", async () => {
      const { subject } = await setup();
      // x = 5 has no square root of x³ + 7.
      const pasted = concat([toBeHex(5n, 32), toBeHex(2n, 32), "0x1b"]);
      await refuses("SIGNATURE_MALFORMED", () => checkSignature(pasted, subject));
    });
  });

  describe("packed", () => {
    it("are taken by the Safe in all four kinds at once, whatever order they come in", async () => {
      const { safe, transaction, subject, familySignature, sign, anna, bert, mallory } = await setup();
      await bert.sendTransaction({ to: safe.address, data: approve(safe, subject.safeTxHash) });
      const signatures: SafeSignature[] = [];
      for (const pasted of [await familySignature(), await sign(anna), approvedHashSignature(bert.address)]) {
        signatures.push(await checkSignature(pasted, subject));
      }
      const before = await ethers.provider.getBalance(mallory.address);
      for (const order of [signatures, [...signatures].reverse()]) {
        const packed = packSignatures(order);
        await safe.contract
          .getFunction("checkNSignatures(address,bytes32,bytes,uint256)")
          .staticCall(ZeroAddress, subject.safeTxHash, packed, 3);
      }
      await safe.execute(transaction, signatures);
      expect(await ethers.provider.getBalance(mallory.address)).to.equal(before + 3n);
    });

    it("of two owners that are contracts each point at their own part", async () => {
      const { relayer, anna, bert, mallory } = await setup();
      const safes = await realSafes(ethers, relayer);
      const [one, two] = [await safes.make([anna], 1), await safes.make([bert], 1)];
      const outer = await safes.make([mallory], 1);
      for (const [owner, threshold] of [
        [one, 1],
        [two, 2],
      ] as const) {
        const data = outer.contract.interface.encodeFunctionData("addOwnerWithThreshold", [
          owner.address,
          threshold,
        ]);
        await outer.send({ to: outer.address, data }, [mallory]);
      }
      const transaction = await outer.build({ to: anna.address, data: "0x" });
      const message = { message: outer.hash(transaction) };
      const types = { SafeMessage: [{ name: "message", type: "bytes" }] };
      const signatures: SafeSignature[] = [];
      for (const [inner, signer] of [
        [one, anna],
        [two, bert],
      ] as const) {
        const data = await signer.signTypedData(inner.domain, types, message);
        signatures.push({
          owner: inner.address,
          kind: "contract",
          signature: contractSignature(inner.address, data),
        });
      }
      await outer.execute(transaction, signatures);
      expect(await outer.nonce()).to.equal(transaction.nonce + 1n);
    });

    it("twice by one owner are refused before the Safe refuses them", async () => {
      const { safe, transaction, anna } = await setup();
      const signature = await safe.sign(transaction, anna);
      const error = await refuses("SIGNATURE_DUPLICATED", () =>
        safe.execute(transaction, [signature, signature]),
      );
      expect(error.facts.owner).to.equal(anna.address);
    });
  });

  describe("in files", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "strongroom-signatures-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** Files of all three owners, written and read back. */
    async function filed() {
      const all = await setup();
      const { subject, sign, familySignature, anna, bert } = all;
      const files: SignatureFile[] = [];
      for (const pasted of [await sign(bert), await familySignature(), await sign(anna)]) {
        const content = signatureFile(await checkSignature(pasted, subject), subject, new Date(0));
        const file = join(folder, signatureFileName(content));
        writeSignatureFile(file, content);
        files.push(readSignatureFile(file));
      }
      return { ...all, files };
    }

    it("from three machines execute the transaction", async () => {
      const { safe, transaction, subject, files } = await filed();
      const signatures = await mergeSignatures(files, subject);
      expect(signatures.map(({ owner }) => BigInt(owner))).to.deep.equal(
        subject.owners.map(BigInt).sort((a, b) => (a < b ? -1 : 1)),
      );
      await safe.execute(transaction, signatures);
      expect(await safe.nonce()).to.equal(transaction.nonce + 1n);
    });

    it("of another chain, Safe or transaction are refused, and which is said", async () => {
      const { subject, files, family } = await filed();
      const [first] = files;
      if (first === undefined) throw new Error("no file");
      const other = subject.safeTxHash.replace(/..$/, "00");
      for (const [code, change] of [
        ["SIGNATURE_OF_OTHER_CHAIN", { chainId: "1" }],
        ["SIGNATURE_OF_OTHER_SAFE", { safe: family.address }],
        ["SIGNATURE_OF_OTHER_TRANSACTION", { safeTxHash: other }],
      ] as const) {
        const error = await refuses(code, () => mergeSignatures([{ ...first, ...change }], subject));
        expect(error.facts.found).not.to.equal(error.facts.expected);
      }
    });

    it("that were changed are refused: another owner, kind or signature", async () => {
      const { subject, files, anna, bert } = await filed();
      const ofAnna = files.find(({ owner }) => owner === anna.address);
      const ofBert = files.find(({ owner }) => owner === bert.address);
      if (!ofAnna || !ofBert) throw new Error("no file");
      const merge = (file: SignatureFile) => () => mergeSignatures([file], subject);
      await refuses("SIGNATURE_MISMATCH", merge({ ...ofAnna, owner: bert.address }));
      await refuses("SIGNATURE_MISMATCH", merge({ ...ofAnna, signature: ofBert.signature }));
      await refuses("SIGNATURE_KIND_MISMATCH", merge({ ...ofAnna, kind: "eth_sign" }));
      await refuses("SIGNATURE_DUPLICATED", () => mergeSignatures([ofAnna, ofBert, ofAnna], subject));
    });

    it("are never overwritten", async () => {
      const { subject, files } = await filed();
      const [first] = files;
      if (first === undefined) throw new Error("no file");
      const file = join(folder, signatureFileName(first));
      const before = readFileSync(file, "utf8");
      await refuses("FILE_EXISTS", () => writeSignatureFile(file, { ...first, owner: subject.safe }));
      expect(readFileSync(file, "utf8")).to.equal(before);
    });

    it("of another form are refused by the field's name", async () => {
      const { files } = await filed();
      const file = join(folder, "odd.json");
      for (const [field, change] of [
        ["format", { format: "strongroom/signature@2" }],
        ["threshold", { threshold: 1 }],
        ["?[2Jhidden", { "\u001b[2Jhidden": 1 }],
        ["owner", { owner: Wallet.createRandom().address.toLowerCase() }],
        ["safeTxHash", { safeTxHash: "0x12" }],
        ["kind", { kind: "blind" }],
        ["signature", { signature: "0x123" }],
        ["chainId", { chainId: 1 }],
        ["signedAt", { signedAt: "yesterday" }],
      ] as const) {
        writeFileSync(file, JSON.stringify({ ...files[0], ...change }));
        const error = await refuses("SIGNATURE_FILE_INVALID", () => readSignatureFile(file));
        expect(error.message).to.contain(field);
      }
      writeFileSync(file, "{");
      await refuses("SIGNATURE_FILE_INVALID", () => readSignatureFile(file));
      writeFileSync(file, " ".repeat(4_000_001));
      await refuses("FILE_TOO_LARGE", () => readSignatureFile(file));
      await refuses("FILE_UNREADABLE", () => readSignatureFile(join(folder, "absent.json")));
    });
  });

  it("are over what ethers hashes as typed data, which a nested message shows too", async () => {
    const { family, subject } = await setup();
    const hash = TypedDataEncoder.hash(
      family.domain,
      { SafeMessage: [{ name: "message", type: "bytes" }] },
      { message: subject.safeTxHash },
    );
    const handler = new ethers.Contract(
      family.address,
      ["function getMessageHash(bytes) view returns (bytes32)"],
      ethers.provider,
    );
    expect(await handler.getFunction("getMessageHash").staticCall(subject.safeTxHash)).to.equal(hash);
  });
});
