import type { Caip2, Point } from "../chains/chain.ts";
import { type ChainView, pointOf } from "../chains/evm/chain-view.ts";
import { EvmObserver } from "../chains/evm/evm-observer.ts";
import { TerminalError } from "../core/errors.ts";
import { GATEWAY } from "../gateway/abi.ts";
import { GatewayReader } from "../gateway/gateway-reader.ts";
import type { Journal } from "../journal/journal.ts";

/** A deposit that the ledger has taken. */
export interface CreditedDeposit {
  /** 0x-prefixed. */
  readonly id: string;
  /** 0x-prefixed, lower case. */
  readonly account: string;
}

/** Tells of deposits that the ledger has taken. */
export interface CreditNews {
  /**
   * Tells all that final blocks have and that weren't told before; they count as told once `learn` has returned.
   *
   * @throws RetryableError where that can't be told now
   */
  tell(learn: (deposits: readonly CreditedDeposit[]) => Promise<void>): Promise<void>;
}

/** What a Gateway says of a deposit whose coins are held from then on. */
const KINDS: ReadonlySet<string> = new Set(["DepositCredited", "DepositDelayed"]);
/** The most gateways that have succeeded each other. */
const MOST_GATEWAYS = 64;

/** What deposits are read with. */
export interface CreditedDepositsParts {
  /** The signer's own: where it has come to. */
  readonly journal: Journal;
  /** Whose coins they are. */
  readonly chain: Caip2;
  /** The ledger's id of the coin. */
  readonly asset: bigint;
  /** The chain that the Vault is on, by this signer's own nodes. */
  readonly view: ChainView;
  readonly gateway: string;
  /** The height of the first Gateway's deployment, or below. */
  readonly since: number;
}

/**
 * The deposits of one coin as the Gateway's events have them at final blocks, and those of every gateway before it: so that each
 * signer knows whose addresses hold the wallet's coins, whether or not it was asked to sign for their deposits.
 */
export class CreditedDeposits implements CreditNews {
  readonly #parts: CreditedDepositsParts;
  #gateways: readonly string[] | undefined;

  constructor(parts: CreditedDepositsParts) {
    this.#parts = parts;
  }

  async tell(learn: (deposits: readonly CreditedDeposit[]) => Promise<void>): Promise<void> {
    const { journal, view } = this.#parts;
    const to = pointOf(await view.finalized());
    this.#gateways ??= await this.#succession(to);
    for (const gateway of this.#gateways) {
      const cursor = `credits/${this.#parts.chain}/${gateway}`;
      const after = await this.#standing(await journal.cursor(cursor));
      if (after === undefined || after.height >= to.height) continue;
      const deposits = await this.#between(gateway, after, to);
      if (deposits.length > 0) await learn(deposits);
      await journal.commit({ appends: [], cursors: { [cursor]: `${to.height} ${to.hash}` } });
    }
  }

  /** The block after which to read: the last one that was read if it is on the chain, else the one before all events. */
  async #standing(saved: string | undefined): Promise<Point | undefined> {
    const { view, since } = this.#parts;
    const [height, hash] = saved?.split(" ") ?? [];
    if (height !== undefined && hash !== undefined) {
      const point = { height: Number(height), hash };
      if (await view.has(point)) return point;
    }
    const header = await view.headerAt(Math.max(0, since - 1));
    return header === null ? undefined : pointOf(header);
  }

  async #between(gateway: string, after: Point, to: Point): Promise<readonly CreditedDeposit[]> {
    const { view, asset } = this.#parts;
    const observer = new EvmObserver(view, { contract: gateway, face: GATEWAY });
    const deposits: CreditedDeposit[] = [];
    for await (const { events } of observer.scan(after, to)) {
      for (const { kind, data } of events) {
        if (!KINDS.has(kind) || data.asset !== asset.toString()) continue;
        const { depositId: id = "", account = "" } = data;
        deposits.push({ id, account: account.toLowerCase() });
      }
    }
    return deposits;
  }

  /** The Gateway and those that it has succeeded, latest first. None of it ever changes. */
  async #succession(at: Point): Promise<readonly string[]> {
    const { view, gateway } = this.#parts;
    const found = [gateway.toLowerCase()];
    for (let last = gateway; found.length <= MOST_GATEWAYS; ) {
      const former = await new GatewayReader(view, last).predecessor(at);
      if (former === undefined) return found;
      found.push(former.toLowerCase());
      last = former;
    }
    throw new TerminalError("GATEWAY_UNKNOWN", "The Gateway has succeeded itself, or too many others", {
      facts: { gateway, most: MOST_GATEWAYS },
      advice: "Check the contract's address.",
    });
  }
}
