import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SignedTx, UnsignedTx } from "../chains/chain.ts";
import { openEvmChain } from "../chains/evm/open-evm.ts";
import { DepositBook } from "../chains/utxo/address-book.ts";
import { utxoNetwork } from "../chains/utxo/network.ts";
import { utxoNodeSettings } from "../chains/utxo/open-utxo.ts";
import { signedContent } from "../chains/utxo/signed-content.ts";
import { openUtxoChain, type UtxoChain } from "../chains/utxo/utxo-chain.ts";
import { readWalletTransaction } from "../chains/utxo/wallet-transaction.ts";
import { TerminalError } from "../core/errors.ts";
import { Redacted } from "../core/redacted.ts";
import { openKeystore } from "../governance/wallets/keystore.ts";
import { readPassword } from "../governance/wallets/password.ts";
import { type FaultPoints, faultPoints, NO_FAULTS } from "../journal/fault-points.ts";
import type { StoredJournal } from "../journal/journal-snapshot.ts";
import { openJournal } from "../journal/open-journal.ts";
import { openChannels, type SignerChannels } from "../signing/coordinator.ts";
import { GroupKey } from "../signing/frost/group-key.ts";
import { FrostGroup, type GroupNotices } from "../signing/frost-group.ts";
import { MultisigGroup } from "../signing/multisig-group.ts";
import { readCoordinatorConfig } from "../signing/signer-config.ts";
import type { RouteTerms } from "./deciders/route-terms.ts";
import { GasSigner } from "./gas-signer.ts";
import { GatewayCommittee, type StatementSigners } from "./gateway-committee.ts";
import { GatewayExecutor } from "./gateway-executor.ts";
import { machineClock } from "./machine-clock.ts";
import { nameAccounts } from "./name-accounts.ts";
import type { ConfiguredRoute, RouteConfig } from "./route-config.ts";
import { routeDeciders } from "./route-deciders.ts";
import { type RouteDesk, type RouteLine, USUAL_PACE } from "./route-desk.ts";
import { StreamNames } from "./stream-names.ts";

/** What of a configuration deciders are told. */
export function termsOf({ home, foreign }: RouteConfig): RouteTerms {
  const { asset } = utxoNetwork(foreign.chain);
  return {
    homeChainId: BigInt(home.chain.chain.split(":")[1] ?? "0"),
    vault: home.vault,
    home: home.chain.chain,
    foreign: foreign.chain,
    assets: { [asset]: BigInt(foreign.asset) },
    leastDeposit: BigInt(foreign.leastDeposit),
    patience: { home: home.patience, foreign: foreign.patience },
  };
}

/** Opens a route's journal alone: enough to see and to say what is to be done. */
export function openRouteJournal(
  { config: { journal }, folder }: ConfiguredRoute,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  faults: FaultPoints = NO_FAULTS,
): Promise<StoredJournal> {
  if ("file" in journal) return openJournal({ file: resolve(folder, journal.file), faults });
  const { replicated } = journal;
  if ("url" in journal) return openJournal({ url: journal.url, replicated, faults });
  const url = environment[journal.urlEnv];
  if (url !== undefined && url !== "") return openJournal({ url, replicated, faults });
  throw new TerminalError("CONFIG_INVALID", `The environment has no variable ${journal.urlEnv}`, {
    advice: "Set it to the journal's PostgreSQL URL.",
  });
}

function readGroup(folder: string, file: string): GroupKey {
  const path = resolve(folder, file);
  try {
    return new GroupKey(JSON.parse(readFileSync(path, "utf8")) as unknown);
  } catch (cause) {
    throw new TerminalError("GROUP_UNREADABLE", `${path} is no group's public file`, {
      cause,
      advice: "Name what the key ceremony wrote with --out.",
      docs: "docs/operations/key-ceremony.md",
    });
  }
}

/** An open route: what a worker works with, and the end of it. */
export interface OpenRoute {
  readonly desk: RouteDesk;
  close(): Promise<void>;
}

async function coordinator({ config, folder }: ConfiguredRoute): Promise<SignerChannels> {
  const { config: file, passwordEnv } = config.coordinator;
  const password = await readPassword({ from: "env", name: passwordEnv });
  return openChannels(readCoordinatorConfig(resolve(folder, file)), new Redacted(password));
}

