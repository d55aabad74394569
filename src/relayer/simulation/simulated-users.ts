import { depositId } from "../../gateway/statement.ts";
import type { RouteTerms } from "../deciders/route-terms.ts";
import type { CoinTx } from "./foreign-chain.ts";
import type { CallTx } from "./home-chain.ts";
import type { Scenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { digest, type SimBlock } from "./sim-blocks.ts";
import type { Actor, VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

export const ACCOUNTS = [
  "0x00000000000000000000000000000000000000a1",
  "0x00000000000000000000000000000000000000a2",
];

/** Customers: they deposit, ask for payouts, cancel some, take refunds or try again; a few spend twice. */
export class SimulatedUsers {
  readonly #world: World;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #actor: Actor = { name: "users", alive: true, pausedUntil: 0, skew: 0 };
  #deposits = 0;
  #payouts = 0;
  #said = 0;
  /** Deposits' ids by their transactions. */
  readonly #ids = new Map<string, string>();
  /** Payouts that were voided, and what their accounts have asked for since. */
  readonly #asked = new Map<string, number>();

  constructor(world: World, time: VirtualTime, random: SeededRandom, scenario: Scenario) {
    this.#world = world;
    this.#time = time;
    this.#random = random;
    this.#scenario = scenario;
  }

  /** Sends a call to the gateway. */
  say(kind: string, data: Readonly<Record<string, string>>): void {
    this.#said += 1;
    const id = digest(`call ${this.#said} ${kind}`);
    const tx: CallTx = { id, call: { kind, data }, rate: 20, by: "users" };
    this.#world.home.pool.set(id, tx);
    this.#time.note(this.#actor, `${kind} ${(data.payoutId ?? "").slice(0, 10)}`);
  }

  #deposit(): void {
    const at = this.#deposits;
    this.#deposits += 1;
    const amount = this.#scenario.delayed ? this.#random.between(250, 380) : this.#random.between(10, 180);
    const account = ACCOUNTS[at % ACCOUNTS.length] ?? "";
    const id = digest(`deposit ${at} ${amount}`);
    const tx = {
      id,
      kind: "deposit",
      spends: [`user:${at}`],
      rate: 20,
      account,
      amount: String(amount),
    } as const;
    this.#world.foreign.pool.set(id, tx);
    this.#time.note(this.#actor, `deposits ${amount} by ${id.slice(0, 8)}`);
  }

  #request(): void {
    const at = this.#payouts;
    this.#payouts += 1;
    const account = ACCOUNTS[at % ACCOUNTS.length] ?? "";
    const payoutId = `0x${digest(`payout ${at}`)}`;
    const amount = String(this.#random.between(20, 300));
    this.say("request", { payoutId, account, amount, script: `script-${at}` });
  }

  act(faulty: boolean): void {
    const { deposits, payouts, cancels } = this.#scenario;
    if (this.#deposits < deposits && (!faulty || this.#random.chance(0.5))) this.#deposit();
    if (this.#payouts < payouts && (!faulty || this.#random.chance(0.5))) this.#request();
    for (const [payoutId, { status, attempt }] of this.#world.home.gateway.payouts) {
      if (status === "REQUESTED" && faulty && this.#random.chance(cancels / 2))
        this.say("cancel", { payoutId });
      // What a fork has taken back and its pool forgotten is asked for again, later.
      if (status !== "VOIDED" || (faulty && this.#asked.get(payoutId) === attempt)) continue;
      if (faulty) this.#asked.set(payoutId, attempt);
      this.say(attempt < 3 && this.#random.chance(0.5) ? "retry" : "refund", { payoutId });
    }
  }

  /** Whoever would cheat replaces its deposits in blocks that are about to be taken back. */
  doubleSpend(blocks: readonly SimBlock<CoinTx>[]): void {
    if (!this.#scenario.faithlessDepositors) return;
    for (const tx of blocks.flatMap(({ txs }) => txs)) {
      if (tx.kind !== "deposit" || !this.#random.chance(0.5)) continue;
      const id = digest(`instead of ${tx.id}`);
      this.#world.foreign.pool.set(id, { id, kind: "other", spends: tx.spends, rate: 30 });
      this.#time.note(this.#actor, `spends what deposit ${tx.id.slice(0, 8)} spent`);
    }
  }

  /** Final deposits that are neither credited, nor delayed until later, nor a dead letter. */
  async uncredited(
    isDead: (depositId: string) => Promise<boolean>,
    terms: RouteTerms,
  ): Promise<readonly string[]> {
    const left: string[] = [];
    const { foreign, home } = this.#world;
    for (const { point, txs } of foreign.blocks) {
      for (const { id: txId, kind } of txs) {
        if (kind !== "deposit") continue;
        const id = this.#idOf(txId, terms);
        const row = home.gateway.deposits.get(id);
        const open = row?.status !== "CREDITED" && !(await isDead(id));
        if (open)
          left.push(point.height <= foreign.final.height ? txId : `${txId.slice(0, 8)} (not final yet)`);
      }
    }
    return left;
  }

  #idOf(txId: string, { foreign: chain, homeChainId: destination, vault }: RouteTerms): string {
    const known = this.#ids.get(txId) ?? depositId({ chain, destination, vault, txId, index: 0 });
    this.#ids.set(txId, known);
    return known;
  }

  /** What customers still wait for. */
  owing(): readonly string[] {
    const { deposits, payouts } = this.#scenario;
    const left = [];
    if (this.#deposits < deposits || this.#payouts < payouts) left.push("users who have yet to come");
    for (const [id, { status }] of this.#world.home.gateway.payouts) {
      if (status === "VOIDED") left.push(`${id.slice(0, 10)} is voided and not asked back`);
    }
    return left;
  }
}
