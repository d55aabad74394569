import { expect } from "chai";
import { keccak256 } from "ethers";
import hre from "hardhat";
import type { TerminalError } from "../../../src/core/errors.ts";
import { hashObligation } from "../../../src/payments/netting/obligation.ts";
import { obligationTree } from "../../../src/payments/netting/obligation-tree.ts";
import { owes, partyKeys, randomDebts } from "../../support/nettingParties.ts";
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
