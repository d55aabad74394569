import { id as hashOf, Wallet } from "ethers";
import { dollars, formatUsd } from "../../core/money.ts";
import { signCycle } from "../../payments/netting/check-cycle.ts";
import { proposeCycle } from "../../payments/netting/cycle.ts";
import { nettingDomain } from "../../payments/netting/netting-domain.ts";
import { signObligation } from "../../payments/netting/obligation.ts";
import { solveCycle } from "../../payments/netting/solve-cycle.ts";
import { callOf } from "../chain.ts";
import { DAY } from "../parameters.ts";
import { addressOf, deposit } from "../stage.ts";
import type { Step } from "./scene.ts";

const MARGIN = dollars(2_000n);
const DEADLINE = 900;

/** Who owes whom, and how many dollars. */
const DEBTS = [
  ["a mill", "a smith", 90_000n],
  ["a smith", "a carter", 89_000n],
  ["a carter", "a farm", 90_000n],
  ["a farm", "a mill", 89_000n],
  ["a smith", "a farm", 11_000n],
  ["a farm", "a smith", 11_000n],
] as const;

/** Firms that owe each other settle all of it by the differences, and trust nobody who tells them what those are. */
export const netting: Step = {
  id: "netting",
  title: "Firms that owe each other settle by the differences",
  async play(scene) {
    const { stage } = scene;
    const { chain } = stage;
    const asset = stage.assets.usd.id;
    const domain = nettingDomain(stage.chainId, stage.netting);
    const firms = new Map(
      ["a mill", "a smith", "a carter", "a farm"].map((name) => [
        name,
        new Wallet(hashOf(`strongroom demo: ${name}`)),
      ]),
    );
    const firm = (name: string) => firms.get(name) as Wallet;
    for (const { address } of firms.values()) {
      await deposit(stage, "usd", scene.units(MARGIN), address);
      await stage.offices.attest(address, 3);
    }
    await scene.until(scene.now + DAY + 1);
    for (const { address } of firms.values()) {
      const funded = scene.vault("callWith", [stage.netting, [asset], [scene.units(MARGIN)], "0x"]);
      scene.promise("a firm funds its margin", (await scene.act(address, funded)).ok);
    }
    const margin = async ({ address }: Wallet): Promise<bigint> => {
      const [read] = await chain.view("netting", stage.netting, "marginOf", [address, asset]);
      return (read as { balance: bigint }).balance;
    };

    const dueBy = BigInt(scene.now + DAY);
    const debts = await Promise.all(
      DEBTS.map(([debtor, creditor, amount], place) =>
        signObligation(firm(debtor), domain, {
          debtor: firm(debtor).address,
          creditor: firm(creditor).address,
          asset,
          amount: scene.units(dollars(amount)),
          ref: hashOf(`invoice ${place}`),
          dueBy,
          salt: BigInt(place),
        }),
      ),
    );
    const owed = dollars(DEBTS.reduce((sum, [, , amount]) => sum + amount, 0n));
    const { cleared } = await solveCycle(debts, () => scene.units(MARGIN));
    scene.promise("all that is owed can be cleared", cleared.length === debts.length);

    const deadline = BigInt(scene.now + DEADLINE);
    const proposal = proposeCycle(domain, cleared, deadline);
    const signed = async (settled: typeof proposal) =>
      Promise.all(
        settled.cycle.entries.map(async (entry) => {
          const key = [...firms.values()].find(
            ({ address }) => address.toLowerCase() === entry.party,
          ) as Wallet;
          const open = debts.filter(({ debtor, creditor }) => [debtor, creditor].includes(key.address));
          const books = { party: key.address, domain, open, now: BigInt(scene.now) };
          return { ...entry, signature: await signCycle(key, settled, books, 0n) };
        }),
      );
    const entries = await signed(proposal);
    const anyone = addressOf("anyone");
    const settle = (vector: readonly unknown[]) =>
      callOf("netting", stage.netting, "settle", [{ ...proposal.cycle, entries: vector }]);
    // The first firm's signature under another net.
    const cheating = entries.map((entry, place) => ({
      ...entry,
      net: entry.net + (place === 0 ? 1n : place === 1 ? -1n : 0n),
    }));
    const cheated = await chain.send(anyone, settle(cheating));
    scene.promise(
      "nobody can settle what a firm didn't sign",
      !cheated.ok && cheated.refusal.name === "Netting_BadSignature",
    );
    const done = await scene.act(anyone, settle(entries));
    const moved = proposal.cycle.entries.reduce((sum, { net }) => (net > 0n ? sum + net : sum), 0n);
    const words = formatUsd(dollars(moved / 10n ** BigInt(stage.assets.usd.decimals)));
    scene.say(
      `Four firms owe each other ${formatUsd(owed)}, and have ${formatUsd(MARGIN)} each. Each checks its own books and signs; anyone settles: ${words} move.`,
    );
    scene.promise("the cycle settles", done.ok);
    const net = (name: string) => {
      const flow = DEBTS.reduce(
        (sum, [debtor, creditor, amount]) =>
          sum + (creditor === name ? amount : 0n) - (debtor === name ? amount : 0n),
        0n,
      );
      return flow < 0n ? -scene.units(dollars(-flow)) : scene.units(dollars(flow));
    };
    const right = await Promise.all(
      [...firms].map(async ([name, key]) => (await margin(key)) === scene.units(MARGIN) + net(name)),
    );
    scene.promise("each has what paying every invoice would have left it", right.every(Boolean));
    scene.figure("owed", formatUsd(owed));
    scene.figure("moved", words);
  },
};
