import type { SignedTx } from "../../chains/chain.ts";
import { outcomeContent, type Statement, tokenWord } from "../../gateway/statement.ts";
import type { Journal, StoredEvent } from "../../journal/journal.ts";
import type { StoredSigned } from "../deciders/stored-tx.ts";
import type { CoinTx } from "./foreign-chain.ts";
import { FLOAT, SIM_FOREIGN } from "./gateway-model.ts";
import type { PlacedLog } from "./home-chain.ts";
import type { Actor, VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

/** A promise that was broken. */
export class Violation extends Error {}

/**
 * Holds a simulation to what is promised, at each step: by what the chains, the store and the signers have in truth, never by
 * what a worker believes.
 */
export class Judge {
  readonly #world: World;
  readonly #time: VirtualTime;
  /** The first promise that was broken. */
  violation: Violation | undefined;
  readonly #raws = new Set<string>();
  /** Signatures and proofs that dishonest signers have given: of something else than was asked. */
  readonly #lies = new Set<string>();
  readonly #acknowledged = new Map<bigint, string>();
  readonly #contents = new Map<string, string>();
  readonly #tokenOwners = new Map<string, string>();
  /** Deposits' ids by their transactions. */
  readonly #depositIds = new Map<string, string>();
  /** Who has the route's lease, by the store's word. */
  holder: () => string | undefined = () => undefined;

  constructor(world: World, time: VirtualTime) {
    this.#world = world;
    this.#time = time;
    world.home.onLog = (log) => this.#logged(log);
  }

  /** A chain took back what was final: what was rightly believed may be false now. */
  get #excused(): boolean {
    return this.#world.home.broken || this.#world.foreign.broken;
  }

  broken(what: string): void {
    this.violation ??= new Violation(what);
  }

  stored(events: readonly StoredEvent[]): void {
    for (const { type, data } of events) {
      if (type === "EffectSigned") this.#raws.add((data as { signed: StoredSigned }).signed.raw);
    }
  }

  acknowledged(events: readonly StoredEvent[]): void {
    for (const { position, stream, version, type } of events) {
      this.#acknowledged.set(position, `${stream}/${version}/${type}`);
    }
  }

  /** A dishonest signer has given a signature or a proof that is none of what it was asked for. */
  lied(what: string): void {
    this.#lies.add(what);
  }

  /** A worker sends something. */
  leaves(actor: Actor, signed: SignedTx): void {
    const short = signed.txId.slice(0, 8);
    if (!this.#raws.has(signed.raw)) this.broken(`${short} was sent before its bytes were stored`);
    const { witness = "" } = JSON.parse(signed.raw) as { witness?: string };
    if (this.#lies.has(witness)) this.broken(`${short} was sent with a signature of something else`);
    this.#due(signed);
    const holder = this.holder();
    if (holder !== undefined && holder !== actor.name) {
      this.broken(`${actor.name} sent ${short} while ${holder} had the lease`);
    }
  }

  /** A payment leaves only for what a final block says is to be paid, with this token. */
  #due({ chain, effect, token, raw, txId }: SignedTx): void {
    if (chain !== SIM_FOREIGN || (JSON.parse(raw) as CoinTx).kind !== "payout" || this.#excused) return;
    const row = this.#world.finalPayout(`0x${effect}`);
    if (row === undefined || row.token !== tokenWord(token)) {
      this.broken(`${txId.slice(0, 8)} was sent, and no final block has it authorised`);
    }
  }

  /** Somebody asks for a statement: whether it is true, now and for good. */
  statement({ messageId, content }: Statement, facts: Readonly<Record<string, string>>): string | undefined {
    const before = this.#contents.get(messageId);
    if (before !== undefined && before !== content)
      this.broken(`two statements were asked for about ${messageId}`);
    this.#contents.set(messageId, content);
    if (facts.kind === "deposit") {
      const { txId = "" } = facts;
      this.#depositIds.set(messageId, txId);
      if (this.#world.deposit(txId)?.final === true) return undefined;
      return this.#false(`deposit ${txId.slice(0, 8)} was to be stated, and isn't final`);
    }
    if (facts.kind === "token") {
      const { payoutId = "", tokenValue = "" } = facts;
      const owner = this.#tokenOwners.get(tokenValue);
      if (owner !== undefined && owner !== payoutId)
        this.broken(`token ${tokenValue.slice(-10)} was to be two payouts'`);
      this.#tokenOwners.set(tokenValue, payoutId);
      return undefined;
    }
    const { payoutId = "", outcome, txId = "", tokenValue = "" } = facts;
    const spent = this.#world.foreign.spentBy(tokenValue);
    const paid = spent?.tx.kind === "payout" && `0x${spent.tx.payoutId}` === payoutId;
    const right = spent?.final === true && spent.tx.id === txId && paid === (outcome === "PAID");
    if (right && content === outcomeContent(outcome === "PAID" ? "PAID" : "VOIDED", txId)) return undefined;
    return this.#false(`${outcome} was to be stated of ${payoutId.slice(0, 10)}, and isn't so for good`);
  }

  #false(what: string): string {
    if (!this.#excused) this.broken(what);
    return what;
  }

  #logged({ kind, data, proof = "" }: PlacedLog): void {
    if (this.#lies.has(proof)) this.broken(`${kind} by a proof of something else`);
    if (kind !== "DepositCredited" && kind !== "DepositDelayed") return;
    const txId = this.#depositIds.get(data.depositId ?? "");
    const deposit = txId === undefined ? undefined : this.#world.deposit(txId);
    if (deposit?.final !== true) this.#false(`${kind} for what isn't final`);
  }

  /** What holds after each block. */
  blocks(): void {
    if (this.#excused) return;
    const paid = new Map<string, number>();
    const { foreign, home } = this.#world;
    for (const { txs } of foreign.blocks) {
      for (const tx of txs) {
        if (tx.kind !== "payout" || tx.payoutId === undefined) continue;
        const id = `0x${tx.payoutId}`;
        paid.set(id, (paid.get(id) ?? 0) + 1);
        const row = home.gateway.payouts.get(id);
        const exact = row !== undefined && row.amount.toString() === tx.amount && row.script === tx.script;
        if (!exact) this.broken(`${id.slice(0, 10)} was paid otherwise than asked for`);
        if (row !== undefined && (row.status === "REFUNDED" || row.status === "CANCELLED")) {
          this.broken(`${id.slice(0, 10)} was paid and is ${row.status}`);
        }
      }
    }
    for (const [id, times] of paid) if (times > 1) this.broken(`${id.slice(0, 10)} was paid ${times} times`);
    this.#solvent();
  }

  /** The ledger never holds more than arrived, less what left. */
  #solvent(): void {
    const { home, foreign } = this.#world;
    const { gateway } = home;
    let claims = 0n;
    for (const balance of gateway.balances.values()) claims += balance - FLOAT;
    for (const { status, amount } of gateway.payouts.values()) {
      if (status === "REQUESTED" || status === "AUTHORISED" || status === "VOIDED") claims += amount;
      if (status === "SETTLED") claims += amount;
    }
    let arrived = 0n;
    for (const { txs } of foreign.blocks) {
      for (const { kind, amount } of txs) if (kind === "deposit") arrived += BigInt(amount ?? "0");
    }
    if (claims > arrived) this.broken(`${claims} are claimed, and ${arrived} arrived`);
  }

  /** What holds when all is over. */
  async acknowledgedSurvive(journal: Journal): Promise<void> {
    const found = new Map<bigint, string>();
    for (const { position, stream, version, type } of await journal.readAll(0n, 100_000)) {
      found.set(position, `${stream}/${version}/${type}`);
    }
    for (const [position, what] of this.#acknowledged) {
      if (found.get(position) !== what) this.broken(`the store has lost ${what}`);
    }
  }

  /** For the end of a history. */
  get when(): number {
    return this.#time.now;
  }
}
