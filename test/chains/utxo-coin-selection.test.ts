import { expect } from "chai";
import fc from "fast-check";
import { selectCoins } from "../../src/chains/utxo/coin-selection.ts";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import { laneOutputs } from "../../src/chains/utxo/payout-transaction.ts";
import { dustLimit } from "../../src/chains/utxo/script-kind.ts";
import {
  feeAt,
  feeOf,
  MAX_INPUTS,
  type UtxoWallet,
  virtualSize,
  type WalletInput,
  walletScript,
} from "../../src/chains/utxo/wallet-transaction.ts";
import { propertyCases } from "../../src/testing/property-cases.ts";

const network = UTXO_NETWORKS.bitcoin;
const wallet: UtxoWallet = {
  network,
  groupKey: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
  home: "eip155:31337",
  vault: `0x${"5a".repeat(20)}`,
};
const own = walletScript(wallet, undefined).script;
const coin = (amount: bigint, n: number): WalletInput => ({
  outpoint: `${n.toString(16).padStart(64, "0")}:0`,
  amount,
  account: undefined,
});
const anchor = coin(network.anchor, 0xffff);
const content = (amount: bigint) =>
  ({ kind: "payout", payoutId: "00".repeat(32), recipientScript: `0014${"00".repeat(20)}`, amount }) as const;

function choose(amounts: readonly bigint[], amount: bigint, rate: bigint) {
  const outputs = laneOutputs(wallet, content(amount), 0n);
  const scripts = outputs.map(({ script }) => script);
  const selected = selectCoins({
    wallet,
    required: [anchor],
    candidates: amounts.map(coin),
    scripts,
    paid: amount + network.anchor,
    rate,
    feeFor: (size) => feeAt(rate, size),
  });
  if (selected === undefined) return undefined;
  const { inputs, change } = selected;
  const made = laneOutputs(wallet, content(amount), change);
  const size = virtualSize(
    inputs.length,
    made.map(({ script }) => script),
  );
  return { ...selected, size, fee: feeOf({ inputs, outputs: made }) };
}

const chosen = (amounts: readonly bigint[], amount: bigint, rate: bigint) =>
  choose(amounts, amount, rate)
    ?.inputs.slice(1)
    .map((input) => input.amount);

describe("choosing coins", () => {
  it("given coins that fit exactly / when they are chosen / there is no change", () => {
    const rate = 10_000n;
    const fee = feeAt(
      rate,
      virtualSize(
        3,
        laneOutputs(wallet, content(1n), 0n).map(({ script }) => script),
      ),
    );
    const made = choose([900_000n, 300_000n + fee + 10n, 200_000n, 50_000n], 500_000n, rate);
    expect(made?.inputs.slice(1).map(({ amount }) => amount)).to.have.members([
      300_000n + fee + 10n,
      200_000n,
    ]);
    expect(made?.change).to.equal(0n);
    expect((made?.fee ?? 0n) - fee <= 10n).to.equal(true);
  });

  it("given none that fit / when they are chosen / it is the smallest that is enough, and the largest together where none is", () => {
    expect(chosen([5_000_000n, 900_000n, 2_000_000n, 100_000n], 1_000_000n, 5_000n)).to.deep.equal([
      2_000_000n,
    ]);
    expect(chosen([400_000n, 900_000n, 700_000n, 10_000n], 1_000_000n, 5_000n)).to.deep.equal([
      900_000n,
      700_000n,
    ]);
  });

  it("given dust that strangers sent / when fees are high / it is never spent", () => {
    const dust = Array.from({ length: 500 }, () => 2_000n);
    expect(chosen([...dust, 900_000n], 500_000n, 50_000n)).to.deep.equal([900_000n]);
    expect(choose(dust, 100_000n, 50_000n)).to.equal(undefined);
  });

  it("given too little, or only too many coins / when they are chosen / it is said that there are none", () => {
    expect(choose([100_000n, 200_000n], 300_000n, 1_000n)).to.equal(undefined);
    expect(choose([], 1_000n, 1_000n)).to.equal(undefined);
    expect(
      choose(
        Array.from({ length: MAX_INPUTS + 50 }, () => 10_000n),
        1_400_000n,
        1_000n,
      ),
    ).to.equal(undefined);
  });

  it("given 20,000 coins / when they are chosen / it ends, whether they are enough or not", () => {
    const many = Array.from({ length: 20_000 }, (_, n) => 10_000n + BigInt(n));
    expect(choose(many, 1_000_000n, 1_000n)?.inputs.length).to.be.within(34, 36);
    expect(choose(many, 25_000n, 1_000n)?.inputs.length).to.be.lessThan(4);
    expect(choose(many, 10n ** 10n, 1_000n)).to.equal(undefined);
    expect(choose(many, 100_000_000n, 1_000n)).to.equal(undefined);
    const alike = Array.from({ length: 20_000 }, (_, n) => (n % 2 === 0 ? 30_000n : 70_000n));
    expect(chosen(alike, 1_000_001n, 1_000n)?.length).to.be.greaterThan(10);
  });

  it("given a change that would pass for an anchor / when coins are chosen / it isn't made", () => {
    const rate = 1_000n;
    const withChange = laneOutputs(wallet, content(500_000n), 1n).map(({ script }) => script);
    const exact = 500_000n + network.anchor + feeAt(rate, virtualSize(2, withChange));
    const made = choose([exact], 500_000n, rate);
    expect(made?.change).to.equal(network.anchor - 1n);
  });

  it("given any coins, amount and rate / when they are chosen / nothing is made or lost, and the fee is the rate's and little more", () => {
    let paid = 0;
    const cost = (rate: bigint) => feeAt(rate, 58);
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 3_000_000n), { maxLength: 60 }),
        fc.bigInt(1_000n, 20_000_000n),
        fc.bigInt(1_000n, 200_000n),
        (amounts, amount, rate) => {
          const made = choose(amounts, amount, rate);
          if (made === undefined) {
            // Nothing was possible: what is worth spending, less its cost, doesn't pay for it with change.
            const worth = amounts
              .filter((each) => each > cost(rate))
              .sort((a, b) => Number(b - a))
              .slice(0, MAX_INPUTS - 1)
              .reduce((sum, each) => sum + each - cost(rate), 0n);
            const bare = virtualSize(
              1,
              laneOutputs(wallet, content(amount), 1n).map(({ script }) => script),
            );
            expect(worth < amount + feeAt(rate, bare) + dustLimit(network, own) + 100n).to.equal(true);
            return;
          }
          paid++;
          const { inputs, change, fee, size } = made;
          expect(new Set(inputs.map(({ outpoint }) => outpoint)).size).to.equal(inputs.length);
          expect(inputs[0]).to.equal(anchor);
          expect(inputs.slice(1).every((each) => each.amount > cost(rate))).to.equal(true);
          const total = inputs.reduce((sum, each) => sum + each.amount, 0n);
          expect(total).to.equal(network.anchor * 1n + amount + change + fee);
          expect(change === 0n || (change >= dustLimit(network, own) && change !== network.anchor)).to.equal(
            true,
          );
          expect(fee >= feeAt(rate, size)).to.equal(true);
          // More only where a change wouldn't be worth its making.
          expect(fee - feeAt(rate, size) <= feeAt(rate, 43 + 58 + 2) + dustLimit(network, own)).to.equal(
            true,
          );
          expect(choose(amounts, amount, rate)).to.deep.equal(made);
        },
      ),
      { numRuns: propertyCases() },
    );
    expect(paid).to.be.greaterThan(propertyCases() / 10);
  });
});
