import type { Provider } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import type { Sender } from "../sending/sender.ts";
import type { Act } from "./due-act.ts";
import type { KeeperState, KeeperStore } from "./keeper-state.ts";
import { RoundWork } from "./round-work.ts";
import type { WitnessSource } from "./witness-source.ts";

/** What a keeper has done since it was made. */
export interface KeeperCounters {
  rounds: number;
  /** Payments latched, released, rolled back by this keeper's transactions. */
  latched: number;
  released: number;
  rolledBack: number;
  /** Done by others between its looking and its transaction's block. */
  lostRaces: number;
  transactions: number;
  /** Payments that couldn't be acted on, each time. */
  failures: number;
  /** Rounds that did nothing as gas was dearer than allowed. */
  dearRounds: number;
  reorgs: number;
}

/** One line of a keeper's log. */
export type KeeperLine = { readonly event: string } & Readonly<Record<string, string | number | bigint>>;

/** What a keeper works with. */
export interface KeeperDesk {
  readonly provider: Provider;
  readonly chainId: bigint;
  /** The address of Payments, and the first block with its logs. */
  readonly payments: string;
  readonly fromBlock: number;
  readonly confirmations: number;
  readonly store: KeeperStore;
  readonly sender: Sender;
  readonly sources: readonly WitnessSource[];
  /** The address of Several, whose parts are asked one by one. */
  readonly several?: string;
  /** Raw units of an asset that are worth a transaction. */
  least(asset: bigint): Promise<bigint>;
  /** Most gas of one transaction. */
  readonly gasBound: bigint;
  /** Most gas of a condition's answer. */
  readonly conditionGas: bigint;
  /** Wei for a unit of gas above which nothing is sent; no end unless given. */
  readonly mostPerGas?: bigint;
  /** Seconds after which a transaction that isn't mined is replaced by whatever is due then. */
  readonly stuckAfter: bigint;
  log(line: KeeperLine): void;
}

/** A payment that something is due of and was not done for. */
export interface LeftPayment {
  readonly id: string;
  readonly act: Act;
  readonly why: string;
}

/** What a round has come to. */
export interface Round {
  /** The chain's time at its end, Unix seconds. */
  readonly time: bigint;
  /** Payments that are open, as far as was read. */
  readonly open: number;
  /** Those that wait for a condition whose question or witness isn't there yet. */
  readonly waiting: number;
  readonly done: readonly {
    readonly act: Act;
    readonly ids: readonly string[];
    readonly transaction: string;
  }[];
  readonly left: readonly LeftPayment[];
  /** A transaction of an earlier round that isn't mined yet, behind which nothing was sent. */
  readonly pending: string | undefined;
  /** Unix seconds from which there is more to do, conditions aside; undefined: nothing that is known. */
  readonly next: bigint | undefined;
}

/**
 * Does for payments what anyone may, when it is due: latches what a witness is there for, releases what has vested, rolls back
 * what has lapsed. Everything that it does is checked by the contract and done there once, so any number of keepers may run; what
 * another one did first is done.
 *
 * All that it knows is in its store, written before anything is sent: killed anywhere, the next one with that store goes on.
 *
 * @example
 * const keeper = new Keeper(desk);
 * for (;;) await sleepUntil((await keeper.round()).next);
 */
export class Keeper {
  readonly counters: KeeperCounters = {
    ...{ rounds: 0, latched: 0, released: 0, rolledBack: 0, lostRaces: 0, transactions: 0 },
    ...{ failures: 0, dearRounds: 0, reorgs: 0 },
  };
  readonly #desk: KeeperDesk;

  constructor(desk: KeeperDesk) {
    this.#desk = desk;
  }

  /**
   * Reads on, settles what it had sent, and does what is due.
   *
   * @throws TerminalError `KEEPER_OTHER_CONTRACT` if the store is of another contract; what the store, the node or the sender throws
   */
  async round(): Promise<Round> {
    const work = new RoundWork(this.#desk, this.counters, await this.#loaded());
    this.counters.rounds += 1;
    return work.run();
  }

  async #loaded(): Promise<KeeperState> {
    const { store, chainId, payments } = this.#desk;
    const state = await store.load();
    if (state === undefined) {
      return { chainId, payments, points: [], known: new Map(), outbox: [], delays: new Map() };
    }
    if (state.chainId === chainId && BigInt(state.payments) === BigInt(payments)) return state;
    throw new TerminalError("KEEPER_OTHER_CONTRACT", "The keeper's state is of another contract", {
      facts: { chainId: state.chainId, payments: state.payments },
      advice: "Give each contract a state of its own.",
    });
  }
}
