import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hexlify, JsonRpcProvider, JsonRpcSigner, type Result } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { developmentConfig } from "../../deploy/config/load.ts";
import type { SuiteConfig } from "../../deploy/config/schema.ts";
import { connectNetwork } from "../../deploy/connect.ts";
import { deployNetwork } from "../../deploy/deploy-network.ts";
import { attachMocks } from "../../deploy/suite-mocks.ts";
import type { ExitStruct, QueuedEvent } from "../../typechain-types/contracts/custody/interfaces/IVault.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { Committee__factory } from "../../typechain-types/factories/contracts/gateway/Committee__factory.ts";
import { ForeignAsset__factory } from "../../typechain-types/factories/contracts/gateway/ForeignAsset__factory.ts";
import { Gateway__factory } from "../../typechain-types/factories/contracts/gateway/Gateway__factory.ts";
import { SchnorrVerifier__factory } from "../../typechain-types/factories/contracts/gateway/verifiers/SchnorrVerifier__factory.ts";
import { ownScript } from "../chains/utxo/deposit-address.ts";
import { UTXO_NETWORKS } from "../chains/utxo/network.ts";
import { type RouteSession, withRoute } from "../cli/commands/relay/route-session.ts";
import { explainReasons } from "../custody/reasons.ts";
import { handleOf } from "../gateway/destination.ts";
import { chainHash } from "../gateway/statement.ts";
import type { StoredEvent } from "../journal/journal.ts";
import { type MessageStatus, statusIn } from "../relayer/message-status.ts";
import { tokenPrefixes } from "../relayer/stream-names.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { type LitecoinBank, openLitecoinBank } from "./litecoin-bank.ts";
import { LITECOIN_CREDENTIALS, type LitecoinNode, sameBlock, startLitecoin } from "./litecoin-node.ts";
import { type DevelopmentNode, startNode } from "./nodes.ts";
import {
  type DevelopmentRoute,
  makeGasAccount,
  routeEnvironment,
  signerDuties,
  type WorkerTerms,
  writeWorkerConfig,
} from "./relay-files.ts";
import { type SignerTrio, startSignerTrio } from "./signer-trio.ts";
import { type CommandResult, strongroom } from "./strongroom.ts";
import { until } from "./until.ts";

const CHAIN_ID = 31_337n;
const HOME = `eip155:${CHAIN_ID}`;
const NETWORK = UTXO_NETWORKS.litecoinRegtest;
/** Blocks of each chain after which one counts as final. */
const HOME_DEPTH = 2;
const FOREIGN_DEPTH = NETWORK.confirmations;
/** Blocks below the tip at which relayers begin to read: final when they begin. */
const BEFORE = 10;
export const LANES = 8;
/** Litoshi: what the operator puts beside deposits, in coins of this size. */
const FLOAT = 100_000_000n;
const FLOAT_COINS = 4;
const PAYMENTS = 30;
const DAY = 86_400;
/** A validity that never ends, seconds. */
const NEVER = 2n ** 40n - 1n;
/** How often a block is mined on both chains while a test waits for something, milliseconds. */
const BLOCKS_EVERY = 250;

/** What became of an exit to a handle. */
export type ForeignExit =
  | { readonly payoutId: string }
  | { readonly queued: ExitStruct; readonly reasons: bigint };

