/**
 * A chain's name by CAIP-2: `eip155:1`, `bip122:` and the first 32 hex digits of the genesis block's hash.
 *
 * @see https://chainagnostic.org/CAIPs/caip-2
 */
export type Caip2 = string;

/** An asset's name by CAIP-19: `bip122:…/slip44:2`. */
export type Caip19 = string;

/** Lower-case hex digits without a prefix. */
export type Hex = string;

/** A block. Heights tell places, hashes tell blocks: two points are the same block only if both agree. */
export interface Point {
  readonly height: number;
  readonly hash: Hex;
}

/** Something that a transaction did that somebody here waits for. Its identity is the transaction and the index, never a block. */
export interface ChainEvent {
  readonly chain: Caip2;
  /** As the chain's explorers show it. */
  readonly txId: Hex;
  /** Of the output or the log. */
  readonly index: number;
  readonly kind: string;
  /** What it says: strings, so that it is written and compared as it is. Amounts are decimal digits of the smallest unit. */
  readonly data: Readonly<Record<string, string>>;
  readonly point: Point;
}

/** One block's share of a scan. A block without events may be yielded too: it moves the cursor. */
export interface ScannedBlock {
  readonly point: Point;
  /** The block that was yielded before, or the one that the scan began after: its own parent where none was passed over. */
  readonly parent: Point;
  readonly events: readonly ChainEvent[];
}

/** Where something stands on its chain. `orphaned`: it was in a block that no longer counts, and isn't back. */
export type Finality = "unseen" | "mempool" | "confirming" | "final" | "orphaned";

/** How a node is, by the last question to it. */
export interface NodeHealth {
  readonly name: string;
  /** The code of the error that it failed with; undefined: it answered. */
  readonly trouble: string | undefined;
}

/**
 * Reads one chain through two or more nodes of different operators. What they disagree about is never answered by one of them:
 * it is a `RetryableError` with code `NODES_DISAGREE`, and one node that is behind is waited for.
 */
export interface ChainObserver {
  readonly chain: Caip2;
  /** The best block that all nodes have. */
  head(): Promise<Point>;
  /** The latest block that counts as final here: a depth, or the chain's own word for it. */
  finalized(): Promise<Point>;
  /** The block at a height that the chain has: throws `RetryableError` `REORGANISED` where it hasn't so many. */
  at(height: number): Promise<Point>;
  /**
   * The latest of the saved points (in rising order) that is still on the chain; if none is, the block below them where they left
   * it: never guessed, so a `TerminalError` `REORGANISED_TOO_DEEP` where nodes know those blocks no more.
   */
  commonAncestor(saved: readonly Point[]): Promise<Point>;
  /**
   * The blocks after one point up to another, in order, the last one always. Final blocks without events may be passed over; of
   * those that aren't final each is yielded, so that a fork is found by them. Throws `RetryableError` `REORGANISED` when `after`
   * or `to` left the chain.
   */
  scan(after: Point, to: Point): AsyncIterable<ScannedBlock>;
  finality(event: Pick<ChainEvent, "txId" | "index">): Promise<Finality>;
  /** How its nodes are: for people, who see by it that one is left out. Nothing is asked. */
  nodes?(): readonly NodeHealth[];
}

