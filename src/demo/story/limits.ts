import { dollars, formatUsd } from "../../core/money.ts";
import { KINDS, NEVER, paramKey } from "../../governance/parameters.ts";
import { callOf } from "../chain.ts";
import { DAY, PARAMETERS } from "../parameters.ts";
import { formatSpan } from "../report.ts";
import { addressOf } from "../stage.ts";
import { moment, type Scene, type Step } from "./scene.ts";

const LOOSER = dollars(20_000n);
const NOW_POSSIBLE = dollars(12_000n);
const TIGHTER = dollars(1_000n);
const TOO_MUCH_NOW = dollars(2_000n);

const WINDOW = paramKey(KINDS.TIER_WINDOW, 1n);
const SINGLE = paramKey(KINDS.TIER_SINGLE, 1n);

interface Row {
  readonly base: bigint;
  readonly version: bigint;
  readonly until: bigint;
}

async function row(scene: Scene, key: string): Promise<Row> {
  const [param] = await scene.stage.chain.view("policy", scene.stage.policy, "param", [key]);
  const { base, version, until } = param as Row;
  return { base, version, until };
}

/** What loosens a limit takes signatures and time. */
export const loosening: Step = {
  id: "governance",
  title: "Governance loosens a limit by three signatures and the timelock",
  async play(scene) {
    const { stage } = scene;
    const { signatures, owners } = stage.quorum;
    const calls = [];
    for (const key of [WINDOW, SINGLE]) {
      const { version } = await row(scene, key);
      calls.push(callOf("policy", stage.policy, "set", [key, version, NEVER, LOOSER]));
    }
    const direct = calls[0];
    const around = direct === undefined ? undefined : await stage.offices.asCouncil(direct);
    scene.promise("signatures alone change nothing", around !== undefined && !around.ok);

    const { outcome, proposal } = await stage.offices.propose(calls, "loosen tier 1");
    const scheduled = scene.now;
    scene.count(outcome);
    scene.say(
      `${signatures} of ${owners} council members sign: verified persons may take out ${formatUsd(LOOSER)} a day. Anyone can read it for ${formatSpan(PARAMETERS.timelockSeconds)}.`,
    );
    scene.promise("the quorum can schedule", outcome.ok && signatures === 3);

    await scene.until(scheduled + PARAMETERS.timelockSeconds - 1);
    const early = await stage.offices.execute(proposal);
    const limitBefore = (await scene.explain(NOW_POSSIBLE, scene.wallet)).limit;
    scene.promise("a second before the delay is over it can't be executed", !early.ok);
    scene.promise("and the old limit is in force", limitBefore === PARAMETERS.tiers[1].perDay);

    await scene.until(scheduled + PARAMETERS.timelockSeconds);
    const executed = await stage.offices.execute(proposal);
    scene.count(executed);
    const limitAfter = (await scene.explain(NOW_POSSIBLE, scene.wallet)).limit;
    scene.say(`The delay is over; anyone carries it out. Alice's limit is ${formatUsd(limitAfter)} a day.`);
    const answer = await scene.withdraw(NOW_POSSIBLE, scene.wallet);
    scene.promise("then anyone can", executed.ok);
    scene.promise("the new limit is in force", limitAfter === LOOSER);
    scene.promise("and used", answer.verdict === "paid");
    scene.figure("before", formatUsd(limitBefore));
    scene.figure("after", formatUsd(limitAfter));
  },
};

/** What tightens one works at once, and ends by itself. */
export const tightening: Step = {
  id: "risk-officer",
  title: "The risk officer tightens one at once",
  async play(scene) {
    const { stage } = scene;
    const { perDay } = PARAMETERS.tiers[1];
    const { base, version } = await row(scene, WINDOW);
    const stranger = callOf("policy", stage.policy, "tighten", [WINDOW, TIGHTER]);
    const refused = await stage.chain.send(addressOf("anyone"), stranger);
    scene.promise("nobody else may", !refused.ok && refused.refusal.name === "AccessManagedUnauthorized");

    const tightened = await stage.offices.asRiskOfficer(stranger);
    scene.count(tightened);
    const { until } = await row(scene, WINDOW);
    scene.say(
      `Something smells: the risk officers cut the limit to ${formatUsd(TIGHTER)} at once. Unless governance confirms it, it ends on ${moment(Number(until))}.`,
    );
    const answer = await scene.explain(TOO_MUCH_NOW, scene.wallet);
    scene.say(`  ${formatUsd(TOO_MUCH_NOW)} would wait now, because ${answer.because}.`);
    scene.promise("the risk officer can tighten", tightened.ok);
    scene.promise("it is in force in the same second", answer.limit === TIGHTER);
    scene.promise("it lapses after 14 days", Number(until) === scene.now + 14 * DAY);

    const loosen = callOf("policy", stage.policy, "tighten", [WINDOW, perDay]);
    const loosened = await stage.offices.asRiskOfficer(loosen);
    scene.promise("but can't loosen", !loosened.ok);
    scene.promise(
      "governance's number stays underneath",
      (await row(scene, WINDOW)).base === base && version > 0n,
    );
    scene.figure("limit", formatUsd(answer.limit));
    scene.figure("until", moment(Number(until)));
  },
};
