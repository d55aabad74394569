import { dollars, formatUsd } from "../../core/money.ts";
import { callOf } from "../chain.ts";
import { PARAMETERS } from "../parameters.ts";
import { addressOf } from "../stage.ts";
import { moment, type Step } from "./scene.ts";

const SENT = dollars(25_000n);

/** Exchanges can't call contracts: they send to an address that belongs to one account, and anyone moves it on. */
export const depositArrives: Step = {
  id: "deposit",
  title: "A deposit arrives from an exchange and is fresh for a day",
  async play(scene) {
    const { stage, alice } = scene;
    const exchange = addressOf("exchange");
    const { token, id } = stage.assets.usd;
    if (token === undefined) throw new TypeError("the dollar asset is a token");
    const [depositAddress] = await stage.chain.view("factory", stage.factory, "addressOf", [alice]);
    const amount = scene.units(SENT);

    await stage.chain.must(exchange, callOf("token", token, "mint", [exchange, amount]));
    await scene.act(exchange, callOf("token", token, "transfer", [depositAddress, amount]));
    const flushed = await scene.act(
      addressOf("anyone"),
      callOf("factory", stage.factory, "flush", [alice, id]),
    );
    const arrived = scene.now;
    scene.say(
      `An exchange sends ${formatUsd(SENT)} to Alice's deposit address, and anyone moves it into the vault.`,
    );
    await scene.act(alice, scene.vault("setDestination", [scene.wallet, true]));
    scene.say("Alice enters her wallet into her book of destinations.");

    const { total, seasoned, seasonsAt } = await scene.seasoning();
    const told = await scene.explain(dollars(500n), scene.wallet);
    scene.say(`  It is hers, and fresh until ${moment(seasonsAt)}: nothing leaves sooner, by any path.`);
    scene.say(`  ${formatUsd(dollars(500n))} would wait, because ${told.because}.`);
    scene.promise("what arrived is credited", flushed.ok && total === amount);
    scene.promise("all of it is fresh", seasoned === 0n);
    const { seasonSeconds } = PARAMETERS;
    scene.promise(
      "it stays fresh for a day to two",
      seasonsAt - arrived >= seasonSeconds && seasonsAt - arrived <= 2 * seasonSeconds,
    );
    scene.promise("freshness is a reason", told.reasons.includes("FRESH"));
    scene.promise("so is the waiting destination", told.reasons.includes("DESTINATION_WAITING"));
    scene.figure("deposited", formatUsd(SENT));
    scene.figure("freshUntil", moment(seasonsAt));
  },
};
