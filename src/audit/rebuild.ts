import type { LogDescription } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { unpack } from "./slots.ts";
import { OTHER_EVENTS, VAULT_EVENTS } from "./vault-events.ts";

/** A log of the Vault, as every provider gives it. */
export interface VaultLog {
  readonly topics: readonly string[];
  readonly data: string;
}

/** The terms of a queued exit. */
export interface ExitTerms {
  readonly owner: string;
  readonly to: string;
  readonly asset: bigint;
  readonly amount: bigint;
  readonly soon: bigint;
  readonly late: bigint;
  readonly seq: bigint;
}

/**
 * The Vault's storage as words, by key. Addresses are in lower case, assets and other keys are 32 bytes of hex. A key
 * without an entry holds zero.
 */
export interface VaultState {
  /** `account/asset` → balance and fresh buckets. */
  readonly balances: Map<string, bigint>;
  readonly accounts: Map<string, bigint>;
  readonly subjects: Map<string, bigint>;
  /** Liabilities, queue, lane clocks, class, decimals, tick, impairment, winding down. */
  readonly assets: Map<string, bigint>;
  /** Exit id → phase and lane slot; zero once paid or cancelled. */
  readonly opens: Map<string, bigint>;
  /** Usage of subjects, assets, the unverified pool and hold budgets. */
  readonly windows: Map<string, bigint>;
  /** `subject/to` → from when it is usable; zero once removed. */
  readonly book: Map<string, bigint>;
  readonly params: Map<string, bigint>;
  /** Terms of every exit ever queued, by id. */
  readonly exits: Map<string, ExitTerms>;
  /** Every listed asset, in the order of listing. */
  readonly listed: string[];
  /** The nearest first. */
  readonly reserves: string[];
  /** The policy, the hold on everyone, and whether nothing is instant. */
  door: bigint;
  /** When governance last acted, Unix seconds. */
  governedAt: bigint;
  sanctionsList: string;
  /** What an ERC-6909 `Transfer` has just moved: a `Moved` right after it completes it. */
  moving: { readonly from: string; readonly to: string; readonly asset: string } | null;
  revision: bigint;
}

const ZERO_ADDRESS = `0x${"0".repeat(40)}`;

/** 32 bytes of hex. */
export function hex32(value: bigint | string): string {
  return `0x${BigInt(value).toString(16).padStart(64, "0")}`;
}

/** An address in lower case. */
export function hex20(value: bigint | string): string {
  return `0x${BigInt(value).toString(16).padStart(40, "0")}`;
}

/** The keys of the Vault's windows, as in contracts/shared/WindowKeys.sol. */
export const WINDOW = {
  pool: hex32(0xffn << 248n),
  subject: (subject: string) => hex32(subject),
  asset: (asset: bigint) => hex32(asset),
  hold: (subject: string) => hex32((0xfen << 248n) | BigInt(subject)),
} as const;

/** A Vault nothing has happened to. */
export function emptyState(): VaultState {
  return {
    balances: new Map(),
    accounts: new Map(),
    subjects: new Map(),
    assets: new Map(),
    opens: new Map(),
    windows: new Map(),
    book: new Map(),
    params: new Map(),
    exits: new Map(),
    listed: [],
    reserves: [],
    door: 0n,
    governedAt: 0n,
    sanctionsList: ZERO_ADDRESS,
    moving: null,
    revision: 0n,
  };
}

/** The primary account that `account` belongs to, by what the logs have said so far. */
export function subjectOf(state: VaultState, account: string): string {
  const { subject } = unpack("account", state.accounts.get(hex20(account)) ?? 0n);
  return subject === 0n ? hex20(account) : hex20(subject);
}

function exitOf(state: VaultState, id: string): ExitTerms {
  const exit = state.exits.get(id);
  if (exit === undefined) {
    throw new TerminalError("LOGS_INCOMPLETE", "an exit is continued that was never queued", {
      facts: { id },
    });
  }
  return exit;
}

