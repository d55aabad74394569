import {
  buildSignatureBytes,
  EthSafeSignature,
  generatePreValidatedSignature,
  preimageSafeTransactionHash,
} from "@safe-global/protocol-kit";
import { expect } from "chai";
import { concat, getAddress, Interface } from "ethers";
import { Safe, type SafeTransaction } from "../../../src/governance/safe.ts";
import { checkSignature, type SignatureSubject } from "../../../src/governance/wallets/check-signature.ts";
import { externalSigner, jsonRpcWallet } from "../../../src/governance/wallets/external-signer.ts";
import { packSignatures } from "../../../src/governance/wallets/pack-signatures.ts";
import { safeHashes } from "../../../src/governance/wallets/safe-hashes.ts";
import {
  approvedHashSignature,
  contractSignature,
  type SafeSignature,
} from "../../../src/governance/wallets/safe-signature.ts";
import { safeState } from "../../../src/governance/wallets/safe-state.ts";
import { serviceResponse } from "../../../src/governance/wallets/service-format.ts";
import { signTransaction } from "../../../src/governance/wallets/sign.ts";
import { mergeSignatures } from "../../../src/governance/wallets/signature-file.ts";
import { TransactionService } from "../../../src/governance/wallets/transaction-service.ts";
import type { NodeKind } from "../../../src/testing/nodes.ts";
import { localService } from "../../support/localService.ts";
import { ApiKit, type ProtocolKit, protocolKit } from "../../support/safeClients.ts";
import { type SafesOnNode, safesOnNode } from "../../support/safesOnNode.ts";

/** The same transaction as protocol-kit holds it. */
async function theirs(kit: ProtocolKit, { to, value, data, nonce }: SafeTransaction) {
  return kit.createTransaction({
    transactions: [{ to, value: value.toString(), data }],
    options: { nonce: Number(nonce), safeTxGas: "0" },
  });
}

