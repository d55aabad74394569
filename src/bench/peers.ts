import { readFileSync } from "node:fs";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type BaseContract, type InterfaceAbi, id, MaxUint256, Wallet, ZeroAddress } from "ethers";
import { z } from "zod";
import { TerminalError } from "../core/errors.ts";
import type { Chain } from "./chain.ts";

/** Raw units, as in the measurements of our own verbs. */
const AMOUNT = 123_456_789_012_345_678_901n;

/** Uses of a limiter in one window before the measured one. */
const USES = 20;

/** Gas of one use of each limiter, without the call around it. */
export interface LimiterGas {
  readonly ours: number;
  readonly oursStored: number;
  readonly ozExact: number;
  readonly ozBucket: number;
  /** The call alone, which has been taken off the others. */
  readonly call: number;
}

/** Measures the limiters: the 21st use in a window. */
export async function measureLimiters(chain: Chain): Promise<LimiterGas> {
  const user = firstOf(chain.signers);
  const limit = 10_000_000n;
  const key = id("subject");
  const use = async (name: string, args: readonly unknown[]) => {
    const limiter = await chain.deploy(name, args);
    for (let i = 0; i < USES; i++) {
      await chain.send(user, limiter, "consume", [key, 12_345]);
      await chain.pass(60n);
    }
    return (await chain.send(user, limiter, "consume", [key, 12_345])).gas;
  };
  const call = await use("NothingConsumed", []);
  return {
    ours: (await use("WindowConsumed", [limit])) - call,
    oursStored: (await use("StoredWindowConsumed", [limit])) - call,
    ozExact: (await use("OzWindowConsumed", [limit])) - call,
    ozBucket: (await use("OzBucketConsumed", [limit])) - call,
    call,
  };
}

/** OpenZeppelin's ERC-6909 transfer behind a transparent proxy, between two holders. */
export async function measureOzTransfer(chain: Chain): Promise<number> {
  const [admin, from, to] = chain.signers;
  if (!admin || !from || !to) throw noSigners();
  const token = 2n << 248n;
  const ledger = await proxied(chain, admin, "OzLedger", [from.address, token, 10n ** 24n]);
  await chain.send(from, ledger, "transfer", [to, token, AMOUNT]);
  return (await chain.send(from, ledger, "transfer", [to, token, AMOUNT])).gas;
}

/** OpenZeppelin's ERC-4626 deposit behind a transparent proxy. */
export async function measureOzDeposit(chain: Chain): Promise<number> {
  const [admin, from] = chain.signers;
  if (!admin || !from) throw noSigners();
  const token = await chain.deploy("MockERC20", ["Dollar", 18]);
  const vault = await proxied(chain, admin, "OzTokenVault", [token.target]);
  await chain.send(admin, token, "mint", [from, 10n ** 24n]);
  await chain.send(from, token, "approve", [vault, MaxUint256]);
  await chain.send(from, vault, "deposit", [AMOUNT, from]);
  return (await chain.send(from, vault, "deposit", [AMOUNT, from])).gas;
}

/** An ERC-20 transfer out of a Safe by two of its three owners' signatures; Safe's published bytecode. */
export async function measureSafeTransfer(chain: Chain): Promise<number> {
  const [relayer, to] = chain.signers;
  if (!relayer || !to) throw noSigners();
  const owners = ["one", "two", "three"]
    .map((name) => new Wallet(id(name)))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const singleton = await safeContract(chain, "Safe.sol/Safe");
  const factory = await safeContract(chain, "proxies/SafeProxyFactory.sol/SafeProxyFactory");
  const setUp = singleton.interface.encodeFunctionData("setup", [
    owners.map(({ address }) => address),
    2,
    ZeroAddress,
    "0x",
    ZeroAddress,
    ZeroAddress,
    0,
    ZeroAddress,
  ]);
  const { receipt } = await chain.send(relayer, factory, "createProxyWithNonce", [singleton, setUp, 1]);
  const created = receipt.logs
    .map((log) => factory.interface.parseLog(log))
    .find((log) => log?.name === "ProxyCreation");
  if (!created) throw new TerminalError("NO_SAFE", "No Safe was created");
  const safe = singleton.attach(created.args.getValue("proxy")) as BaseContract;

  const token = await chain.deploy("MockERC20", ["Dollar", 18]);
  await chain.send(relayer, token, "mint", [safe, 10n ** 24n]);
  await chain.send(relayer, token, "mint", [to, 1n]);
  const data = token.interface.encodeFunctionData("transfer", [to.address, AMOUNT]);
  let gas = 0;
  for (let nonce = 0n; nonce < 2n; nonce++) {
    const fields = [token.target, 0, data, 0, 0, 0, 0, ZeroAddress, ZeroAddress] as const;
    const digest: string = await safe.getFunction("getTransactionHash")(...fields, nonce);
    const signatures = owners.slice(0, 2).map((owner) => owner.signingKey.sign(digest).serialized.slice(2));
    gas = (await chain.send(relayer, safe, "execTransaction", [...fields, `0x${signatures.join("")}`])).gas;
  }
  return gas;
}

