import type { Signer } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import type { IReserve } from "../../typechain-types/contracts/custody/interfaces/IReserve.ts";
import { IReserve__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IReserve__factory.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { VaultLens__factory } from "../../typechain-types/factories/contracts/custody/VaultLens__factory.ts";
import { TerminalError } from "../core/errors.ts";
import { KINDS, paramKey } from "../governance/parameters.ts";
import { exitDestinations } from "./exit-destinations.ts";
import { type AssetBooks, readClaims, type VaultClaims } from "./vault-claims.ts";
import { type Act, carryOut, type DoneAct } from "./wind-down-acts.ts";
import { type OutboxEntry, readOutbox, writeOutbox } from "./wind-down-outbox.ts";
import { type RemainingClaim, whatRemains } from "./wind-down-remains.ts";

/** How a wind-down runs. */
export interface WindDownOptions {
  /** Anyone: pays the gas, and can do nothing that anybody else couldn't. */
  readonly signer: Signer;
  /** Symbols; all assets unless given. */
  readonly assets?: readonly string[];
  /** Where intents for owners are written, and read again once they are signed. */
  readonly intents?: string;
  /** How many transactions are under way at once. */
  readonly batch: number;
  readonly dryRun?: boolean;
  /** Called with what is being done. */
  readonly onProgress?: (what: string) => void;
}

/** How far a wind-down is. */
export interface WindDownReport extends VaultClaims {
  readonly chainId: string;
  readonly vault: string;
  /** Nothing is owed any more. */
  readonly complete: boolean;
  readonly done: readonly DoneAct[];
  readonly intents: readonly OutboxEntry[];
  /** Each claim that is left, why, and who does what about it. */
  readonly remaining: readonly RemainingClaim[];
  /** Sentences about whole assets: when one can be wound down, when a reserve gives back. */
  readonly notes: readonly string[];
  /** Unix seconds of the next moment at which running it again does more; undefined if only owners can do more. */
  readonly nextAt: bigint | undefined;
}

/** `RETURN_TERM` of contracts/custody/Reserve.sol: how long an announced return can be made. */
const RETURN_TERM = 30n * 86_400n;
/** `ANNOUNCED_FOR` there: how long an announced exit can be refilled. */
const ANNOUNCED_FOR = 90n * 86_400n;
/** A withdrawal reserves gas for the policy's quote, which estimates can miss. */
const WITHDRAW_GAS = 1_500_000n;

type Sayer = { note: (what: string, at?: bigint) => void };

/**
 * One step on the way out of a Vault: everything that anyone may do now for everything to get to its owners, and a list, proved
 * complete, of what is left and who must do it. Keeps nothing of its own but the owners' intents: run it again at any time.
 *
 * @throws what `readClaims` throws: no step is taken on books that don't add up.
 * @example
 * const { complete, remaining, nextAt } = await windDown(suite.addresses, { signer, batch: 20, intents: "outbox" });
 */
export async function windDown(
  addresses: Pick<SuiteAddresses, "vault" | "gateway" | "fromBlock" | "assets" | "lens">,
  options: WindDownOptions,
): Promise<WindDownReport> {
  const { signer, batch, dryRun = false, assets: only } = options;
  const { provider } = signer;
  if (provider === null) throw new TerminalError("NO_PROVIDER", "The signer has no node to ask");
  const say = options.onProgress ?? (() => {});
  const { chainId } = await provider.getNetwork();
  const place = { provider, chainId, vault: addresses.vault, folder: options.intents ?? "" };
  const notes: string[] = [];
  const times: bigint[] = [];
  const sayer: Sayer = {
    note: (what, at) => {
      notes.push(what);
      if (at !== undefined) times.push(at);
    },
  };
  const done: DoneAct[] = [];
  const act = async (acts: readonly Act[]) => {
    done.push(...(await carryOut(provider, acts, { batch, dryRun, say })));
  };

  say("rebuilding every claim from the logs");
  let books = await readClaims(provider, addresses, only);
  say(`${books.claims.length} claims, complete to the unit at block ${books.block}`);
  // Fairness first: a shortfall that nobody has flagged would be the last owner's alone.
  await act(impairments(addresses, books, signer));
  await act(await beginnings(addresses, books, signer, sayer));
  // What has just begun changes what reserves may do.
  if (done.length > 0 && !dryRun) books = await readClaims(provider, addresses, only);
  await act(await returns(books, signer, sayer));

  let intents = options.intents === undefined ? [] : await readOutbox(place, books.time);
  await act(submissions(addresses, intents, signer));
  if (!dryRun) books = await readClaims(provider, addresses, only);
  await act(await refills(addresses, books, signer, sayer));
  await act(await releases(addresses, books, signer));

  books = await readClaims(provider, addresses, only);
  const balances = books.claims.filter(({ exit }) => exit === undefined);
  const destinationOf = await exitDestinations(provider, addresses, balances);
  const files =
    options.intents === undefined || dryRun
      ? new Map<string, string>()
      : await writeOutbox(place, balances, destinationOf, books.time);
  if (options.intents !== undefined) intents = await readOutbox(place, books.time);
  const remaining = await whatRemains(signer, addresses, books, { files, destinationOf });
  for (const { from } of remaining) if (from !== undefined) times.push(from);
  const [nextAt] = times.filter((time) => time > books.time).sort((a, b) => (a < b ? -1 : 1));
  return {
    ...books,
    chainId: chainId.toString(),
    vault: addresses.vault,
    complete: books.claims.length === 0,
    done,
    intents,
    remaining,
    notes,
    nextAt,
  };
}

type Where = Pick<SuiteAddresses, "vault" | "lens">;

function holdings({ inVault, inReserves }: AssetBooks): bigint {
  return inReserves.reduce((sum, { amount }) => sum + amount, inVault);
}

function impairments({ vault }: Where, { assets }: VaultClaims, signer: Signer): Act[] {
  const contract = IVault__factory.connect(vault, signer);
  return assets
    .filter((books) => books.liabilities > holdings(books) !== books.impaired)
    .map(({ symbol, id }) => ({
      what: `recording whether ${symbol} is short`,
      send: () => contract.checkImpairment(id),
    }));
}

/** An asset that governance has left alone for long enough is wound down by whoever comes. */
async function beginnings(
  { vault }: Where,
  { assets, time }: VaultClaims,
  signer: Signer,
  { note }: Sayer,
): Promise<Act[]> {
  const contract = IVault__factory.connect(vault, signer);
  const open = assets.filter(({ windingDown }) => !windingDown);
  if (open.length === 0) return [];
  const { base, tight, until, version } = await contract.param(paramKey(KINDS.WIND_DOWN_AFTER));
  const days = time < until ? tight : base;
  const from = (await contract.governedAt()) + days * 86_400n;
  if (version === 0n) {
    note("no asset can be wound down: WIND_DOWN_AFTER was never set");
    return [];
  }
  if (time < from) {
    for (const { symbol } of open) {
      const date = new Date(Number(from) * 1_000).toISOString();
      note(`${symbol}: governance is alive; without it, it can be wound down from ${date}`, from);
    }
    return [];
  }
  return open.map(({ symbol, id }) => ({
    what: `beginning to wind ${symbol} down`,
    send: () => contract.windDown(id),
  }));
}

/** Each reserve gives back what it has of an asset that is being wound down: announced first, then returned. */
async function returns({ assets, time }: VaultClaims, signer: Signer, { note }: Sayer): Promise<Act[]> {
  const acts: Act[] = [];
  for (const { symbol, id, windingDown, inReserves } of assets) {
    if (!windingDown) continue;
    for (const { reserve, amount } of inReserves) {
      if (amount === 0n) continue;
      const contract = IReserve__factory.connect(reserve, signer);
      const [readyAt, vetoed] = [await contract.returnReadyAt(id), await contract.allVetoedUntil()];
      const where = `all ${symbol} of the reserve ${reserve}`;
      if (readyAt === 0n || time >= readyAt + RETURN_TERM) {
        acts.push({ what: `announcing the return of ${where}`, send: () => contract.announceReturn(id) });
        const at = time + (await contract.refillDelay());
        note(`${where} comes back from ${at} (Unix seconds) on`, at);
      } else if (time < readyAt) note(`${where} comes back from ${readyAt} (Unix seconds) on`, readyAt);
      else if (time < vetoed)
        note(`${where}: its Safe has vetoed everything until ${vetoed} (Unix seconds)`, vetoed);
      else acts.push({ what: `returning ${where}`, send: () => contract.returnAll(id) });
    }
  }
  return acts;
}

function submissions({ vault }: Where, entries: readonly OutboxEntry[], signer: Signer): Act[] {
  const contract = IVault__factory.connect(vault, signer);
  return entries.flatMap(({ state, file, intent, signature }) => {
    if (state !== "ready" || intent === undefined || signature === undefined) return [];
    const send = () => contract.bySig(intent, "0x", signature, { gasLimit: WITHDRAW_GAS });
    return [{ what: `carrying out ${file}`, send }];
  });
}

const exitsOf = ({ claims }: VaultClaims) =>
  claims.flatMap(({ exit, symbol }) => (exit === undefined ? [] : [{ exit, symbol }]));

/**
 * While governance lives, a reserve gives for one exit at a time: announced as soon as it is queued, refilled once it is mature
 * and the Vault itself has not enough.
 */
async function refills(where: Where, books: VaultClaims, signer: Signer, { note }: Sayer): Promise<Act[]> {
  const view = VaultLens__factory.connect(where.lens, signer);
  const caller = await signer.getAddress();
  const acts: Act[] = [];
  for (const asset of books.assets) {
    const levels = asset.inReserves.filter(({ amount }) => amount > 0n);
    const exits = exitsOf(books).filter(({ exit }) => exit.asset === asset.id);
    const queued = exits.reduce((sum, { exit }) => sum + exit.amount, 0n);
    if (asset.windingDown || levels.length === 0 || queued <= asset.inVault) continue;
    for (const { exit, symbol } of exits) {
      let ready: IReserve | undefined;
      for (const { reserve: address } of levels) {
        const reserve = IReserve__factory.connect(address, signer);
        const { readyAt } = await reserve.announcedOf(exit.id);
        const lapsed = readyAt !== 0n && books.time >= readyAt + ANNOUNCED_FOR;
        if (readyAt !== 0n && !lapsed) {
          if (readyAt > books.time)
            note(`exit ${exit.id} can be refilled from ${readyAt} (Unix seconds) on`, readyAt);
          else ready ??= reserve;
          continue;
        }
        const what = `announcing the refill for exit ${exit.id} (${symbol})`;
        acts.push({ what, send: () => reserve.announce(exit) });
        const at = books.time + (await reserve.refillDelay());
        note(`exit ${exit.id} can be refilled from ${at} (Unix seconds) on`, at);
      }
      const { payableFrom } = await view.statusOf(exit, caller);
      if (ready === undefined || payableFrom > books.time || exit.amount <= asset.inVault) continue;
      const level = ready;
      const what = `refilling and releasing exit ${exit.id} (${symbol})`;
      acts.push({ what, send: () => level.refill(exit) });
    }
  }
  return acts;
}

/** Everything that has matured is paid, or takes its turn in the lane; what matured first comes first. */
async function releases({ vault, lens }: Where, books: VaultClaims, signer: Signer): Promise<Act[]> {
  const contract = IVault__factory.connect(vault, signer);
  const view = VaultLens__factory.connect(lens, signer);
  const caller = await signer.getAddress();
  const exits = [...exitsOf(books)].sort((a, b) => (a.exit.late < b.exit.late ? -1 : 1));
  const acts: Act[] = [];
  for (const { exit, symbol } of exits) {
    const { blocked, slotTaken, payableFrom } = await view.statusOf(exit, caller);
    // A turn is taken even where the money is still in a reserve.
    const takesTurn = payableFrom <= books.time && !slotTaken;
    if (blocked !== "0x" && !takesTurn) continue;
    const send = async () => {
      // Taking a turn costs less than paying: what is estimated now may be the other of the two by then.
      const gasLimit = 2n * (await contract.release.estimateGas(exit));
      return contract.release(exit, { gasLimit });
    };
    acts.push({ what: `releasing exit ${exit.id} (${symbol})`, send });
  }
  return acts;
}
