import { id as hashOf, Wallet } from "ethers";
import { type Cents, dollars, formatUsd, type Units } from "../../core/money.ts";
import { lump, stream } from "../../payments/build-terms.ts";
import { hashLock, newSecret } from "../../payments/conditions/hash-lock.ts";
import { approvalsWitness, quorum, signApproval } from "../../payments/conditions/quorum.ts";
import { createPayments } from "../../payments/create-payment.ts";
import type { Question } from "../../payments/question.ts";
import type { PaymentTerms } from "../../payments/terms.ts";
import { callOf, type Outcome } from "../chain.ts";
import { DAY } from "../parameters.ts";
import { addressOf, balanceIn, deposit, worth } from "../stage.ts";
import type { Step } from "./scene.ts";

const FUNDS = dollars(100_000n);
const ORDER = dollars(5_000n);
const SWAP = dollars(2_000n);
const SALARY = dollars(10_000n);
/** A percent, to whoever brought buyer and seller together. */
const FEE_BPS = 100n;
const MONTH = 30 * DAY;

/** Somebody's key, the same in every run. */
const keyOf = (name: string) => new Wallet(hashOf(`strongroom demo: ${name}`));

/** Money under terms: what happens to it follows from them and from nobody's favour, with or without a price. */
export const payments: Step = {
  id: "payments",
  title: "Money is paid under terms: on approval, against a secret, by the second",
  async play(scene) {
    const { stage } = scene;
    const { chain } = stage;
    const [buyer, seller, broker] = ["a buyer", "a seller", "a broker"].map(addressOf) as [
      string,
      string,
      string,
    ];
    const anyone = addressOf("anyone");
    await deposit(stage, "usd", scene.units(FUNDS), buyer);
    await stage.offices.attest(buyer, 3);
    await scene.until(scene.now + DAY + 1);

    const place = { chainId: stage.chainId, vault: stage.vault, payments: stage.payments };
    const held = (who: string): Promise<Units> => balanceIn(stage, "usd", who);
    const inDollars = (amount: Units): string =>
      formatUsd(worth(stage, "usd", amount, stage.feeds.price("usd")));
    const app = (from: string, name: string, args: readonly unknown[]): Promise<Outcome> =>
      scene.act(from, callOf("payments", stage.payments, name, args));
    const create = async (terms: PaymentTerms): Promise<string> => {
      const { call, ids } = createPayments(place, [terms], BigInt(scene.now));
      const made = await scene.act(
        buyer,
        scene.vault("callWith", [call.app, call.assets, call.amounts, call.data]),
      );
      scene.promise("the payment is funded", made.ok);
      return ids[0] as string;
    };
    const agreed = (amount: Cents) => ({
      payer: buyer,
      payee: seller,
      asset: stage.assets.usd.id,
      amount: scene.units(amount),
    });
    const until = (question: Question) => ({
      question,
      latchBy: BigInt(scene.now + 7 * DAY),
      expiry: BigInt(scene.now + 8 * DAY),
    });

    const inspectors = ["first inspector", "second inspector", "third inspector"].map(keyOf);
    const approval = quorum(stage.conditions.quorum, {
      signers: inspectors.map(({ address }) => address),
      threshold: 2n,
      shared: false,
    });
    const order = lump(agreed(ORDER), { condition: until(approval), fee: { bps: FEE_BPS, to: broker } });
    const orderId = await create(order);
    const early = await chain.send(anyone, callOf("payments", stage.payments, "release", [order]));
    scene.say(`A buyer pays a seller ${formatUsd(ORDER)}, once two of three inspectors approve the goods.`);
    scene.promise(
      "nothing is paid before they do",
      !early.ok && early.refusal.name === "Payments_NotLatched",
    );
    const approvals = await Promise.all(
      inspectors.slice(0, 2).map((inspector) => signApproval(inspector, stage.chainId, approval, orderId)),
    );
    await app(anyone, "latch", [order, approval, approvalsWitness(approval, approvals)]);
    await app(anyone, "release", [order]);
    const fee = (order.amount * FEE_BPS) / 10_000n;
    scene.say(
      `  Two approve, and anyone releases it: ${inDollars(await held(seller))} to the seller, ${inDollars(await held(broker))} to the broker.`,
    );
    scene.promise(
      "then the seller has it, less the agreed fee",
      (await held(seller)) === order.amount - fee && (await held(broker)) === fee,
    );

    const { hash } = newSecret();
    const lock = hashLock(stage.conditions.hashLock, { hash, before: BigInt(scene.now + 7 * DAY) });
    const swap = lump(agreed(SWAP), { condition: until(lock) });
    const before = await held(buyer);
    await create(swap);
    scene.say(
      `${formatUsd(SWAP)} more wait for a secret that a swap on another chain would show. It is never shown.`,
    );
    await scene.until(Number(swap.expiry));
    await app(anyone, "rollback", [swap]);
    scene.say("  The swap has expired: anyone gives the buyer its money back, with all price feeds dead.");
    scene.promise("what lapses goes back, whatever the oracle says", (await held(buyer)) === before);

    const salary = stream(
      { ...agreed(SALARY), from: BigInt(scene.now), until: BigInt(scene.now + MONTH) },
      { arbiter: buyer },
    );
    const paidBefore = await held(seller);
    await create(salary);
    await scene.until(scene.now + 6 * DAY);
    await app(anyone, "release", [salary]);
    const worked = (await held(seller)) - paidBefore;
    scene.say(
      `A month's ${formatUsd(SALARY)} stream by the second: after six days ${inDollars(worked as Units)} have been paid.`,
    );
    scene.promise("a stream pays a fifth in a fifth of its time", worked === salary.amount / 5n);
    await scene.until(scene.now + 3 * DAY);
    const [due] = await chain.view("payments", stage.payments, "dueOf", [salary]);
    const less = await chain.send(
      buyer,
      callOf("payments", stage.payments, "split", [salary, (due as bigint) - 1n]),
    );
    scene.promise(
      "who cancels it can't take back what was earned",
      !less.ok && less.refusal.name === "Payments_BelowDue",
    );
    await app(buyer, "split", [salary, due]);
    const earned = (await held(seller)) - paidBefore;
    scene.say(
      `  The buyer cancels it after nine days: what was earned, ${inDollars(earned as Units)}, is the seller's; the rest is back.`,
    );
    scene.promise("the rest goes back", (await held(buyer)) === before - earned);
    scene.promise("the app has kept nothing", (await held(stage.payments)) === 0n);
    scene.figure("paid", formatUsd(ORDER));
    scene.figure("rolledBack", formatUsd(SWAP));
    scene.figure("earned", inDollars(earned as Units));
  },
};
