import { id as hashOf, type Result } from "ethers";
import { laneSeconds, unpack } from "../audit/slots.ts";
import { TerminalError } from "../core/errors.ts";
import { type Cents, cents, minCents, type Price, sumCents, type Units, units } from "../core/money.ts";
import { reasonsOf } from "../custody/reasons.ts";
import { explainRefusal } from "../custody/refusals.ts";
import { NEVER } from "../governance/parameters.ts";
import { COMPARE, probeOf } from "../governance/release.ts";
import { SUITE_ASSETS, type SuiteAsset } from "./assets.ts";
import type { AttackPlan } from "./attack.ts";
import type { LossPoint } from "./bucket.ts";
import { type Call, callOf, FACES, type Outcome } from "./chain.ts";
import type { Move, Party, Strategy } from "./moves.ts";
import { DAY, type ReplayParameters } from "./parameters.ts";
import type { AttemptResult } from "./report.ts";
import {
  addressOf,
  balanceIn,
  deposit,
  type Proposal,
  type Stage,
  unitsOf,
  walletOf,
  worth,
} from "./stage.ts";

/** What one strategy achieved on the chain. */
export interface StrategyResult {
  readonly strategy: Strategy;
  /** Instant exits as the vault charged them, queued ones at the price of the start. */
  readonly lost: Cents;
  readonly points: readonly LossPoint[];
  readonly attempts: readonly AttemptResult[];
}

/** An exit that waits, with what a release of it must repeat. */
interface OpenExit {
  readonly terms: Result;
  readonly late: number;
  /** When its turn in the lane comes, once that is known; trying earlier only costs the thief gas. */
  readonly due?: number;
}

type Verdict = Pick<AttemptResult, "outcome" | "reasons">;

/** Prices at the replay's first second. */
export type OpeningPrices = Readonly<Record<SuiteAsset, Price>>;

const DONE: Verdict = { outcome: "done", reasons: [] };

/** The address of a party; `app` is a contract of its own. */
export function partyAddress(stage: Stage, party: Party): string {
  return party === "app" ? stage.app : addressOf(`thief of record: ${party}`);
}

/** Runs one strategy's moves on the deployed suite, from the opening state and at their times. */
export class AttackDriver {
  readonly #stage: Stage;
  readonly #plan: AttackPlan;
  readonly #strategy: Strategy;
  readonly #parameters: ReplayParameters;
  readonly #start: number;
  readonly #opening: OpeningPrices;
  readonly #exits = new Map<Party, OpenExit[]>();
  readonly #proposals = new Map<number, Proposal>();
  readonly #points: LossPoint[] = [];
  readonly #attempts: AttemptResult[] = [];
  #extension: Proposal | undefined;
  #extended: Outcome | undefined;
  #lost = cents(0n);
  #at = 0;

  /** The chain stands at the replay's first second. */
  constructor(
    stage: Stage,
    plan: AttackPlan,
    strategy: Strategy,
    parameters: ReplayParameters,
    opening: OpeningPrices,
  ) {
    this.#stage = stage;
    this.#plan = plan;
    this.#strategy = strategy;
    this.#parameters = parameters;
    this.#start = stage.chain.time;
    this.#opening = opening;
  }

