import { setTimeout as sleep } from "node:timers/promises";
import { parseUnits, Wallet } from "ethers";
import { kindOfChain } from "../../../deploy/chains.ts";
import { asFailure, networkKey } from "../../../deploy/connect.ts";
import { explain, UsageError } from "../../core/errors.ts";
import { parseUsd } from "../../core/money.ts";
import { iso } from "../../core/time.ts";
import { Keeper, type KeeperCounters, type KeeperLine, type Round } from "../../payments/keeper/keeper.ts";
import { leastWorth } from "../../payments/keeper/least-worth.ts";
import { registeredSecrets } from "../../payments/keeper/witness-source.ts";
import { WalletSender } from "../../payments/sending/wallet-sender.ts";
import { ExitCode } from "../exit-code.ts";
import { KeeperFileStore } from "../keeper-file-store.ts";
import { fileWitnesses } from "../keeper-witnesses.ts";
import { type PasswordOptions, wholeNumber } from "../option-values.ts";
import { print, say } from "../output.ts";
import { type GovOptions, openSession, payer, type Session } from "./gov/session.ts";

/** What `keeper` is told. */
export interface KeeperCommand extends GovOptions, PasswordOptions {
  readonly once: boolean;
  /** Whose account pays for gas; else the network's own. */
  readonly keystore?: string;
  readonly state?: string;
  /** A file with questions and what is brought for them. */
  readonly witnesses?: string;
  readonly leastUsd: string;
  readonly mostGwei?: string;
  readonly gasBound: string;
  readonly conditionGas: string;
  readonly confirmations?: string;
  /** Seconds. */
  readonly every: string;
}

/** Blocks on top of what is read, on public chains. */
const CONFIRMATIONS = 5;
/** How long a transaction is waited for: this often, each time a second, or on a development chain a tenth. */
const LOOKS = 30;
/** Seconds until a transaction that isn't mined is replaced. */
const STUCK_AFTER = 300n;
/** Seconds between two rounds, at least. */
const SHORTEST_WAIT = 2;

/** The key that pays: it signs here, as its transactions are remembered before they leave. */
async function keyOf(session: Session, options: KeeperCommand): Promise<Wallet> {
  const { provider, addresses, network } = session.governance;
  if (options.keystore !== undefined) return (await payer(session, options)) as Wallet;
  const key = await networkKey(network);
  if (key !== undefined) return new Wallet(key, provider);
  if (kindOfChain(BigInt(addresses.chainId)) === "development") {
    const { developmentKey } = await import("../../../deploy/config/local-keys.ts");
    return new Wallet(developmentKey().privateKey, provider);
  }
  throw new UsageError("No account pays for the transactions", {
    advice: "Give --keystore, or set the network's key: npx hardhat keystore set DEPLOYER_KEY",
  });
}

function mostPerGas(gwei: string | undefined): { readonly mostPerGas?: bigint } {
  if (gwei === undefined) return {};
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(gwei)) {
    throw new UsageError("--most-gwei takes a price of gas", { advice: "For example --most-gwei 20." });
  }
  return { mostPerGas: parseUnits(gwei, "gwei") };
}

async function keeperOf(session: Session, options: KeeperCommand, wallet: Wallet, store: KeeperFileStore) {
  const { provider, addresses } = session.governance;
  const chainId = BigInt(addresses.chainId);
  const development = kindOfChain(chainId) === "development";
  const whole = (text: string, option: string, least: number) => wholeNumber(text, option, least);
  const most = mostPerGas(options.mostGwei);
  const { conditions, secretRegistry } = addresses;
  return new Keeper({
    ...{ provider, chainId, payments: addresses.payments, fromBlock: addresses.fromBlock, store },
    confirmations:
      options.confirmations === undefined
        ? development
          ? 0
          : CONFIRMATIONS
        : whole(options.confirmations, "--confirmations", 0),
    sender: new WalletSender(wallet, {
      ...{ confirmations: 0, looks: LOOKS, pause: () => sleep(development ? 100 : 1_000) },
      ...most,
    }),
    sources: [
      ...(options.witnesses === undefined ? [] : [fileWitnesses(options.witnesses)]),
      registeredSecrets(provider, secretRegistry, conditions.hashLock),
    ],
    several: conditions.several,
    least: leastWorth(provider, addresses, parseUsd(options.leastUsd)),
    gasBound: BigInt(whole(options.gasBound, "--gas-bound", 100_000)),
    conditionGas: BigInt(whole(options.conditionGas, "--condition-gas", 30_000)),
    ...most,
    stuckAfter: STUCK_AFTER,
    log: (line: KeeperLine) => say(lineText(line)),
  });
}

/** A line of the log: one JSON object. */
function lineText(line: Readonly<Record<string, unknown>>): string {
  const digits = (_key: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  return JSON.stringify({ at: new Date().toISOString(), ...line }, digits);
}

function roundText({ done, left, open, waiting, pending, next }: Round): string {
  const lines = [
    ...done.map(({ act, ids, transaction }) => `${act}: ${ids.length} by ${transaction}`),
    ...left.map(({ id, act, why }) => `left: ${act} of ${id}: ${why}`),
    ...(pending === undefined ? [] : [`not mined yet: ${pending}`]),
    `${open} open, ${waiting} wait for a condition; ${next === undefined ? "nothing more by time alone" : `next at ${iso(next)}`}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Rounds until the process is told to end: each to its own end. What a node doesn't answer is asked again. */
async function forEver(keeper: Keeper, network: string, every: number): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  while (!stop.signal.aborted) {
    let wait = every;
    try {
      const { time, next, done, left, open, waiting } = await keeper.round();
      const counters: KeeperCounters = keeper.counters;
      say(lineText({ event: "round", open, waiting, done: done.length, left: left.length, ...counters }));
      if (next !== undefined) wait = Math.min(wait, Math.max(SHORTEST_WAIT, Number(next - time)));
    } catch (error) {
      const failure = asFailure(error, network);
      if (!failure.retryable) throw failure;
      say(lineText({ event: "retry", code: failure.code, why: explain(failure) }));
    }
    await sleep(wait * 1_000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

/** `keeper`: latches, releases and rolls back what is due, once or until it is told to end. */
export async function keeper(options: KeeperCommand): Promise<number> {
  const every = wholeNumber(options.every, "--every", SHORTEST_WAIT);
  const session = await openSession(options);
  try {
    const { addresses, network } = session.governance;
    const wallet = await keyOf(session, options);
    const store = new KeeperFileStore(options.state ?? `keepers/${addresses.chainId}-${wallet.address}.json`);
    try {
      const kept = await keeperOf(session, options, wallet, store);
      if (!options.once) {
        await forEver(kept, network, every);
        return ExitCode.done;
      }
      const round = await kept.round();
      print(options.json, { ...round, counters: kept.counters }, roundText(round));
      return round.left.length === 0 && round.pending === undefined ? ExitCode.done : ExitCode.failed;
    } finally {
      store.close();
    }
  } finally {
    await session.close();
  }
}
