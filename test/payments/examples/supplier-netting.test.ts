import { expect } from "chai";
import { id, randomBytes, toBigInt, type Wallet } from "ethers";
import hre from "hardhat";
import { signCycle } from "../../../src/payments/netting/check-cycle.ts";
import { collectCycle } from "../../../src/payments/netting/collect-cycle.ts";
import { readMargins } from "../../../src/payments/netting/netting-contract.ts";
import { signObligation } from "../../../src/payments/netting/obligation.ts";
import { obligationTree } from "../../../src/payments/netting/obligation-tree.ts";
import { SYSTEM_CLOCK } from "../../../src/payments/netting/system-clock.ts";
import { deployNetting } from "../../support/nettingStage.ts";

const { ethers, networkHelpers } = await hre.network.create();

const DOLLAR = 10n ** 18n;
const QUARTER_END = 4_000_000_000n;

// A manufacturer, its supplier and the supplier's carrier owe each other 2,500 dollars, and a farm owes 5,000 that it doesn't
// have. Each has 100 in the netting.
describe("supplier netting", () => {
  it("settles 2,500 dollars of invoices by moving 100", async () => {
    const stage = await deployNetting(ethers, networkHelpers, 4, 100n * DOLLAR);
    const { netting, domain, tokenId: asset } = stage;
    const [maker, supplier, carrier, farm] = stage.parties as [Wallet, Wallet, Wallet, Wallet];
    const provider = ethers.provider;

    // 1. Each debtor signs what it owes, and sends it to its creditor: an invoice, accepted.
    const accept = (debtor: Wallet, creditor: Wallet, dollars: bigint, invoice: string) =>
      signObligation(debtor, domain, {
        debtor: debtor.address,
        creditor: creditor.address,
        asset,
        amount: dollars * DOLLAR,
        ref: id(invoice),
        dueBy: QUARTER_END,
        salt: toBigInt(randomBytes(32)),
      });
    const invoices = await Promise.all([
      accept(maker, supplier, 900n, "steel"),
      accept(supplier, carrier, 800n, "freight"),
      accept(carrier, maker, 800n, "trucks"),
    ]);
    // One that is too large to be netted.
    const hay = await accept(farm, carrier, 5_000n, "hay");

    // 2. Whoever coordinates has the obligations, and shows each party its part; each party checks its own books and signs.
    const now = await stage.now();
    const outcome = await collectCycle({
      domain,
      obligations: [...invoices, hay],
      provider,
      clock: { ...SYSTEM_CLOCK, now: () => now },
      ask: async ({ party, proposal }) => {
        const key = stage.parties.find(({ address }) => address.toLowerCase() === party) as Wallet;
        const open = [...invoices, hay].filter((o) => [o.debtor, o.creditor].includes(key.address));
        const margins = await readMargins(provider, domain, asset, [party]);
        const books = { party: key.address, domain, open, now, provider };
        return signCycle(key, proposal, books, margins.get(party)?.nonce ?? 0n);
      },
      signWithin: 300n,
      settleWithin: 900n,
    });
    if (!outcome.settles) throw new Error(outcome.why);
    expect(outcome.gross).to.equal(2_500n * DOLLAR);

    // 3. Anyone sends it.
    await netting.settle(outcome.cycle);
    const balanceOf = async (party: Wallet) => (await netting.marginOf(party, asset)).balance / DOLLAR;
    expect(await Promise.all([maker, supplier, carrier, farm].map(balanceOf))).to.deep.equal([
      // Gave 900 and got 800; got 900 and gave 800; got 800 and gave 800; wasn't in the cycle.
      0n,
      200n,
      100n,
      100n,
    ]);

    // 4. Each keeps the proof that its invoices were cleared.
    const tree = obligationTree(outcome.proposal.hashes);
    for (const invoice of invoices) {
      expect(await netting.includes(outcome.cycle.obligations, invoice, tree.proof(invoice))).to.equal(true);
    }
    expect(tree.has(hay)).to.equal(false);
  });
});