async function proxied(
  chain: Chain,
  admin: HardhatEthersSigner,
  name: string,
  args: readonly unknown[],
): Promise<BaseContract> {
  const implementation = await chain.deploy(name);
  const data = implementation.interface.encodeFunctionData("initialize", args);
  const proxy = await chain.deploy("TransparentUpgradeableProxy", [implementation, admin, data]);
  return chain.at(name, chain.address(proxy));
}

const artifact = z.object({ abi: z.array(z.unknown()), bytecode: z.string() });

async function safeContract(chain: Chain, path: string): Promise<BaseContract> {
  const file = `@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`;
  const { abi, bytecode } = artifact.parse(JSON.parse(readFileSync(`node_modules/${file}`, "utf8")));
  return chain.deployBytecode(abi as InterfaceAbi, bytecode);
}

function firstOf(signers: readonly HardhatEthersSigner[]): HardhatEthersSigner {
  const [first] = signers;
  if (!first) throw noSigners();
  return first;
}

function noSigners(): TerminalError {
  return new TerminalError("NO_SIGNERS", "The chain has too few accounts");
}

/** Sablier pins its own. */
const FLOW_COMPILER = "0.8.29";

const recordedRows = z.object({
  rows: z.array(
    z.object({
      peer: z.string(),
      operation: z.string(),
      compiler: z.string(),
      notes: z.string(),
      steady: z.number().nullable(),
    }),
  ),
});

/** Peers that can't be built from npm packages: measured once, kept in data/gas/peers.json. */
export interface RecordedGas {
  readonly ccipNet: number;
  readonly nttInstant: number;
  readonly nttQueue: number;
  readonly nttRelease: number;
  readonly nttCancel: number;
  readonly delayQueue: number;
  readonly delayRelease: number;
  readonly commerce: {
    readonly authorize: number;
    readonly capture: number;
    readonly captureWithFee: number;
    readonly void: number;
    readonly reclaim: number;
    readonly refund: number;
  };
  readonly flow: { readonly create: number; readonly deposit: number; readonly withdraw: number };
}

/** Reads the recorded figures: our compiler, and for Zodiac its module behind a clone on Safe's published bytecode. */
export function readRecorded(): RecordedGas {
  const { rows } = recordedRows.parse(JSON.parse(readFileSync("data/gas/peers.json", "utf8")));
  const find = (peer: string, operation: string, notes = "", compiler = "0.8.37") => {
    const row = rows.find(
      (r) =>
        r.peer === peer &&
        r.operation.startsWith(operation) &&
        r.compiler.startsWith(compiler) &&
        r.notes.startsWith(notes),
    );
    if (row?.steady == null) {
      throw new TerminalError("NO_RECORD", `data/gas/peers.json has no figure for ${peer}, ${operation}`);
    }
    return row.steady;
  };
  const ntt = "Wormhole NTT manager";
  const delay = "Zodiac Delay";
  const commerce = "base/commerce-payments";
  const flow = "Sablier Flow";
  const clone = "EIP-1167 clone + official Safe bytecode";
  return {
    ccipNet:
      find("Chainlink CCIP RateLimiter", "consume") - find("OpenZeppelin", "rate-limiter harness baseline"),
    nttInstant: find(ntt, "transfer outbound, within limit"),
    nttQueue: find(ntt, "transfer outbound, over limit"),
    nttRelease: find(ntt, "completeOutboundQueuedTransfer"),
    nttCancel: find(ntt, "cancelOutboundQueuedTransfer"),
    delayQueue: find(delay, "enqueue", clone),
    delayRelease: find(delay, "executeNextTx", clone),
    commerce: {
      authorize: find(commerce, "authorize"),
      capture: find(commerce, "capture (no fee)"),
      captureWithFee: find(commerce, "capture (full, 1% fee)"),
      void: find(commerce, "void (nothing captured)"),
      reclaim: find(commerce, "reclaim"),
      refund: find(commerce, "refund"),
    },
    flow: {
      create: find(flow, "create", "", FLOW_COMPILER),
      deposit: find(flow, "deposit", "", FLOW_COMPILER),
      withdraw: find(flow, "withdraw (partial", "", FLOW_COMPILER),
    },
  };
}