/** Those who sign statements, as the committee on chain knows them. */
function statementSigners(
  { config: { committee }, folder }: ConfiguredRoute,
  { channels }: SignerChannels,
  notices: GroupNotices,
): StatementSigners {
  if (committee.scheme === "frost") {
    return new FrostGroup({ group: readGroup(folder, committee.group), channels, notices });
  }
  const { key, threshold } = committee;
  const members = committee.members.map(({ name, address }) => {
    const channel = channels.find((one) => one.name === name);
    if (channel !== undefined) return { channel, address };
    throw new TerminalError(
      "CONFIG_INVALID",
      `The coordinator has no way to the committee's member ${name}`,
      {
        advice: "Its name is the signer's name in the coordinator's configuration.",
      },
    );
  });
  return new MultisigGroup({ key, threshold, members, notices });
}

function openForeign({ config: { home, foreign }, folder }: ConfiguredRoute, group: GroupKey): UtxoChain {
  const network = utxoNetwork(foreign.chain);
  const { confirmations = network.confirmations } = foreign;
  const own = { ...network, confirmations };
  const wallet = { network: own, groupKey: group.publicKey, home: home.chain.chain, vault: home.vault };
  return openUtxoChain({
    ...wallet,
    ...{ nodes: utxoNodeSettings(foreign.nodes, folder), birth: foreign.birth },
    book: new DepositBook(wallet),
    database: new DatabaseSync(resolve(folder, foreign.index)),
  });
}

/** What a transaction of the wallet's spends. */
function inputsOf(chain: UtxoChain): (tx: UnsignedTx | SignedTx) => readonly string[] {
  return (tx) =>
    "raw" in tx
      ? signedContent(tx).spends
      : readWalletTransaction(chain.wallet, tx.body).inputs.map(({ outpoint }) => outpoint);
}

/**
 * Opens everything that a route's worker needs: its journal, both chains, the ways to the signers. The one place where the real
 * parts meet.
 *
 * @throws TerminalError `CONFIG_INVALID`, `GROUP_UNREADABLE`, and what the parts throw
 */
export async function openRoute(
  configured: ConfiguredRoute,
  log: (line: RouteLine) => void,
): Promise<OpenRoute> {
  const { config, folder } = configured;
  const { home, foreign, committee, pace, route } = config;
  const terms = termsOf(config);
  const wallet = await openKeystore(
    resolve(folder, home.keystore),
    () => readPassword({ from: "env", name: home.passwordEnv }),
    { warn: (why) => log({ event: "warning", why }) },
  );
  const evm = openEvmChain(home.chain, home.sender);
  if (evm.executor === undefined || wallet.address !== home.sender.account) {
    throw new TerminalError("CONFIG_INVALID", "The keystore isn't the sender's", {
      facts: { keystore: wallet.address, sender: home.sender.account },
      advice: "Name the account of the keystore as the sender, or its keystore.",
    });
  }
  const signers = await coordinator(configured);
  const group = readGroup(folder, foreign.group);
  const utxo = openForeign(configured, group);
  const faults = faultPoints(process.env);
  const journal = await openRouteJournal(configured, process.env, faults);
  const notices: GroupNotices = {
    cheated: (signer, why) => log({ event: "cheated", signer, why }),
    absent: (signer, why) => log({ event: "absent", signer, why }),
  };
  const place = { chainId: terms.homeChainId, address: committee.address };
  const book = utxo.book as DepositBook;
  const desk: RouteDesk = {
    ...{
      route,
      terms,
      deciders: routeDeciders(terms),
      journal,
      clock: machineClock,
      random: Math.random,
      faults,
    },
    sides: {
      home: {
        observer: evm.observer,
        executor: new GatewayExecutor(evm.executor, { gateway: home.chain.gateway, account: wallet.address }),
        signer: new GasSigner(wallet),
        inputsOf: () => [],
        from: home.from,
      },
      foreign: {
        observer: utxo.observer,
        executor: utxo.executor,
        signer: new FrostGroup({ group, channels: signers.channels, notices }),
        inputsOf: inputsOf(utxo),
        from: foreign.from,
        prepare: await nameAccounts({
          journal,
          names: new StreamNames(route),
          chain: foreign.chain,
          book,
          index: utxo.index,
        }),
      },
    },
    committee: new GatewayCommittee(evm.view, place, statementSigners(configured, signers, notices)),
    pace: { ...USUAL_PACE, ...(Object.fromEntries(Object.entries(pace)) as Partial<typeof USUAL_PACE>) },
    holder: `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`,
    log,
  };
  const close = async () => {
    await signers.close();
    await journal.close();
  };
  return { desk, close };
}
