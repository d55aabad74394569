import {
  chainHash,
  depositContent,
  outcomeContent,
  outcomeMessage,
  tokenMessage,
} from "../../gateway/statement.ts";

/** What the gateway's events say, as an observer tells it. */
export interface GatewayLog {
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface GatewayCall {
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface PayoutRow {
  status: "REQUESTED" | "AUTHORISED" | "SETTLED" | "VOIDED" | "REFUNDED" | "CANCELLED";
  attempt: number;
  readonly account: string;
  readonly amount: bigint;
  readonly script: string;
  token: string;
}

/** Why a call changes nothing. */
export class Reverted extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export const ASSET = 7n;
/** Of each account, at first. */
export const FLOAT = 1_000n;
/** Most that is credited at once, in all; and how long the rest waits, seconds. */
const INSTANT = 400n;
const DELAY = 60;
/** Seconds for which a former epoch counts. */
const OVERLAP = 30;

/** What two signed statements for one message would prove. Remembered for the whole process: hashing is slow. */
const MEMO = new Map<string, string>();
function memo(key: string, work: () => string): string {
  const known = MEMO.get(key);
  if (known !== undefined) return known;
  if (MEMO.size > 20_000) MEMO.clear();
  const value = work();
  MEMO.set(key, value);
  return value;
}

/** A proof as the simulated committee gives it. */
export function proofOf(epoch: number, messageId: string, content: string): string {
  return `${epoch}|${messageId}|${content}`;
}

/** The gateway's rules, by which the simulated chain judges calls. It is written from the contract's words, not from deciders. */
export class GatewayModel {
  readonly deposits = new Map<
    string,
    { status: "DELAYED" | "CREDITED"; from: number; amount: bigint; account: string }
  >();
  readonly payouts = new Map<string, PayoutRow>();
  readonly balances = new Map<string, bigint>();
  held = false;
  epoch = 1;
  /** Whether a proof must be of what it is given for: else any that the committee has ever given will do. */
  readonly #particular: boolean;
  #rotatedAt = Number.NEGATIVE_INFINITY;
  #instant = 0n;

  constructor(particular = true) {
    this.#particular = particular;
  }

  copy(): GatewayModel {
    const copy = new GatewayModel(this.#particular);
    for (const [id, row] of this.deposits) copy.deposits.set(id, row);
    for (const [id, row] of this.payouts) copy.payouts.set(id, row);
    for (const [account, balance] of this.balances) copy.balances.set(account, balance);
    copy.held = this.held;
    copy.epoch = this.epoch;
    copy.#rotatedAt = this.#rotatedAt;
    copy.#instant = this.#instant;
    return copy;
  }

  balanceOf(account: string): bigint {
    return this.balances.get(account) ?? FLOAT;
  }

  #give(account: string, amount: bigint): void {
    this.balances.set(account, this.balanceOf(account) + amount);
  }

  #proven(proof: string | undefined, messageId: string, content: string, now: number): void {
    const [epoch, message, said] = (proof ?? "").split("|");
    const isOfThis = message === messageId && said === content;
    if (this.#particular && !isOfThis) throw new Reverted("BAD_PROOF");
    const counts =
      Number(epoch) === this.epoch || (Number(epoch) === this.epoch - 1 && now < this.#rotatedAt + OVERLAP);
    if (!counts) throw new Reverted("EPOCH_ENDED");
  }

  #payout(id: string, status: PayoutRow["status"]): PayoutRow {
    const row = this.payouts.get(id);
    if (row === undefined) throw new Reverted("UNKNOWN");
    if (row.status !== status) throw new Reverted(`NOT_${status}`);
    return row;
  }

  /**
   * Executes a call.
   *
   * @param now Unix seconds of the block
   * @throws Reverted: nothing has changed
   */
  execute({ kind, data }: GatewayCall, now: number): readonly GatewayLog[] {
    const { depositId = "", payoutId = "", account = "" } = data;
    switch (kind) {
      case "credit":
        return this.#credit(data, now);
      case "mature": {
        const row = this.deposits.get(depositId);
        if (row === undefined || row.status !== "DELAYED") throw new Reverted("NOT_DELAYED");
        if (this.held) throw new Reverted("HELD");
        if (now < row.from) throw new Reverted("NOT_DUE");
        this.deposits.set(depositId, { ...row, status: "CREDITED" });
        this.#give(row.account, row.amount);
        return [{ kind: "DepositMatured", data: { depositId } }];
      }
      case "request": {
        const amount = BigInt(data.amount ?? "0");
        if (this.balanceOf(account) < amount) throw new Reverted("POOR");
        this.#give(account, -amount);
        const script = data.script ?? "";
        const row: PayoutRow = { status: "REQUESTED", attempt: 1, account, amount, script, token: "" };
        this.payouts.set(payoutId, row);
        const said = {
          payoutId,
          account,
          handle: account,
          asset: ASSET.toString(),
          amount: amount.toString(),
        };
        return [
          { kind: "PayoutRequested", data: { ...said, script, chain: SIM_FOREIGN_HASH, attempt: "1" } },
        ];
      }
      case "cancel": {
        const row = this.#payout(payoutId, "REQUESTED");
        this.payouts.set(payoutId, { ...row, status: "CANCELLED" });
        this.#give(row.account, row.amount);
        return [{ kind: "PayoutCancelled", data: { payoutId } }];
      }
      case "authorise":
        return this.#authorise(payoutId, data, now);
      case "settle":
      case "voided":
        return this.#end(payoutId, data, kind === "settle" ? "PAID" : "VOIDED", now);
      case "refund": {
        const row = this.#payout(payoutId, "VOIDED");
        this.payouts.set(payoutId, { ...row, status: "REFUNDED" });
        this.#give(row.account, row.amount);
        return [{ kind: "PayoutRefunded", data: { payoutId } }];
      }
      case "retry": {
        const row = this.#payout(payoutId, "VOIDED");
        const attempt = row.attempt + 1;
        this.payouts.set(payoutId, { ...row, status: "REQUESTED", attempt, token: "" });
        return [{ kind: "PayoutRetried", data: { payoutId, attempt: String(attempt) } }];
      }
      case "hold":
        this.held = data.held === "yes";
        return [];
      case "rotate":
        this.epoch += 1;
        this.#rotatedAt = now;
        return [];
      case "noop":
        return [];
      default:
        throw new Reverted("UNKNOWN_CALL");
    }
  }

  #credit(data: Readonly<Record<string, string>>, now: number): readonly GatewayLog[] {
    const { depositId = "", account = "", proof } = data;
    const amount = BigInt(data.amount ?? "0");
    if (this.deposits.has(depositId)) throw new Reverted("CONSUMED");
    if (this.held) throw new Reverted("HELD");
    const content = memo(`deposit/${account}/${amount}`, () => depositContent(account, ASSET, amount));
    this.#proven(proof, depositId, content, now);
    if (this.#instant + amount > INSTANT) {
      const from = now + DELAY;
      this.deposits.set(depositId, { status: "DELAYED", from, amount, account });
      return [{ kind: "DepositDelayed", data: { depositId, from: String(from) } }];
    }
    this.#instant += amount;
    this.deposits.set(depositId, { status: "CREDITED", from: 0, amount, account });
    this.#give(account, amount);
    return [{ kind: "DepositCredited", data: { depositId } }];
  }

  #authorise(payoutId: string, data: Readonly<Record<string, string>>, now: number): readonly GatewayLog[] {
    const row = this.#payout(payoutId, "REQUESTED");
    if (this.held) throw new Reverted("HELD");
    const attempt = row.attempt;
    const messageId = memo(`token/${payoutId}/${attempt}`, () => tokenMessage(payoutId, BigInt(attempt)));
    this.#proven(data.proof, messageId, data.token ?? "", now);
    this.payouts.set(payoutId, { ...row, status: "AUTHORISED", token: data.token ?? "" });
    return [
      { kind: "PayoutAuthorised", data: { payoutId, attempt: String(attempt), token: data.token ?? "" } },
    ];
  }

  #end(
    payoutId: string,
    data: Readonly<Record<string, string>>,
    outcome: "PAID" | "VOIDED",
    now: number,
  ): readonly GatewayLog[] {
    const row = this.#payout(payoutId, "AUTHORISED");
    const attempt = row.attempt;
    const { txId = "" } = data;
    const messageId = memo(`outcome/${payoutId}/${attempt}`, () => outcomeMessage(payoutId, BigInt(attempt)));
    const content = memo(`outcome/${outcome}/${txId}`, () => outcomeContent(outcome, txId));
    this.#proven(data.proof, messageId, content, now);
    this.payouts.set(payoutId, { ...row, status: outcome === "PAID" ? "SETTLED" : "VOIDED" });
    const kind = outcome === "PAID" ? "PayoutSettled" : "PayoutVoided";
    return [{ kind, data: { payoutId, attempt: String(attempt), txId } }];
  }
}

/** The chain that statements are about. */
export const SIM_FOREIGN = "bip122:00000000000000000000000000000000";
export const SIM_COIN = `${SIM_FOREIGN}/slip44:2`;
export const SIM_HOME = "eip155:31337";
export const SIM_FOREIGN_HASH = chainHash(SIM_FOREIGN);
