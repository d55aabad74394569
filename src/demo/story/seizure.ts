import { dollars, formatUsd, units } from "../../core/money.ts";
import { callOf } from "../chain.ts";
import { addressOf, walletOf } from "../stage.ts";
import { OTHER_PEOPLE, type Step } from "./scene.ts";

const HERS = dollars(1_000n);
const THEIRS = dollars(50_000n);

/** When an issuer takes the vault's tokens the loss is shared by those who leave, and nobody else can make anyone leave. */
export const seizure: Step = {
  id: "seizure",
  title: "An issuer freezes and destroys the vault's tokens: exits go pro rata, for who wants to leave now",
  async play(scene) {
    const { stage, alice } = scene;
    const { id, token } = stage.assets.usd;
    if (token === undefined) throw new TypeError("the dollar asset is a token");
    const anyone = addressOf("anyone");
    const issuer = addressOf("issuer");
    const outside = addressOf("alice's bank");
    const bank = addressOf("their bank");
    const hers = await scene.ask(alice, "Alice", HERS, outside, "her bank");
    const theirs = await scene.ask(OTHER_PEOPLE, "Another customer", THEIRS, bank, "a bank");
    scene.promise("both queue", hers.verdict === "queued" && theirs.verdict === "queued");
    if (hers.verdict !== "queued" || theirs.verdict !== "queued") return;

    // Of what the vault and its reserve hold, 40 % each.
    const taken: [string, bigint][] = [];
    for (const account of [stage.vault, stage.reserve]) {
      const amount = ((await walletOf(stage, "usd", account)) * 4n) / 10n;
      taken.push([account, amount]);
      await stage.chain.must(issuer, callOf("token", token, "destroy", [account, amount]));
    }
    scene.say(
      "The dollar token's issuer freezes 40 % of what the vault and its reserve hold, and destroys it.",
    );
    const flagged = await scene.act(anyone, scene.vault("checkImpairment", [id]));
    scene.promise("anyone flags the shortfall", flagged.ok);

    await scene.until(Math.max(hers.exit.late, theirs.exit.late));
    const forced = await stage.chain.send(anyone, scene.vault("release", [theirs.exit.terms]));
    scene.promise(
      "nobody can force another into a loss",
      !forced.ok && forced.refusal.name === "Vault_OnlyOwner",
    );
    const [holdings] = await stage.chain.view("vault", stage.vault, "holdings", [id]);
    const [asset] = await stage.chain.view("vault", stage.vault, "assetOf", [id]);
    const { liabilities } = asset as { liabilities: bigint };
    const share = units((scene.units(HERS) * (holdings as bigint)) / liabilities);
    const released = await scene.act(alice, scene.vault("release", [hers.exit.terms]));
    const arrived = await walletOf(stage, "usd", outside);
    const percent = Number(((holdings as bigint) * 1000n) / liabilities) / 10;
    scene.say(
      `Alice would rather have ${percent} % now than wait: she releases her exit and gets her share.`,
    );
    scene.promise("who leaves gets a share of what is there", released.ok && arrived === share);

    for (const [account, amount] of taken) {
      await stage.chain.must(issuer, callOf("token", token, "mint", [account, amount]));
    }
    const cleared = await scene.act(anyone, scene.vault("checkImpairment", [id]));
    const whole = await scene.act(anyone, scene.vault("release", [theirs.exit.terms]));
    const theirBank = await walletOf(stage, "usd", bank);
    scene.say(
      "The freeze is overturned and the issuer makes the loss good. The other customer, who waited, gets everything.",
    );
    scene.promise("anyone clears the flag", cleared.ok);
    scene.promise("who waited is paid in full", whole.ok && theirBank === scene.units(THEIRS));
    scene.figure("share", `${percent} %`);
    scene.figure("waited", formatUsd(THEIRS));
  },
};
