import { expect } from "chai";
import { concat, Signature, TypedDataEncoder, Wallet } from "ethers";
import hre from "hardhat";
import type { TerminalError } from "../../../src/core/errors.ts";
import { nettingDomain } from "../../../src/payments/netting/netting-domain.ts";
import {
  hashObligation,
  isObligationSigned,
  OBLIGATION_TYPES,
  obligationDigest,
  signObligation,
} from "../../../src/payments/netting/obligation.ts";
import { isSignedBy } from "../../../src/payments/netting/signed-by.ts";
import type { MockWallet1271 } from "../../../typechain-types/index.ts";
import { NOWHERE, owes, partyKeys, signedDebt } from "../../support/nettingParties.ts";
import { deployPayments } from "../../support/paymentsFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

describe("an obligation", () => {
  const [anna, bert, carl] = partyKeys(3) as [Wallet, Wallet, Wallet];
  const payments = () => deployPayments(ethers, networkHelpers);

  it("hashes as EIP-712 has it, and as the contract does", async () => {
    const { netting } = await networkHelpers.loadFixture(payments);
    const { chainId } = await ethers.provider.getNetwork();
    const domain = nettingDomain(chainId, await netting.getAddress());
    for (const debt of [
      owes(anna, bert, 1n),
      owes(bert, anna, (1n << 112n) - 1n, { salt: (1n << 256n) - 1n, dueBy: (1n << 40n) - 1n }),
    ]) {
      expect(hashObligation(debt)).to.equal(TypedDataEncoder.from(OBLIGATION_TYPES).hash(debt));
      expect(obligationDigest(domain, debt)).to.equal(await netting.obligationDigest(debt));
    }
  });

  it("is signed by its debtor, and by nobody else", async () => {
    const debt = owes(anna, bert, 5n);
    const signed = await signObligation(anna, NOWHERE, debt);
    expect(signed).to.deep.equal({ ...debt, signature: signed.signature });
    expect(await isObligationSigned(NOWHERE, signed)).to.equal(true);
    const refusal = await signObligation(bert, NOWHERE, debt).then(
      () => undefined,
      (error: TerminalError) => error,
    );
    expect(refusal?.code).to.equal("OBLIGATION_NOT_YOURS");
    expect(refusal?.facts).to.deep.equal({ debtor: anna.address, signer: bert.address });
  });

  it("isn't signed where a field, the key, the chain or the contract is another", async () => {
    const signed = await signedDebt(NOWHERE, anna, bert, 5n);
    for (const changed of [
      { ...signed, amount: 6n },
      { ...signed, creditor: carl.address },
      { ...signed, debtor: carl.address },
      { ...signed, salt: 1n },
      { ...signed, dueBy: 1n },
      { ...signed, signature: "0x" },
    ]) {
      expect(await isObligationSigned(NOWHERE, changed)).to.equal(false);
    }
    expect(await isObligationSigned({ ...NOWHERE, chainId: 1n }, signed)).to.equal(false);
    expect(await isObligationSigned({ ...NOWHERE, verifyingContract: anna.address }, signed)).to.equal(false);
  });

  it("isn't signed at all if it can't be netted", async () => {
    for (const debt of [owes(anna, anna, 1n), owes(anna, bert, 0n), owes(anna, bert, 1n << 112n)]) {
      const refusal = await signObligation(anna, NOWHERE, debt).then(
        () => undefined,
        (error: TerminalError) => error,
      );
      expect(refusal?.code).to.equal("BAD_OBLIGATION");
    }
  });

  describe("given signatures as the contracts judge them", () => {
    it("takes 64 bytes for 65, and no other spelling", async () => {
      const { signature } = await signedDebt(NOWHERE, anna, bert, 5n);
      const digest = obligationDigest(NOWHERE, owes(anna, bert, 5n));
      const { r, s, v, compactSerialized } = Signature.from(signature);
      expect(await isSignedBy(anna.address, digest, compactSerialized)).to.equal(true);
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const high = `0x${(order - BigInt(s)).toString(16).padStart(64, "0")}`;
      for (const other of [
        concat([r, s, v === 27 ? "0x00" : "0x01"]),
        concat([r, high, v === 27 ? "0x1c" : "0x1b"]),
        concat([signature, "0x00"]),
        "0x12",
      ]) {
        expect(await isSignedBy(anna.address, digest, other), other).to.equal(false);
      }
    });

    it("asks a contract (ERC-1271), and takes a revert or silence for no", async () => {
      const [owner] = await ethers.getSigners();
      const wallet = (await ethers.deployContract("MockWallet1271", [owner])) as unknown as MockWallet1271;
      const address = await wallet.getAddress();
      const debt = owes({ address }, bert, 5n);
      const signature = (await owner?.signTypedData(NOWHERE, OBLIGATION_TYPES, debt)) ?? "";
      const signed = { ...debt, signature };
      expect(await isObligationSigned(NOWHERE, signed, ethers.provider)).to.equal(true);
      expect(await isObligationSigned(NOWHERE, signed)).to.equal(false);
      expect(await isObligationSigned(NOWHERE, { ...signed, amount: 6n }, ethers.provider)).to.equal(false);
      await wallet.setRefuses(true);
      expect(await isObligationSigned(NOWHERE, signed, ethers.provider)).to.equal(false);
      const token = await ethers.deployContract("MockERC20", ["No wallet", 18]);
      for (const debtor of [await token.getAddress(), Wallet.createRandom().address]) {
        expect(await isObligationSigned(NOWHERE, { ...signed, debtor }, ethers.provider)).to.equal(false);
      }
    });

    it("passes on that a node doesn't answer", async () => {
      const down = { call: () => Promise.reject(new Error("no route")) };
      const signed = { ...owes(anna, bert, 5n), signature: "0x" };
      const failure = await isObligationSigned(NOWHERE, signed, down).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect(failure).to.equal("no route");
    });
  });
});
