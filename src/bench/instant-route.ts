import { createHash } from "node:crypto";
import type {
  ChainEvent,
  ChainObserver,
  ConflictToken,
  Effect,
  EffectExecutor,
  Finality,
  Point,
  SignedTx,
  UnsignedTx,
} from "../chains/chain.ts";
import { chainHash } from "../gateway/statement.ts";
import type { Journal } from "../journal/journal.ts";
import type { RouteTerms } from "../relayer/deciders/route-terms.ts";
import { machineClock } from "../relayer/machine-clock.ts";
import { routeDeciders } from "../relayer/route-deciders.ts";
import type { RouteDesk, RouteSide } from "../relayer/route-desk.ts";

/** Payouts that are requested in one block. */
const IN_BLOCK = 50;
const HOME = "eip155:31337";
const FOREIGN = "bip122:00000000000000000000000000000000";

const TERMS: RouteTerms = {
  ...{ homeChainId: 31_337n, vault: `0x${"11".repeat(20)}`, home: HOME, foreign: FOREIGN, assets: {} },
  leastDeposit: 1n,
  patience: { home: 60_000, foreign: 60_000 },
};

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const point = (height: number): Point => ({ height, hash: hash(`block ${height}`) });

/** The n-th payout's id. */
export const payoutId = (index: number) => `0x${hash(`payout ${index}`)}`;

function requests(height: number, payouts: number): readonly ChainEvent[] {
  const first = (height - 1) * IN_BLOCK;
  const count = Math.max(0, Math.min(IN_BLOCK, payouts - first));
  return Array.from({ length: count }, (_, at) => ({
    ...{
      chain: HOME,
      txId: hash(`request ${first + at}`),
      index: at,
      kind: "PayoutRequested",
      point: point(height),
    },
    data: {
      ...{ payoutId: payoutId(first + at), account: "0x01", handle: "0x02", asset: "7", amount: "100000" },
      ...{ chain: chainHash(FOREIGN), script: `0x0014${"ab".repeat(20)}`, attempt: "1" },
    },
  }));
}

/** A chain on which everything is final at once. */
function observer(
  chain: string,
  blocks: number,
  events: (height: number) => readonly ChainEvent[],
): ChainObserver {
  const tip = async () => point(blocks);
  return {
    ...{ chain, head: tip, finalized: tip, at: async (height: number) => point(height) },
    commonAncestor: async (saved) => saved.at(-1) ?? point(0),
    async *scan(after, to) {
      for (let height = after.height + 1; height <= to.height; height++) {
        yield { point: point(height), parent: point(height - 1), events: events(height) };
      }
    },
    finality: async (): Promise<Finality> => "final",
  };
}

/** What is sent is done. */
class InstantExecutor implements EffectExecutor {
  readonly chain: string;
  readonly #kind: ConflictToken["kind"];
  readonly #done = new Map<string, string>();
  #tokens = 0;

  constructor(chain: string, kind: ConflictToken["kind"]) {
    this.chain = chain;
    this.#kind = kind;
  }

  async effectStatus(_effect: Effect, { value }: ConflictToken) {
    const txId = this.#done.get(value);
    return txId === undefined ? ({ is: "absent" } as const) : ({ is: "done", txId, final: true } as const);
  }

  async reserve(effect: Effect): Promise<ConflictToken> {
    this.#tokens += 1;
    return { chain: this.chain, kind: this.#kind, value: `${hash(`${effect.id} ${this.#tokens}`)}:0` };
  }

  async findToken(): Promise<undefined> {
    return undefined;
  }

  async build(effect: Effect, token: ConflictToken): Promise<UnsignedTx> {
    // As long as a PSBT with three inputs.
    const body = Buffer.alloc(600, effect.id).toString("base64");
    return { chain: this.chain, effect: effect.id, token, body, fee: 100n, rate: 10n };
  }

  signingPayloads({ body }: UnsignedTx) {
    return [{ scheme: "bip340" as const, digest: hash(body) }];
  }

  attach({ chain, effect, token, body, fee, rate }: UnsignedTx): SignedTx {
    const raw = Buffer.from(body, "base64").toString("hex");
    return { chain, effect, token, fee, rate, raw, txId: hash(`${token.value} ${effect}`) };
  }

  async broadcast({ token, txId }: SignedTx) {
    this.#done.set(token.value, txId);
    return "accepted" as const;
  }

  async replace(): Promise<UnsignedTx> {
    throw new Error("Nothing is ever stuck here");
  }

  async voidToken(): Promise<UnsignedTx> {
    throw new Error("Nothing is ever given up here");
  }

  async fee() {
    return { rate: 10n, cap: 1_000n };
  }

  async reconcile() {
    return { free: [], balance: 0n };
  }
}

function side(chain: string, kind: ConflictToken["kind"], read: ChainObserver): RouteSide {
  const signer = {
    ...{ key: kind, scheme: "bip340" as const },
    publicKey: async () => "",
    sign: async ({ payloads }: { readonly payloads: readonly unknown[] }) =>
      payloads.map(() => "00".repeat(64)),
  };
  return {
    observer: read,
    executor: new InstantExecutor(chain, kind),
    signer,
    inputsOf: () => [],
    from: point(0),
  };
}

/** A route whose chains and signers answer at once: what is left is the relayer and its journal. */
export function instantRoute(journal: Journal, payouts: number, atOnce: number): RouteDesk {
  const blocks = Math.ceil(payouts / IN_BLOCK);
  return {
    ...{ route: "bench", terms: TERMS, deciders: routeDeciders(TERMS), journal, clock: machineClock },
    random: Math.random,
    sides: {
      home: side(
        HOME,
        "nonce",
        observer(HOME, blocks, (height) => requests(height, payouts)),
      ),
      foreign: side(
        FOREIGN,
        "outpoint",
        observer(FOREIGN, 1, () => []),
      ),
    },
    committee: { prove: async () => `0x${"ab".repeat(160)}` },
    pace: { poll: 100, look: 1_000, lease: 60_000, survey: 60_000, atOnce },
    holder: `bench-${process.pid}`,
    log: () => undefined,
  };
}