/** Everything for real and in processes of its own: a suite on anvil, litecoind, three signers, relayers. */
export interface RelayStage {
  readonly folder: string;
  readonly node: DevelopmentNode;
  readonly provider: JsonRpcProvider;
  readonly addresses: SuiteAddresses;
  readonly route: DevelopmentRoute;
  readonly litecoin: readonly [LitecoinNode, LitecoinNode];
  readonly bank: LitecoinBank;
  readonly signers: SignerTrio;
  /** Users of the Vault: accounts of the development node. */
  readonly users: readonly JsonRpcSigner[];
  readonly gas: { readonly account: string; readonly keystore: string };
  /** Writes a worker's configuration for a journal. */
  workerConfig(name: string, journal: Readonly<Record<string, string>>, terms?: WorkerTerms): string;
  /** The last final block of each chain now: where a relayer that begins now begins to read. */
  finalPoints(): Promise<WorkerTerms>;
  /** Starts `relay run`, and waits until it has begun. */
  startRelayer(config: string, environment?: Readonly<Record<string, string>>): Promise<Daemon>;
  /** Runs `relay …` to its end. */
  relay(config: string, ...words: readonly string[]): Promise<CommandResult>;
  /** Mines on both chains, as time goes by, until something holds. */
  until(what: string, holds: () => Promise<boolean>, options?: { readonly foreign?: boolean }): Promise<void>;
  mineHome(blocks: number): Promise<void>;
  mineForeign(blocks: number): Promise<void>;
  /** The group's key for coins. */
  readonly groupKey: string;
  /**
   * The same signers make another key for statements, and the committee's next epoch begins with it. Configurations that are written
   * from then on have that group; relayers that run have the former one.
   *
   * @param overlap seconds for which the former epoch still counts
   */
  rotate(key: string, overlap: number): Promise<void>;
  /** Both nodes end and start again, with empty mempools. */
  restartForeign(): Promise<void>;
  /** Takes Litecoin's last blocks back: a longer branch of empty blocks counts instead, and what was in them waits again. */
  forkForeign(blocks: number): Promise<void>;
  /** The same, and what was in them is gone with them. */
  reorganiseForeign(blocks: number): Promise<void>;
  /** What the journal of a worker's configuration says of its open messages, and of one. */
  openMessages(config: string): Promise<readonly MessageStatus[]>;
  /** Tokens that were taken and of which it isn't known yet what became of them. */
  openTokens(config: string): Promise<number>;
  message(config: string, id: string): Promise<MessageStatus | undefined>;
  /** What its journal has stored of a message. */
  history(config: string, id: string): Promise<readonly StoredEvent[]>;
  balanceOf(account: string): Promise<bigint>;
  /** All claims on the coin, payouts on their way included. */
  supply(): Promise<bigint>;
  /** Registers a script for an account and names it in its book of destinations. */
  destination(user: JsonRpcSigner, script: string): Promise<string>;
  /** Lets everything season: two days pass, and prices are fresh again. */
  season(): Promise<void>;
  /** Asks for an exit to a handle: the payout of one that is paid at once, or why it is queued. */
  exit(user: JsonRpcSigner, amount: bigint, handle: string): Promise<ForeignExit>;
  /** An exit to a handle that is paid at once: its payout. */
  withdraw(user: JsonRpcSigner, amount: bigint, handle: string): Promise<string>;
  /** Its owner takes a queued exit back. */
  cancel(user: JsonRpcSigner, exit: ExitStruct): Promise<void>;
  /** An account takes a payout back that isn't authorised yet. */
  cancelPayout(user: JsonRpcSigner, payoutId: string): Promise<void>;
  /** Puts a voided payout's amount back into its account's balance. */
  refund(payoutId: string): Promise<void>;
  /** What outputs of Litecoin's blocks pay a script, from the tip's chain alone. */
  payments(script: string): Promise<readonly { readonly txId: string; readonly amount: bigint }[]>;
  /** How often the Gateway has said an event of a message. */
  said(event: string, id: string): Promise<number>;
  close(): Promise<void>;
}

async function deployed(node: DevelopmentNode, folder: string, config: SuiteConfig) {
  const connection = await connectNetwork("anvil", { rpc: node.url });
  try {
    const { addresses, ok } = await deployNetwork(connection, config, {
      ...{ folder: join(folder, "deployments"), reset: false, acknowledged: undefined },
      onProgress: () => {},
    });
    if (!ok) throw new Error("the deployment is not as declared");
    return addresses;
  } finally {
    await connection.close();
  }
}