for (const kind of ["anvil", "hardhat"] as NodeKind[]) {
  describe(`Safe's own protocol-kit, on ${kind} as a process of its own`, () => {
    let chain: SafesOnNode;
    let kit: ProtocolKit;
    before(async () => {
      chain = await safesOnNode(kind);
      kit = await protocolKit(chain, chain.owners[0].privateKey);
    });
    after(() => chain.stop());

    const subjectOf = async (transaction: SafeTransaction): Promise<SignatureSubject> => ({
      ...chain.safe.account,
      safeTxHash: chain.safe.hash(transaction),
      owners: await chain.safe.owners(),
      state: safeState(chain.provider, chain.safe.account),
    });
    /** A change of the Safe's own threshold to what it is: a call that only the Safe may make. */
    const ownCall = () => ({
      to: chain.safe.address,
      data: new Interface(["function changeThreshold(uint256)"]).encodeFunctionData("changeThreshold", [2]),
    });

    it("agrees with every hash", async () => {
      for (const [call, nonce] of [
        [{ to: chain.unlocked, data: "0x", value: 7n }, 0n],
        [ownCall(), 1n],
        [{ to: chain.unlocked, data: `0x${"5a".repeat(777)}` }, 99n],
      ] as const) {
        const transaction = await chain.safe.build(call, nonce);
        const { domain, message, safeTx } = safeHashes(transaction, chain.safe.account);
        const same = await theirs(kit, transaction);
        expect(await kit.getTransactionHash(same)).to.equal(safeTx);
        const preimage = preimageSafeTransactionHash(
          chain.safe.address,
          same.data,
          "1.5.0",
          chain.safe.chainId,
        );
        expect(preimage).to.equal(concat(["0x1901", domain, message]));
      }
    });

    it("packs signatures of every kind into the same bytes", async () => {
      const hex = (byte: string, bytes: number) => `0x${byte.repeat(bytes)}`;
      const owners = ["c1", "0a", "f3", "77"].map((byte) => getAddress(hex(byte, 20)));
      const [one = "", two = "", three = "", four = ""] = owners;
      const data = [hex("5d", 65), hex("6e", 131)] as const;
      const plain = `${hex("12", 64)}1b`;
      const ours: SafeSignature[] = [
        { owner: one, kind: "contract", signature: contractSignature(one, data[0]) },
        { owner: two, kind: "eip712", signature: plain },
        { owner: three, kind: "contract", signature: contractSignature(three, data[1]) },
        { owner: four, kind: "approved-hash", signature: approvedHashSignature(four) },
      ];
      const theirs = [
        new EthSafeSignature(one, data[0], true),
        new EthSafeSignature(two, plain),
        new EthSafeSignature(three, data[1], true),
        generatePreValidatedSignature(four),
      ];
      expect(packSignatures(ours)).to.equal(buildSignatureBytes(theirs).toLowerCase());
    });

    it("signs as typed data and as a message, and both are known here by owner and kind", async () => {
      const transaction = await chain.safe.build(ownCall());
      const subject = await subjectOf(transaction);
      for (const [method, expected] of [
        ["eth_signTypedData_v4", "eip712"],
        ["eth_sign", "eth_sign"],
      ] as const) {
        const signed = await kit.signTransaction(await theirs(kit, transaction), method);
        const [signature] = [...signed.signatures.values()];
        const checked = await checkSignature(signature?.data ?? "", subject);
        expect(checked).to.deep.equal({
          owner: chain.owners[0].address,
          kind: expected,
          signature: signature?.data,
        });
      }
    });

    it("approves a hash on chain, which counts here from then on", async () => {
      const transaction = await chain.safe.build({ to: chain.unlocked, data: "0x", value: 11n });
      const subject = await subjectOf(transaction);
      const { hash } = await kit.approveTransactionHash(subject.safeTxHash);
      await chain.provider.waitForTransaction(hash);
      const pasted = `0x${chain.owners[0].address.slice(2).padStart(64, "0")}${"00".repeat(32)}01`;
      const approved = await checkSignature(pasted, subject);
      const second = await chain.safe.sign(transaction, chain.owners[1]);
      await chain.safe.execute(transaction, [second, approved]);
      expect(await chain.safe.nonce()).to.equal(transaction.nonce + 1n);
    });

    it("executes our transaction, signed partly by it and partly by a wallet of ours", async () => {
      const transaction = await chain.safe.build({ to: chain.owners[1].address, data: "0x", value: 5n });
      const subject = await subjectOf(transaction);
      const signer = await externalSigner(jsonRpcWallet(chain.node.url), [chain.unlocked]);
      const ours = await signTransaction(transaction, subject, signer, () => {});
      const before = await chain.provider.getBalance(chain.owners[1].address);
      const response = serviceResponse(transaction, chain.safe.account, [ours], {
        threshold: 2,
        submittedAt: new Date(0),
      });
      const signed = await kit.signTransaction(response as never);
      expect(await kit.isValidTransaction(signed)).to.equal(true);
      const { hash } = await kit.executeTransaction(signed);
      await chain.provider.waitForTransaction(hash);
      expect(await chain.provider.getBalance(chain.owners[1].address)).to.equal(before + 5n);
      expect(await chain.safe.nonce()).to.equal(transaction.nonce + 1n);
    });

    it("and api-kit leave a signature with a service, which our side pulls, merges and executes", async () => {
      const transaction = await chain.safe.build({ to: chain.unlocked, data: "0x", value: 9n });
      const subject = await subjectOf(transaction);
      const service = await localService(subject, 2);
      try {
        const client = new TransactionService(`${service.url}/api`);
        await client.push(transaction, chain.safe.account, [
          await chain.safe.sign(transaction, chain.owners[1]),
        ]);
        const api = new ApiKit({ chainId: subject.chainId, txServiceUrl: `${service.url}/api` });
        const seen = await api.getTransaction(subject.safeTxHash);
        const signed = await kit.signTransaction(seen);
        const own = signed.signatures.get(chain.owners[0].address.toLowerCase());
        await api.confirmTransaction(subject.safeTxHash, own?.data ?? "");
        const { signatures } = await client.pull(subject.safeTxHash, chain.safe.account);
        await chain.safe.execute(transaction, await mergeSignatures(signatures, subject));
        expect(await chain.safe.nonce()).to.equal(transaction.nonce + 1n);
      } finally {
        await service.close();
      }
    });

    it("finds the hash of another chain different", async () => {
      const transaction = await chain.safe.build(ownCall());
      const elsewhere = new Safe(chain.safe.address, 1n, chain.provider);
      expect(await kit.getTransactionHash(await theirs(kit, transaction))).not.to.equal(
        elsewhere.hash(transaction),
      );
    });
  });
}