/** Writes a hold: on everyone it stands beside the policy. */
function setHeld(state: VaultState, subject: string, word: bigint): void {
  if (BigInt(subject) === 0n) state.door = word;
  else state.subjects.set(hex20(subject), word);
}

function apply(state: VaultState, { name, args }: LogDescription): void {
  const word = (field: string) => args[field] as bigint;
  const address = (field: string) => hex20(args[field] as string);
  const key = (field: string) => hex32(args[field] as bigint | string);
  const balance = (account: string, asset: string, value: bigint) =>
    state.balances.set(`${account}/${asset}`, value);
  // Nothing comes between a move's two logs.
  const { moving } = state;
  state.moving = null;
  switch (name) {
    case "Deposited":
      balance(address("to"), key("asset"), word("balanceSlot"));
      state.assets.set(key("asset"), word("assetSlot"));
      return;
    case "Transfer":
      state.moving = { from: address("sender"), to: address("receiver"), asset: key("id") };
      return;
    case "Moved":
      if (moving === null) {
        throw new TerminalError("LOGS_INCOMPLETE", "a move is completed that no Transfer has begun");
      }
      balance(moving.from, moving.asset, word("fromSlot"));
      balance(moving.to, moving.asset, word("toSlot"));
      return;
    case "Withdrawn": {
      const owner = address("owner");
      balance(owner, key("asset"), word("balanceSlot"));
      state.assets.set(key("asset"), word("assetSlot"));
      const charge = (window: string, slot: bigint) => {
        // Zero: not charged.
        if (slot !== 0n) state.windows.set(window, slot);
      };
      charge(WINDOW.subject(subjectOf(state, owner)), word("subjectWindowSlot"));
      charge(key("asset"), word("assetWindowSlot"));
      charge(WINDOW.pool, word("poolWindowSlot"));
      return;
    }
    case "Queued": {
      const exit = args.exit as unknown as ExitTerms;
      state.exits.set(key("id"), {
        owner: hex20(exit.owner),
        to: hex20(exit.to),
        asset: exit.asset,
        amount: exit.amount,
        soon: exit.soon,
        late: exit.late,
        seq: exit.seq,
      });
      balance(address("owner"), hex32(exit.asset), word("balanceSlot"));
      state.accounts.set(address("owner"), word("accountSlot"));
      state.opens.set(key("id"), word("openSlot"));
      state.assets.set(hex32(exit.asset), word("assetSlot"));
      return;
    }
    case "Endorsed":
      state.opens.set(key("id"), word("openSlot"));
      return;
    case "SlotTaken":
      state.opens.set(key("id"), word("openSlot"));
      state.assets.set(hex32(exitOf(state, key("id")).asset), word("assetSlot"));
      return;
    case "Released":
      state.opens.set(key("id"), 0n);
      state.assets.set(key("asset"), word("assetSlot"));
      return;
    case "Cancelled": {
      const asset = hex32(exitOf(state, key("id")).asset);
      state.opens.set(key("id"), 0n);
      balance(address("owner"), asset, word("balanceSlot"));
      state.assets.set(asset, word("assetSlot"));
      return;
    }
    case "Screened":
      state.subjects.set(subjectOf(state, address("account")), word("subjectSlot"));
      state.accounts.set(address("account"), word("accountSlot"));
      return;
    case "Held":
      state.windows.set(WINDOW.hold(address("subject")), word("windowSlot"));
      setHeld(state, address("subject"), word("slot"));
      return;
    case "Lifted":
    case "HoldExtended":
      setHeld(state, address("subject"), word("slot"));
      return;
    case "DestinationSet":
      state.book.set(`${address("subject")}/${address("to")}`, word("usableFrom"));
      return;
    case "CapSet":
    case "TierSet":
      state.subjects.set(address("subject"), word("subjectSlot"));
      return;
    case "SubjectSet": {
      // Unlinking names the account itself: the primary is the one that it leaves.
      const account = address("account");
      const primary = address("subject") === account ? subjectOf(state, account) : address("subject");
      state.accounts.set(account, word("accountSlot"));
      state.accounts.set(primary, word("primarySlot"));
      return;
    }
    case "AssetListed":
      state.listed.push(key("asset"));
      state.assets.set(key("asset"), word("assetSlot"));
      return;
    case "FreshPeriodSpread":
    case "ImpairmentChecked":
    case "WindDownBegun":
    case "Revived":
      state.assets.set(key("asset"), word("assetSlot"));
      return;
    case "KindSet":
      state.accounts.set(address("account"), word("accountSlot"));
      return;
    case "PolicySet":
      state.door = word("doorSlot");
      state.sanctionsList = address("sanctionsList");
      return;
    case "InstantClosed":
    case "InstantOpened":
      state.door = word("doorSlot");
      return;
    case "Governed":
      state.governedAt = word("time");
      return;
    case "ReserveAdded":
      state.reserves.push(address("reserve"));
      return;
    case "ReserveRemoved":
      state.reserves.splice(state.reserves.indexOf(address("reserve")), 1);
      return;
    case "ParamTightened":
    case "ParamSet":
      state.params.set(key("key"), word("packed"));
      state.revision = word("revision");
      return;
    default:
      throw new TerminalError("UNKNOWN_EVENT", `the rebuilder has no rule for ${name}`);
  }
}

