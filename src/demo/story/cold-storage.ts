import { formatUnits } from "ethers";
import { dollars, formatUsd, type Units, units } from "../../core/money.ts";
import { callOf, type Outcome } from "../chain.ts";
import { formatSpan } from "../report.ts";
import { addressOf, walletOf, worth } from "../stage.ts";
import { OTHER_PEOPLE, type Scene, type Step } from "./scene.ts";

const LARGE = dollars(150_000n);
const TOP_UP = dollars(300_000n);

/** What the vault itself, or its reserve, holds of the dollar. */
async function heldBy(scene: Scene, account: string): Promise<Units> {
  return walletOf(scene.stage, "usd", account);
}

/** What lies in the vault follows demand; the rest is cold, and comes back for a matured exit without anybody's signature. */
export const coldStorage: Step = {
  id: "cold-storage",
  title: "Most of the money goes to cold storage, and comes back for an exit without a signature",
  async play(scene) {
    const { stage } = scene;
    const { id } = stage.assets.usd;
    const price = stage.feeds.price("usd");
    const anyone = addressOf("anyone");
    const reserve = (name: string, args: readonly unknown[]): Promise<Outcome> =>
      scene.act(anyone, callOf("reserve", stage.reserve, name, args));

    const [ceiling] = await stage.chain.view("vault", stage.vault, "hotCeiling", [id]);
    const swept = await scene.act(anyone, scene.vault("sweep", [id]));
    const cold = await heldBy(scene, stage.reserve);
    const hot = await heldBy(scene, stage.vault);
    scene.say(
      `Anyone sweeps: ${formatUsd(worth(stage, "usd", cold, price))} goes to the reserve, ${formatUsd(worth(stage, "usd", hot, price))} stays, as lately that was enough.`,
    );
    scene.promise("the vault keeps its ceiling", swept.ok && hot === units(ceiling as bigint));
    const [all] = await stage.chain.view("vault", stage.vault, "holdings", [id]);
    scene.promise("what is cold still counts", (all as bigint) === cold + hot);

    const bank = addressOf("a customer's bank");
    const answer = await scene.ask(OTHER_PEOPLE, "A customer", LARGE, bank, "a bank");
    scene.promise("a large exit queues", answer.verdict === "queued");
    if (answer.verdict !== "queued") return;
    const announced = await reserve("announce", [answer.exit.terms]);
    scene.promise("anyone announces it to the reserve", announced.ok);
    scene.say("Anyone announces it to the reserve: its own signers have until then to veto it. They sleep.");

    const waits = answer.exit.late - scene.now;
    await scene.until(answer.exit.late);
    const early = await stage.chain.send(anyone, scene.vault("release", [answer.exit.terms]));
    scene.promise(
      "the vault alone can't pay it, and loses nothing by trying",
      !early.ok && early.refusal.name === "Vault_NotFunded",
    );
    const refilled = await reserve("refill", [answer.exit.terms]);
    const paid = await heldBy(scene, bank);
    scene.say(
      `It has matured after ${formatSpan(waits)}. Anyone calls refill: the reserve brings what the vault lacks, and the exit is paid.`,
    );
    scene.promise("the reserve brings what the vault lacks", refilled.ok);
    scene.promise("and the exit is paid in the same transaction", paid === scene.units(LARGE));

    const top = callOf("reserve", stage.reserve, "send", [id, scene.units(TOP_UP)]);
    const stranger = await stage.chain.send(anyone, top);
    scene.promise("nobody else sends more", !stranger.ok);
    const sending = await stage.governance.propose({
      title: "Send more from the reserve",
      reason: "The last exit has emptied the Vault",
      changes: [
        {
          kind: "refill-from-reserve",
          asset: "usd",
          amount: formatUnits(scene.units(TOP_UP), stage.assets.usd.decimals),
        },
      ],
    });
    const sent = await stage.governance.advance(sending);
    scene.spend(sent.gas);
    scene.say(
      `That has emptied the vault. Two signers of the reserve wake up and send ${formatUsd(TOP_UP)}.`,
    );
    scene.promise(
      "the reserve's own Safe does",
      sent.did === "acted" && (await heldBy(scene, stage.vault)) >= scene.units(TOP_UP),
    );
    scene.figure("cold", formatUsd(worth(stage, "usd", cold, price)));
    scene.figure("paid", formatUsd(LARGE));
  },
};
