import type { ChainEvent } from "../../chains/chain.ts";
import type { CoinTx } from "./foreign-chain.ts";
import { ForeignChain } from "./foreign-chain.ts";
import { GatewayModel, type PayoutRow, Reverted, SIM_COIN, SIM_FOREIGN, SIM_HOME } from "./gateway-model.ts";
import type { CallTx } from "./home-chain.ts";
import { HomeChain, timeOfBlock } from "./home-chain.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { ObservedChain } from "./simulated-observer.ts";

/** Blocks on top of final ones. */
const DEPTHS = { home: 2, foreign: 3 } as const;

/** Both chains of a simulation, as they are in truth. */
export class World {
  readonly home: HomeChain;
  readonly foreign: ForeignChain;
  /** Accounts whose deposits no observer knows to look for. */
  readonly unnamed = new Set<string>();

  readonly #fresh: () => GatewayModel;

  constructor(random: SeededRandom, fresh = () => new GatewayModel()) {
    this.#fresh = fresh;
    this.home = new HomeChain(random, DEPTHS.home, fresh);
    this.foreign = new ForeignChain(random, DEPTHS.foreign);
  }

  /** A payout as the last final block has it. */
  finalPayout(payoutId: string): PayoutRow | undefined {
    const model = this.#fresh();
    const last = this.home.final.height;
    for (const { point, txs } of this.home.blocks) {
      if (point.height > last) break;
      for (const { call } of txs) {
        try {
          model.execute(call, timeOfBlock(point.height));
        } catch (error) {
          if (!(error instanceof Reverted)) throw error;
        }
      }
    }
    return model.payouts.get(payoutId);
  }

  /** The deposit of a transaction that is in a block. */
  deposit(txId: string): { readonly tx: CoinTx; readonly final: boolean } | undefined {
    const height = this.foreign.heightOf(txId);
    const tx = this.foreign.get(txId);
    if (height === undefined || tx?.kind !== "deposit") return undefined;
    return { tx, final: height <= this.foreign.final.height };
  }

  observedHome(): ObservedChain<CallTx> {
    const { home } = this;
    return {
      chain: SIM_HOME,
      blocks: home,
      waits: (txId) => home.pool.has(txId),
      events: (height) =>
        home.logs
          .filter((log) => log.height === height)
          .map(({ kind, data, txId, index }) => ({
            ...{ chain: SIM_HOME, kind, txId, index, data },
            point: home.at(height),
          })),
    };
  }

  observedForeign(): ObservedChain<CoinTx> {
    const { foreign } = this;
    return {
      chain: SIM_FOREIGN,
      blocks: foreign,
      waits: (txId) => foreign.pool.has(txId),
      events: (height) =>
        (foreign.blocks[height - 1]?.txs ?? [])
          .filter(({ kind, account = "" }) => kind === "deposit" && !this.unnamed.has(account))
          .map((tx): ChainEvent => {
            const { id, account = "", amount = "" } = tx;
            const data = { account, asset: SIM_COIN, amount };
            return {
              chain: SIM_FOREIGN,
              txId: id,
              index: 0,
              kind: "deposit",
              data,
              point: foreign.at(height),
            };
          }),
    };
  }
}