/**
 * Rebuilds the Vault's storage from its logs alone, in the order of the chain (INV-CUS-6).
 *
 * Not in the logs, so not rebuilt: ERC-6909 allowances that were spent, nonces of signed intents, and the AccessManager's
 * address. No claim, limit, delay or hold depends on what happened to them.
 *
 * Throws `TerminalError` UNKNOWN_EVENT on a log that no rule covers and LOGS_INCOMPLETE on a gap that shows.
 *
 * @example
 * const state = rebuild(await provider.getLogs({ address: vault, fromBlock: 0 }));
 */
export function rebuild(logs: Iterable<VaultLog>): VaultState {
  const state = emptyState();
  for (const { topics, data } of logs) {
    const log = { topics: [...topics], data };
    const event = VAULT_EVENTS.parseLog(log);
    if (event !== null) apply(state, event);
    else if (OTHER_EVENTS.parseLog(log) === null) {
      throw new TerminalError(
        "UNKNOWN_EVENT",
        "the Vault has emitted an event that the rebuilder doesn't know",
        {
          facts: { topic: topics[0] ?? "none" },
        },
      );
    }
  }
  return state;
}

/** Per asset: balances and open exits, which must add up to its liabilities. */
export function claimsByAsset(state: VaultState): Map<string, bigint> {
  const claims = new Map<string, bigint>();
  const add = (asset: string, amount: bigint) => claims.set(asset, (claims.get(asset) ?? 0n) + amount);
  for (const [key, word] of state.balances)
    add(key.slice(key.indexOf("/") + 1), unpack("balance", word).total);
  for (const [id, word] of state.opens) {
    if (word === 0n) continue;
    const exit = exitOf(state, id);
    add(hex32(exit.asset), exit.amount);
  }
  return claims;
}

/** Per asset: open exits in ticks, each rounded up, which must add up to what its slot says is queued. */
export function queuedTicksByAsset(state: VaultState): Map<string, bigint> {
  const queued = new Map<string, bigint>();
  for (const [id, word] of state.opens) {
    if (word === 0n) continue;
    const exit = exitOf(state, id);
    const asset = hex32(exit.asset);
    const tick = 10n ** unpack("asset", state.assets.get(asset) ?? 0n).tickExponent;
    queued.set(asset, (queued.get(asset) ?? 0n) + (exit.amount + tick - 1n) / tick);
  }
  return queued;
}
