import { dollars, formatUsd, usdDecimal } from "../../core/money.ts";
import { KINDS, paramKey } from "../../governance/parameters.ts";
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
    const limit = usdDecimal(LOOSER);
    const proposal = await stage.governance.propose({
      title: "Loosen tier 1",
      reason: "Verified persons need more a day",
      changes: [{ kind: "set-tier-limits", tier: 1, perDay: limit, single: limit }],
    });
    const loosens = proposal.simulation.changes.filter(({ direction }) => direction === "loosens");
    for (const { label, before, after } of loosens) {
      scene.say(`  Tried on a copy of the chain: ${label.en}, ${before.en} → ${after.en}: it loosens.`);
    }
    scene.promise("signers see beforehand what loosens", loosens.length === 2);
    const calls = proposal.calls.map(({ to, data }) => ({ to, data }));
    const [direct] = calls;
    const around = direct === undefined ? undefined : await stage.offices.asCouncil(direct);
    scene.promise("signatures alone change nothing", around !== undefined && !around.ok);

    const sent = await stage.governance.advance(proposal);
    const scheduled = scene.now;
    scene.spend(sent.gas);
    scene.say(
      `${signatures} of ${owners} council members sign: verified persons may take out ${formatUsd(LOOSER)} a day. Anyone can read it for ${formatSpan(PARAMETERS.timelockSeconds)}.`,
    );
    scene.promise("the quorum can schedule", sent.did === "scheduled" && signatures === 3);

    await scene.until(scheduled + PARAMETERS.timelockSeconds - 1);
    const { salt = "", id = "" } = proposal.operation ?? {};
    const early = await stage.offices.execute({ calls, salt, id });
    const limitBefore = (await scene.explain(NOW_POSSIBLE, scene.wallet)).limit;
    scene.promise("a second before the delay is over it can't be executed", !early.ok);
    scene.promise("and the old limit is in force", limitBefore === PARAMETERS.tiers[1].perDay);

    await scene.until(scheduled + PARAMETERS.timelockSeconds);
    const executed = await stage.governance.advance(proposal);
    scene.spend(executed.gas);
    const limitAfter = (await scene.explain(NOW_POSSIBLE, scene.wallet)).limit;
    scene.say(`The delay is over; anyone carries it out. Alice's limit is ${formatUsd(limitAfter)} a day.`);
    const answer = await scene.withdraw(NOW_POSSIBLE, scene.wallet);
    scene.promise("then anyone can", executed.did === "executed");
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

    const proposal = await stage.governance.propose({
      title: "Tighten tier 1",
      reason: "Something smells",
      changes: [{ kind: "tighten", name: "TIER_WINDOW", tier: 1, value: usdDecimal(TIGHTER) }],
    });
    const tightened = await stage.governance.advance(proposal);
    scene.spend(tightened.gas);
    const { until } = await row(scene, WINDOW);
    scene.say(
      `Something smells: the risk officers cut the limit to ${formatUsd(TIGHTER)} at once. Unless governance confirms it, it ends on ${moment(Number(until))}.`,
    );
    const answer = await scene.explain(TOO_MUCH_NOW, scene.wallet);
    scene.say(`  ${formatUsd(TOO_MUCH_NOW)} would wait now, because ${answer.because}.`);
    scene.promise("the risk officer can tighten", tightened.did === "acted");
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
