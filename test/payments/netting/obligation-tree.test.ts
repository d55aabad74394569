import { expect } from "chai";
import { keccak256 } from "ethers";
import hre from "hardhat";
import type { TerminalError } from "../../../src/core/errors.ts";
import { hashObligation } from "../../../src/payments/netting/obligation.ts";
import { obligationTree } from "../../../src/payments/netting/obligation-tree.ts";
import { randomDebts } from "../../../src/testing/random-debts.ts";
import { owes, partyKeys } from "../../support/nettingParties.ts";
import { deployPayments } from "../../support/paymentsFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

describe("the tree of a cycle's obligations", () => {
  const payments = () => deployPayments(ethers, networkHelpers);
  const debts = (count: number) =>
    randomDebts(partyKeys(9), count, 1_000n, count).map(({ debtor, creditor, amount, salt }) =>
      owes(debtor, creditor, amount, { salt }),
    );

  it("proves each obligation to the contract, and no other", async () => {
    const { netting } = await networkHelpers.loadFixture(payments);
    for (const count of [1, 2, 3, 17]) {
      const all = debts(count);
      const tree = obligationTree(all.map(hashObligation));
      for (const each of all) {
        expect(tree.has(each)).to.equal(true);
        expect(await netting.includes(tree.root, each, tree.proof(each))).to.equal(true);
        expect(await netting.includes(tree.root, { ...each, amount: 9_999n }, tree.proof(each))).to.equal(
          false,
        );
      }
    }
  });

  // Made by @openzeppelin/merkle-tree 1.0.8, StandardMerkleTree.of([[typeHash, ...fields], …], ["bytes32", "address", …]).
  const STANDARD: readonly [count: number, root: string][] = [
    [1, "0x57498a799a19eb0a24ebfea818abcfdf9adba74130102f1dcdecaf4220f2e8df"],
    [2, "0x53bab73857ecad7536158928ebfcab9cafe87260deb3f94b41822675e37afd92"],
    [3, "0x380afeb05950a30e933f9046ac1cf81eb3a80eee8c6ec4a4130716a2bf34ba69"],
    [17, "0x411d1b11182f10f4d090701f04a2f61a768dbcd6a2828e368e435ee82da62e1d"],
    [64, "0x0706197ff697e1d6a68b4bf1376ff57213e468c27542a431913f362ff02bf6b8"],
  ];
  const PROOF_OF_17 = [
    "0xe44c3c6235ac960920ee8256368ea1aa9916a5140cdbd4a10af9974e7c753f40",
    "0xb04e64c3949d532d8490b2d4bf39151110bc1dbda86c65da1addc9a3af25d7e9",
    "0x6a2a3e637334c64ee3c72280180f5e524a0c1ade6aee0edeceefd72f6dd9b53b",
    "0xe31976cdae882c3d594a1616675e5cb1a80907496fc27ef2cc20ea03a30ee388",
  ];

  it("is OpenZeppelin's standard tree, node by node", () => {
    for (const [count, root] of STANDARD) {
      expect(obligationTree(debts(count).map(hashObligation)).root, `${count}`).to.equal(root);
    }
    const all = debts(17);
    const [first] = all;
    if (first === undefined) throw new Error("there are seventeen");
    expect(obligationTree(all.map(hashObligation)).proof(first)).to.deep.equal(PROOF_OF_17);
  });

  it("is the same whatever the order and the spelling", () => {
    const hashes = debts(20).map(hashObligation);
    const { root } = obligationTree(hashes);
    expect(obligationTree(hashes.toReversed()).root).to.equal(root);
    expect(obligationTree(hashes.map((hash) => `0x${hash.slice(2).toUpperCase()}`)).root).to.equal(root);
    expect(obligationTree(hashes.slice(1)).root).not.to.equal(root);
  });

  it("hashes leaves once more, so that no inner node passes for an obligation", () => {
    const [only] = debts(1).map(hashObligation);
    expect(obligationTree([only ?? ""]).root).to.equal(keccak256(only ?? ""));
  });

  it("refuses none, one twice, what is no hash, and a proof of what isn't there", () => {
    const [first, second] = debts(2);
    if (first === undefined || second === undefined) throw new Error("there are two");
    const codeOf = (act: () => unknown) => {
      try {
        act();
        return undefined;
      } catch (error) {
        return (error as TerminalError).code;
      }
    };
    expect(codeOf(() => obligationTree([]))).to.equal("NO_OBLIGATIONS");
    const hash = hashObligation(first);
    expect(codeOf(() => obligationTree([hash, hash]))).to.equal("OBLIGATION_TWICE");
    for (const odd of [`${hash}${hash.slice(2)}`, hash.slice(0, -2), "hash"]) {
      expect(codeOf(() => obligationTree([hash, odd]))).to.equal("BAD_HASH");
    }
    const tree = obligationTree([hash]);
    expect(tree.has(second)).to.equal(false);
    expect(codeOf(() => tree.proof(second))).to.equal("OBLIGATION_NOT_IN_CYCLE");
  });
});