/** As `Promise.all`, but when one fails the others are waited for: what they have opened can then be closed. */
async function allEnded<T extends readonly unknown[]>(
  ...all: { [Index in keyof T]: Promise<T[Index]> }
): Promise<T> {
  const ended = await Promise.allSettled(all);
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return ended.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/** Opens it: a suite whose committee is the statements' group, two litecoind, float and lanes at the wallet, signers with duties. */
export async function openRelayStage(): Promise<RelayStage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "strongroom-relay-")));
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.toReversed()) await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return await openIn(folder, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openIn(
  folder: string,
  closing: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<RelayStage> {
  const kept = async <T>(opening: Promise<T>, end: (opened: T) => Promise<void>): Promise<T> => {
    const opened = await opening;
    closing.push(() => end(opened));
    return opened;
  };
  const nodes = async () => {
    const first = await kept(startLitecoin(), (node) => node.close());
    const second = await kept(startLitecoin({ peers: [first] }), (node) => node.close());
    const litecoin = [first, second] as const;
    return { litecoin, bank: await openLitecoinBank(litecoin, PAYMENTS) };
  };
  const [signers, node, { litecoin, bank }] = await allEnded(
    kept(startSignerTrio(folder), (trio) => trio.close()),
    kept(startNode("anvil"), (started) => started.kill()),
    nodes(),
  );
  const [first, second] = litecoin;
  // The suite names the statements' group: the coins' own key is made while it is deployed.
  const statements = await signers.ceremony("statements", "statement");
  const plain = developmentConfig("anvil", CHAIN_ID);
  const config: SuiteConfig = {
    ...plain,
    gateway: { ...plain.gateway, committee: { groupKey: `0x${statements.group.publicKey}` } },
  };
  const [coins, addresses] = await allEnded(
    signers.ceremony("coins", "transaction"),
    deployed(node, folder, config),
  );
  const birth = Number(await first.ask("getblockcount"));
  const own = ownScript(coins.group.publicKey);
  await bank.send([
    ...Array.from({ length: FLOAT_COINS }, () => ({ script: own, amount: FLOAT })),
    ...Array.from({ length: LANES }, () => ({ script: own, amount: NETWORK.anchor })),
  ]);
  const mineForeign = async (blocks: number) => {
    for (const txId of (await second.ask("getrawmempool")) as string[]) {
      const raw = await second.ask("getrawtransaction", txId);
      // Refused where the miner has it, or another version of it: peers tell each other only every few seconds.
      await first.ask("sendrawtransaction", raw, 0).catch(() => undefined);
    }
    await first.mine(blocks, bank.address);
    await sameBlock(litecoin);
  };
  await mineForeign(FOREIGN_DEPTH);
  const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1, polling: true });
  provider.pollingInterval = 50;
  closing.push(async () => provider.destroy());
  const mineHome = async (blocks: number) => {
    await provider.send("anvil_mine", [`0x${blocks.toString(16)}`, "0x1"]);
  };
  await mineHome(BEFORE);
  const pointAt = async (depth: number) => {
    const block = await provider.getBlock((await provider.getBlockNumber()) - depth);
    return { height: block?.number ?? 0, hash: block?.hash ?? "" };
  };
  const ltc = addresses.assets.find(({ symbol }) => symbol === "ltc");
  if (ltc === undefined) throw new Error("the suite has no litecoin");
  const asset = BigInt(ltc.id);
  const from = birth - BEFORE;
  const route: DevelopmentRoute = {
    folder,
    home: {
      chain: HOME,
      // One node: a development chain has no second one that agrees with it.
      ...{ urls: [node.url, `${node.url}/?again`], depth: HOME_DEPTH, from: await pointAt(HOME_DEPTH + 1) },
      ...{ gateway: addresses.gateway, vault: addresses.vault, committee: addresses.committee, asset },
    },
    foreign: {
      ...{ chain: NETWORK.chain, nodes: litecoin, credentials: LITECOIN_CREDENTIALS, birth },
      from: { height: from, hash: (await first.ask("getblockhash", from)) as string },
    },
    groups: { coins: coins.file, statements: statements.file },
    coordinator: signers.coordinator,
  };
  await signers.assign(signerDuties(route), routeEnvironment(route));
  const gas = await makeGasAccount(folder);
  await provider.send("anvil_setBalance", [gas.account, `0x${(10n ** 20n).toString(16)}`]);
  const users = await Promise.all([5, 6, 7, 8].map((at) => provider.getSigner(at)));
  const vault = IVault__factory.connect(addresses.vault, users[0] as JsonRpcSigner);
  const gateway = Gateway__factory.connect(addresses.gateway, users[0] as JsonRpcSigner);
  const token = ForeignAsset__factory.connect(ltc.token, users[0] as JsonRpcSigner);
  const environment = routeEnvironment(route);
  let statementsFile = statements.file;

  const relay: RelayStage["relay"] = (config, ...words) =>
    strongroom(["relay", ...words, "--config", config], environment);
  const exit: RelayStage["exit"] = async (user, amount, handle) => {
    const receipt = await (await vault.connect(user).withdraw(asset, amount, handle)).wait();
    for (const log of receipt?.logs ?? []) {
      const payout = log.address === addresses.gateway ? gateway.interface.parseLog(log) : null;
      if (payout?.name === "PayoutRequested") return { payoutId: payout.args.payoutId as string };
      const queued = log.address === addresses.vault ? vault.interface.parseLog(log) : null;
      if (queued?.name !== "Queued") continue;
      const { exit: terms, reasons } = queued.args as unknown as QueuedEvent.OutputObject;
      return { queued: (terms as unknown as Result).toObject() as unknown as ExitStruct, reasons };
    }
    throw new Error("the exit was neither paid nor queued");
  };
  const restartForeign = async () => {
    await Promise.all(litecoin.map((node) => node.stop()));
    await Promise.all(litecoin.map((node) => node.start()));
    await second.ask("addnode", `127.0.0.1:${first.peerPort}`, "onetry");
    await sameBlock(litecoin);
  };

  const forkForeign = async (blocks: number) => {
    const height = Number(await first.ask("getblockcount"));
    await first.ask("invalidateblock", await first.ask("getblockhash", height - blocks + 1));
    // Of its own: a block with nothing in it would else be one that has just been declared invalid.
    await first.mineEmpty(blocks + 1, bank.freshAddress());
    await sameBlock(litecoin);
  };
  const recorded = async ({ journal, names }: RouteSession, id: string) => {
    for (const stream of [names.outbound(id), names.inbound(id)]) {
      const events = await journal.read(stream);
      if (events.length > 0) return { stream, events };
    }
    return undefined;
  };

  return {
    ...{
      folder,
      node,
      provider,
      addresses,
      route,
      litecoin,
      bank,
      signers,
      users,
      gas,
      close,
      mineHome,
      mineForeign,
    },
    workerConfig: (name, journal, terms) =>
      writeWorkerConfig(
        { ...route, groups: { ...route.groups, statements: statementsFile } },
        name,
        gas,
        journal,
        terms,
      ),
    async finalPoints() {
      const height = Number(await first.ask("getblockcount")) - FOREIGN_DEPTH;
      const hash = (await first.ask("getblockhash", height)) as string;
      return { home: { from: await pointAt(HOME_DEPTH) }, foreign: { from: { height, hash } } };
    },
    async startRelayer(config, more = {}) {
      const daemon = startDaemon(["relay", "run", "--config", config], { ...environment, ...more });
      closing.push(async () => {
        await daemon.end("SIGKILL");
      });
      await daemon.says((line) => line.includes('"begins"'));
      return daemon;
    },
    relay,
    until: (what, holds, { foreign = true } = {}) =>
      until(
        what,
        async () => {
          if (await holds()) return true;
          await mineHome(1);
          if (foreign) await mineForeign(1);
          return false;
        },
        BLOCKS_EVERY,
      ),
    groupKey: coins.group.publicKey,
    async rotate(key, overlap) {
      const next = await signers.ceremony(key, "statement");
      await signers.assign(signerDuties(route), environment);
      const factory = new SchnorrVerifier__factory(await provider.getSigner(0));
      const verifier = await factory.deploy(`0x${next.group.publicKey}`);
      await verifier.waitForDeployment();
      await provider.send("anvil_impersonateAccount", [addresses.timelock]);
      await provider.send("anvil_setBalance", [addresses.timelock, `0x${(10n ** 18n).toString(16)}`]);
      const committee = Committee__factory.connect(
        addresses.committee,
        new JsonRpcSigner(provider, addresses.timelock),
      );
      const current = await committee.current();
      await (await committee.rotate(current, await verifier.getAddress(), overlap, NEVER)).wait();
      statementsFile = next.file;
    },
    restartForeign,
    forkForeign,
    async reorganiseForeign(blocks) {
      await forkForeign(blocks);
      await restartForeign();
    },
    openMessages: (config) =>
      withRoute({ config }, async (session) => {
        const { journal, names } = session;
        const open = await Promise.all([journal.open(names.prefix("in")), journal.open(names.prefix("out"))]);
        return Promise.all(
          open
            .flat()
            .map(async ({ stream }) => statusIn(session, stream, await journal.read(stream), Date.now())),
        );
      }),
    openTokens: (config) =>
      withRoute({ config }, async ({ journal, terms }) => {
        const open = await Promise.all(tokenPrefixes(terms).map((prefix) => journal.open(prefix)));
        return open.flat().length;
      }),
    message: (config, id) =>
      withRoute({ config }, async (session) => {
        const found = await recorded(session, id);
        return found && statusIn(session, found.stream, found.events, Date.now());
      }),
    history: (config, id) =>
      withRoute({ config }, async (session) => (await recorded(session, id))?.events ?? []),
    supply: () => token.totalSupply(),
    balanceOf: (account) => vault.balanceOf(account, asset),
    async destination(user, script) {
      const handle = handleOf({ account: user.address, chain: NETWORK.chain, script });
      await (
        await gateway.connect(user).registerDestination(user.address, chainHash(NETWORK.chain), `0x${script}`)
      ).wait();
      await (await vault.connect(user).setDestination(handle, true)).wait();
      return handle;
    },
    async season() {
      await provider.send("evm_increaseTime", [2 * DAY]);
      await mineHome(1);
      const connection = await connectNetwork("anvil", { rpc: node.url });
      try {
        await (await attachMocks(connection.ethers, config, addresses)).refreshPrices();
      } finally {
        await connection.close();
      }
    },
    exit,
    async withdraw(user, amount, handle) {
      const asked = await exit(user, amount, handle);
      if ("payoutId" in asked) return asked.payoutId;
      throw new Error(`the exit was queued: ${explainReasons(asked.reasons)}`);
    },
    async cancel(user, queued) {
      await (await vault.connect(user).cancel(queued)).wait();
    },
    async cancelPayout(user, payoutId) {
      await (await gateway.connect(user).cancel(payoutId)).wait();
    },
    async refund(payoutId) {
      await (await gateway.refund(payoutId)).wait();
    },
    async payments(script) {
      const found = [];
      const head = Number(await first.ask("getblockcount"));
      for (let height = birth; height <= head; height++) {
        const { tx } = (await first.ask("getblock", await first.ask("getblockhash", height), 2)) as {
          tx: { txid: string; vout: { value: number; scriptPubKey: { hex: string } }[] }[];
        };
        for (const { txid, vout } of tx) {
          for (const { value, scriptPubKey } of vout) {
            if (scriptPubKey.hex === script)
              found.push({ txId: txid, amount: BigInt(Math.round(value * 1e8)) });
          }
        }
      }
      return found;
    },
    async said(event, id) {
      const fragment = gateway.interface.getEvent(event as "PayoutSettled");
      const logs = await provider.getLogs({
        ...{ address: addresses.gateway, fromBlock: 0, toBlock: "latest" },
        topics: [fragment.topicHash, hexlify(id)],
      });
      return logs.length;
    },
  };
}