  async run(): Promise<StrategyResult> {
    for (const move of this.#strategy.moves) {
      this.#at = move.at;
      this.#stage.chain.setTime(this.#start + move.at);
      const { outcome, reasons } = await this.#do(move);
      this.#attempts.push({
        atSeconds: move.at,
        strategy: this.#strategy.title,
        kind: move.kind,
        from: move.from,
        cents: move.cents,
        outcome,
        reasons,
      });
    }
    const stake = sumCents(Object.values(this.#plan.stake));
    return {
      strategy: this.#strategy,
      // Rounding up each payment can exceed the stake by a few cents.
      lost: minCents(this.#lost, stake),
      points: this.#points,
      attempts: this.#attempts,
    };
  }

  #do(move: Move): Promise<Verdict> {
    switch (move.kind) {
      case "exit":
      case "queue":
        return this.#withdraw(move);
      case "transfer":
        return this.#send(move.from, this.#ledgerCall(move));
      case "payout":
        return this.#send("thief", this.#payoutCall(move));
      case "book":
        return this.#send(move.from, this.#vaultCall("setDestination", [this.#address(move.to), true]));
      case "release":
        return this.#release(move.from);
      case "hold":
        return this.#hold(move.to);
      case "extend":
        return this.#extend();
      case "schedule":
        return this.#schedule(move);
      case "execute":
        return this.#execute(move);
      case "veto":
        return this.#veto(move);
      case "bypass":
        return this.#plundered(() => this.#stage.offices.asCouncil(this.#plunder()[0]));
    }
  }

  // ---- the thief as an account ----

  async #withdraw(move: Move): Promise<Verdict> {
    const asset = this.#assetOf(move);
    await this.#stage.feeds.play([asset]);
    const amount = this.#unitsOf(move);
    const outcome = await this.#stage.chain.send(
      this.#address(move.from),
      this.#vaultCall("withdraw", [this.#stage.assets[asset].id, amount, this.#address(move.to)]),
    );
    if (!outcome.ok) return refused(outcome.refusal.name);
    const queued = outcome.events.find((event) => event.name === "Queued");
    if (queued === undefined) {
      this.#book(worth(this.#stage, asset, amount, this.#stage.feeds.price(asset)));
      return { outcome: "paid", reasons: [] };
    }
    const terms = queued.args.getValue("exit") as Result;
    const exits = this.#exits.get(move.from) ?? [];
    exits.push({ terms, late: Number(terms.getValue("late")) });
    this.#exits.set(move.from, exits);
    const reasons = reasonsOf(queued.args.getValue("reasons") as bigint).map(({ sentence }) => sentence);
    return { outcome: "queued", reasons };
  }

  /** Every matured exit of a party: the first call takes the lane's slot, a later one pays. */
  async #release(party: Party): Promise<Verdict> {
    const reasons = new Set<string>();
    let paid = false;
    const left: OpenExit[] = [];
    for (const exit of this.#exits.get(party) ?? []) {
      if (exit.late > this.#stage.chain.time) {
        left.push(exit);
        reasons.add(explainRefusal("Vault_NotMature"));
        continue;
      }
      if ((exit.due ?? 0) > this.#stage.chain.time) {
        left.push(exit);
        reasons.add(explainRefusal("Vault_SlotAhead"));
        continue;
      }
      const outcome = await this.#stage.chain.send(
        this.#address("thief"),
        this.#vaultCall("release", [[...exit.terms]]),
      );
      const released = outcome.ok ? outcome.events.find((event) => event.name === "Released") : undefined;
      if (released !== undefined) {
        paid = true;
        const asset = this.#assetById(released.args.getValue("asset") as bigint);
        const amount = units(released.args.getValue("paid") as bigint);
        this.#book(worth(this.#stage, asset, amount, this.#opening[asset]));
        continue;
      }
      const slot = outcome.ok ? outcome.events.find((event) => event.name === "SlotTaken") : undefined;
      left.push(
        slot === undefined ? exit : { ...exit, due: dueOf(slot.args.getValue("openSlot") as bigint) },
      );
      reasons.add(explainRefusal(outcome.ok ? "Vault_SlotAhead" : outcome.refusal.name));
    }
    this.#exits.set(party, left);
    if (paid) return { outcome: "paid", reasons: [] };
    return { outcome: "refused", reasons: reasons.size === 0 ? ["nothing is queued"] : [...reasons] };
  }

  // ---- the thief as a governing quorum ----

  /**
   * New code for the vault, which then pays the thief everything: as a release that can't be rolled back, as nothing is to
   * be compared with the old code, and as a second call, as a release may not move money.
   */
  #plunder(): [upgrade: Call, steal: Call] {
    const { vault, vaultImplementation, plunderer, assets, upgradeController } = this.#stage;
    const tokens = SUITE_ASSETS.map((asset) => assets[asset].token).filter((token) => token !== undefined);
    const steal = FACES.plunderer.encodeFunctionData("plunder", [this.#address("outside"), tokens]);
    const step = [vault, 0, vaultImplementation, plunderer.address, plunderer.codehash, "0x"];
    const probe = probeOf(vault, { interface: FACES.plunderer }, "ready", [], COMPARE.NEW);
    const release = [[step], [], [probe], true, NEVER, hashOf("stolen")];
    return [callOf("upgradeController", upgradeController, "upgrade", [release]), { to: vault, data: steal }];
  }

  async #schedule(move: Move): Promise<Verdict> {
    const { outcome, proposal } = await this.#stage.offices.propose(
      this.#plunder(),
      `stolen ${move.proposal ?? 0}`,
    );
    this.#proposals.set(move.proposal ?? 0, proposal);
    return verdictOf(outcome);
  }

  #execute(move: Move): Promise<Verdict> {
    const proposal = this.#proposalOf(move);
    return this.#plundered(() => this.#stage.offices.execute(proposal));
  }

  async #veto(move: Move): Promise<Verdict> {
    return verdictOf(await this.#stage.offices.veto(this.#proposalOf(move)));
  }

  /** Whatever the thief holds outside afterwards is lost. */
  async #plundered(act: () => Promise<Outcome>): Promise<Verdict> {
    const outcome = await act();
    if (!outcome.ok) return refused(outcome.refusal.name);
    let taken = cents(0n);
    for (const asset of SUITE_ASSETS) {
      const amount = await walletOf(this.#stage, asset, this.#address("outside"));
      taken = sumCents([taken, worth(this.#stage, asset, amount, this.#opening[asset])]);
    }
    // The vault held more than the record's thief got: no more than the stake counts as lost.
    const stake = sumCents(Object.values(this.#plan.stake));
    this.#book(minCents(taken, cents(stake - this.#lost)));
    return taken > 0n ? { outcome: "paid", reasons: [] } : DONE;
  }

  // ---- the defence ----

  async #hold(party: Party): Promise<Verdict> {
    await this.#proposeExtension();
    const { guardian, offices } = this.#stage;
    const secs = this.#parameters.guardian.holdSeconds;
    const held = await offices.asGuardian(callOf("guardian", guardian, "hold", [this.#address(party), secs]));
    if (held.ok) return DONE;
    // More accounts than the guardian's budget allows to hold one by one: then everyone.
    const everyone = await offices.asGuardian(callOf("guardian", guardian, "hold", [NOBODY, secs]));
    return everyone.ok ? { outcome: "done", reasons: ["held with everyone"] } : verdictOf(held);
  }

  /** One change of governance extends every hold of the strategy; the timelock's delay starts when the guardian acts. */
  async #proposeExtension(): Promise<void> {
    if (this.#extension !== undefined) return;
    const { extensionSeconds } = this.#parameters.guardian;
    const calls = this.#strategy.moves
      .filter((move) => move.kind === "extend")
      .map((move) => this.#vaultCall("extend", [this.#address(move.to), extensionSeconds]));
    const { outcome, proposal } = await this.#stage.offices.propose(calls, "extend the holds");
    if (!outcome.ok) throw new TerminalError("PROPOSAL_REFUSED", outcome.refusal.name);
    this.#extension = proposal;
  }

  async #extend(): Promise<Verdict> {
    if (this.#extension === undefined) return refused("TimelockUnexpectedOperationState");
    this.#extended ??= await this.#stage.offices.execute(this.#extension);
    return verdictOf(this.#extended);
  }

  // ---- calls ----

  async #send(from: Party, call: Call): Promise<Verdict> {
    return verdictOf(await this.#stage.chain.send(this.#address(from), call));
  }

  #vaultCall(name: string, args: readonly unknown[]): Call {
    return callOf("vault", this.#stage.vault, name, args);
  }

  #ledgerCall(move: Move): Call {
    const { id } = this.#stage.assets[this.#assetOf(move)];
    return this.#vaultCall("transfer", [this.#address(move.to), id, this.#unitsOf(move)]);
  }

  #payoutCall(move: Move): Call {
    const { id } = this.#stage.assets[this.#assetOf(move)];
    return callOf("app", this.#stage.app, "pay", [this.#address(move.to), id, this.#unitsOf(move)]);
  }

  #address(party: Party): string {
    return partyAddress(this.#stage, party);
  }

  #assetOf(move: Move): SuiteAsset {
    if (move.asset === undefined) {
      throw new TerminalError("MOVE_WITHOUT_ASSET", `A ${move.kind} needs an asset`, {
        facts: { at: move.at },
      });
    }
    return move.asset;
  }

  #assetById(id: bigint): SuiteAsset {
    const found = SUITE_ASSETS.find((asset) => this.#stage.assets[asset].id === id);
    if (found === undefined)
      throw new TerminalError("NO_ASSET", "An event names an unknown asset", { facts: { id } });
    return found;
  }

  #unitsOf(move: Move): Units {
    const asset = this.#assetOf(move);
    const price = move.valuedAt === "start" ? this.#opening[asset] : this.#stage.feeds.price(asset);
    return unitsOf(this.#stage, asset, move.cents, price);
  }

  #proposalOf(move: Move): Proposal {
    const proposal = this.#proposals.get(move.proposal ?? 0);
    if (proposal === undefined) throw new TerminalError("NO_PROPOSAL", "Nothing was scheduled before");
    return proposal;
  }

  #book(amount: Cents): void {
    if (amount === 0n) return;
    this.#lost = sumCents([this.#lost, amount]);
    this.#points.push({ atSeconds: this.#at, lost: this.#lost });
  }
}

const NOBODY = "0x0000000000000000000000000000000000000000";

/** The second of the slot that an open exit has taken. */
function dueOf(openSlot: bigint): number {
  return Number(laneSeconds(unpack("open", openSlot).slot));
}

function refused(error: string): Verdict {
  return { outcome: "refused", reasons: [explainRefusal(error)] };
}

function verdictOf(outcome: Outcome): Verdict {
  return outcome.ok ? DONE : refused(outcome.refusal.name);
}

/** Deposits the opening balances of a plan; they season while governance's change of limits waits. */
export async function fundOpening(stage: Stage, plan: AttackPlan, opening: OpeningPrices): Promise<void> {
  for (const account of plan.opening) {
    for (const asset of SUITE_ASSETS) {
      const amount = unitsOf(stage, asset, account.balances[asset], opening[asset]);
      await deposit(stage, asset, amount, partyAddress(stage, account.party));
    }
  }
}

/** Checks that every account of a plan stands as the plan wants it: balance there, nothing fresh, tier in force. */
export async function checkOpening(stage: Stage, plan: AttackPlan, opening: OpeningPrices): Promise<void> {
  for (const account of plan.opening) {
    const address = partyAddress(stage, account.party);
    const [standing] = await stage.chain.view("lens", stage.lens, "standingOf", [address]);
    const { tier, app } = standing as { tier: bigint; app: boolean };
    const fault = (what: string): TerminalError =>
      new TerminalError("OPENING_WRONG", `${account.party} does not stand as planned: ${what}`, {
        facts: { incident: plan.incident.id },
      });
    if (Number(tier) !== account.tier) throw fault(`tier ${tier}`);
    if (app !== (account.kind === "app")) throw fault(app ? "an app" : "a user");
    for (const asset of SUITE_ASSETS) {
      const wanted = unitsOf(stage, asset, account.balances[asset], opening[asset]);
      if ((await balanceIn(stage, asset, address)) !== wanted) throw fault(`its balance of ${asset}`);
      const [holding] = await stage.chain.view("lens", stage.lens, "holdingOf", [
        address,
        stage.assets[asset].id,
      ]);
      if ((holding as { seasoned: bigint }).seasoned !== wanted) throw fault(`some of its ${asset} is fresh`);
    }
  }
}

/** How long before the first second the opening balances arrive: they are seasoned, and tiers in force, by then. */
export const OPENING_SECONDS = 2 * DAY + 3_600;