/** What is to happen once on a chain. The id is the idempotency key: at most one transaction with it ever counts. */
export interface Effect {
  readonly id: Hex;
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * What only one of several transactions can spend: an outpoint, an account's nonce. An effect has one for its life, every
 * transaction for it spends that one, so at most one of them ever counts, however many were signed.
 */
export interface ConflictToken {
  readonly chain: Caip2;
  /** `outpoint` `txid:vout`, `nonce` `address:number`. */
  readonly kind: "outpoint" | "nonce";
  readonly value: string;
}

/** What a transaction may cost. `rate` is in the chain's own unit: litoshi per kvB, wei per gas. */
export interface FeeQuote {
  readonly rate: bigint;
  /** The most that one transaction may pay, smallest unit: signers hold to it. */
  readonly cap: bigint;
}

/** A transaction before it is signed, as text that signers parse themselves: a PSBT in base64, an EIP-1559 payload in hex. */
export interface UnsignedTx {
  readonly chain: Caip2;
  readonly effect: Hex;
  readonly token: ConflictToken;
  readonly body: string;
  /** What it pays at most. */
  readonly fee: bigint;
  readonly rate: bigint;
}

/** What one signature is asked over. */
export interface Payload {
  readonly scheme: "bip340" | "ecdsa";
  /** 32 bytes. */
  readonly digest: Hex;
  /** BIP-341: the Merkle root that tweaks the key; empty = BIP-86's tweak; absent where nothing is tweaked. */
  readonly merkleRoot?: Hex;
}

/** A transaction as it is sent. Its id is known before it leaves. */
export interface SignedTx {
  readonly chain: Caip2;
  readonly effect: Hex;
  readonly token: ConflictToken;
  readonly txId: Hex;
  readonly raw: Hex;
  readonly fee: bigint;
  readonly rate: bigint;
}

/** `accepted`, `known`: the node has it. `rejected`: never, as it is. `ambiguous`: nobody knows, so the same bytes go again. */
export type BroadcastResult = "accepted" | "known" | "rejected" | "ambiguous";

/** Where an effect stands: `impossible` when its token was finally spent by something else. */
export type EffectStatus =
  | { readonly is: "absent" | "pending" }
  | { readonly is: "done" | "impossible"; readonly txId: Hex; readonly final: boolean };

/** The tokens of this executor, as the chain has them now. */
export interface TokenReport {
  readonly free: readonly ConflictToken[];
  /** What can be spent, smallest unit. */
  readonly balance: bigint;
}

/** Brings about effects on one chain. Holds no key and remembers nothing: what must be remembered is returned, and journalled. */
export interface EffectExecutor {
  readonly chain: Caip2;
  /**
   * By the effect's id and its token, whatever transactions were sent for it. `sent`: the ids of those that the caller knows.
   * They decide nothing; where nodes keep little history, they are what finds the one that counted. Without any, nothing should
   * wait: it is a `RetryableError` `NODES_DISAGREE` where some nodes have long said that something does, and others haven't.
   */
  effectStatus(effect: Effect, token: ConflictToken, sent?: readonly Hex[]): Promise<EffectStatus>;
  /** A token that no effect has: persisted by the caller before use. `taken` are those that the caller's journal knows. */
  reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken>;
  /**
   * The token of this executor's, spent ones included, of which something holds: what a journal that was lost had reserved, and
   * others know by its digest. Undefined: none.
   */
  findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined>;
  /** `spent`: outputs that other transactions of the caller's spend, and that the chain doesn't know yet. */
  build(effect: Effect, token: ConflictToken, fee: FeeQuote, spent: readonly string[]): Promise<UnsignedTx>;
  signingPayloads(unsigned: UnsignedTx): readonly Payload[];
  attach(unsigned: UnsignedTx, signatures: readonly Hex[]): SignedTx;
  broadcast(signed: SignedTx): Promise<BroadcastResult>;
  /**
   * The same effect by the same token for more: at least what the chain's nodes ask of a replacement, at most the cap.
   * `previous`: every version that was ever signed. `spent`: as for `build`, without what the versions themselves spend.
   */
  replace(
    previous: readonly SignedTx[],
    effect: Effect,
    fee: FeeQuote,
    spent: readonly string[],
  ): Promise<UnsignedTx>;
  /** Spends the token on nothing, so that its effect can't happen. Pays over `previous`, which may be empty. */
  voidToken(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    previous: readonly SignedTx[],
    spent: readonly string[],
  ): Promise<UnsignedTx>;
  /** What a transaction should pay now: an estimate of several nodes' that disagree little, within an absolute cap. */
  fee(urgency: "economy" | "normal" | "urgent"): Promise<FeeQuote>;
  reconcile(): Promise<TokenReport>;
}
