import { schnorr } from "@noble/curves/secp256k1.js";
import {
  AbiCoder,
  type BaseContract,
  concat,
  getBytes,
  id as hashOf,
  hexlify,
  toBeHex,
  Wallet,
  ZeroAddress,
} from "ethers";
import {
  chainHash,
  depositContent,
  depositId,
  outcomeContent,
  outcomeMessage,
  type Statement,
  statementDigest,
  tokenMessage,
} from "../gateway/statement.ts";
import { chainKey, erc20Asset, KINDS, NEVER, paramKey, TOKEN_CLASS } from "../governance/parameters.ts";
import { type Chain, eventIn, type Mined } from "./chain.ts";
import type { Suite } from "./strongroom.ts";

/** What the gateway costs in its steady state; signatures by a committee of two of three keys, or of one FROST group. */
export interface GatewayGas {
  /** One check, without the call around it. */
  readonly ecrecover: number;
  readonly schnorr: number;
  /** Without R's y: the verifier computes it. */
  readonly schnorrShort: number;
  readonly multisig: number;
  readonly credit: Mined;
  readonly creditByGroup: Mined;
  readonly authorise: Mined;
  readonly settle: Mined;
  readonly refund: Mined;
}

const LITECOIN = "bip122:12a765e31ffd4059bada1e25190f6e98";
const DAY = 86_400n;
const COIN = 100_000_000n;
const LARGE = 1_000_000_000n;
const TX = "c1".repeat(32);

/** Whoever signs for the committee: what its verifier is made of, and its signature of a digest. */
interface Group {
  readonly verifier: BaseContract;
  sign(digest: string): string;
}

/** A BIP-340 signature, with R's y behind it where the verifier is to be spared. */
function schnorrSignature(secret: Uint8Array, digest: string, withY: boolean): string {
  // No chance in a measurement: the same bytes in every run.
  const signature = schnorr.sign(getBytes(digest), secret, new Uint8Array(32));
  const x = hexlify(signature.slice(0, 32)).slice(2);
  const y = schnorr.Point.fromHex(`02${x}`).toAffine().y;
  return withY ? concat([signature, toBeHex(y, 32)]) : hexlify(signature);
}

async function verifiers(chain: Chain) {
  const keys = ["one", "two", "three"]
    .map((name) => new Wallet(hashOf(`bench committee ${name}`)))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const multisig: Group = {
    verifier: await chain.deploy("MultisigVerifier", [keys.map(({ address }) => address), 2]),
    sign: (digest) => concat(keys.slice(0, 2).map((key) => key.signingKey.sign(digest).serialized)),
  };
  const secret = getBytes(hashOf("bench group"));
  const group: Group = {
    verifier: await chain.deploy("SchnorrVerifier", [BigInt(hexlify(schnorr.getPublicKey(secret)))]),
    sign: (digest) => schnorrSignature(secret, digest, true),
  };
  const [single] = keys;
  if (single === undefined) throw new Error("a committee without keys");
  const bare: Group = {
    verifier: await chain.deploy("EcrecoverVerifier", [single.address]),
    sign: (digest) => single.signingKey.sign(digest).serialized,
  };
  return { multisig, group, bare, short: (digest: string) => schnorrSignature(secret, digest, false) };
}

/** One check of a signature, without the call around it: the same call to what says yes to everything is taken off. */
async function checkOf(chain: Chain, from: Suite["governor"], { verifier, sign }: Group): Promise<number> {
  const nothing = await chain.deploy("NothingVerified");
  const digest = hashOf("a statement of the bench");
  const args = [digest, sign(digest)];
  const whole = await chain.send(from, verifier, "verify", args);
  return whole.gas - (await chain.send(from, nothing, "verify", args)).gas;
}

/** A gateway for litecoin on the measured suite's Vault. */
async function deployGateway(
  chain: Chain,
  { vault, router, feedSet, governor }: Suite,
  verifier: BaseContract,
) {
  const manager = await vault.getFunction("authority")();
  const committee = await chain.deploy("Committee", [manager, verifier]);
  const gateway = await chain.deploy("Gateway", [manager, vault, committee, ZeroAddress]);
  const token = await chain.deploy("ForeignAsset", [
    vault,
    gateway,
    `${LITECOIN}/slip44:2`,
    "Litecoin",
    "LTC",
    8,
  ]);
  const asset = erc20Asset(chain.address(token));
  const set = (contract: BaseContract, key: string, value: bigint) =>
    chain.send(governor, contract, "set", [key, 0, NEVER, value]);
  await set(vault, paramKey(KINDS.HOLDINGS_CAP, asset), LARGE);
  await set(vault, paramKey(KINDS.SMALL_LANE_RATE, asset), 10_000n);
  await set(vault, paramKey(KINDS.LARGE_LANE_RATE, asset), 10_000n);
  for (const kind of [KINDS.FOREIGN_CAP, KINDS.FOREIGN_INSTANT])
    await set(gateway, paramKey(kind, asset), LARGE);
  await set(gateway, paramKey(KINDS.FOREIGN_WORTH, asset), 10_000n);
  await set(gateway, paramKey(KINDS.FOREIGN_LEAST, asset), 100n);
  await set(gateway, chainKey(KINDS.FOREIGN_DELAY, LITECOIN), DAY);
  await set(gateway, chainKey(KINDS.CHAIN_OUT, LITECOIN), LARGE);
  await chain.send(governor, router, "setFeedSet", [asset, ZeroAddress, feedSet]);
  const record = await chain.at("AuditRecord", await vault.getFunction("auditRecord")());
  await chain.send(governor, record, "declareCap", [asset, LARGE]);
  await chain.send(governor, vault, "list", [asset, TOKEN_CLASS.exact, 3]);
  await chain.send(governor, gateway, "addAsset", [asset]);
  return { committee, gateway, asset };
}

/** Runs the gateway's verbs until they are in their steady state, and measures them there. */
export async function measureGateway(chain: Chain, suite: Suite): Promise<GatewayGas> {
  const { vault, governor, owner } = suite;
  const { multisig, group, bare, short } = await verifiers(chain);
  const { committee, gateway, asset } = await deployGateway(chain, suite, multisig.verifier);
  const { chainId } = await chain.ethers.provider.getNetwork();
  const name = chainHash(LITECOIN);
  const proof = (by: Group, epoch: number, statement: Omit<Statement, "chain">) => {
    const digest = statementDigest({ chain: name, ...statement }, chainId, chain.address(committee));
    return AbiCoder.defaultAbiCoder().encode(["uint32", "bytes"], [epoch, by.sign(digest)]);
  };
  let outputs = 0;
  const credit = async (by: Group, epoch: number) => {
    const origin = {
      chain: LITECOIN,
      destination: chainId,
      vault: chain.address(vault),
      txId: TX,
      index: ++outputs,
    };
    const deposit = {
      chain: name,
      txId: `0x${TX}`,
      index: outputs,
      account: owner.address,
      asset,
      amount: COIN,
    };
    const messageId = depositId(origin);
    const content = depositContent(owner.address, asset, COIN);
    const mined = await chain.send(governor, gateway, "credit", [
      deposit,
      proof(by, epoch, { messageId, content }),
    ]);
    eventIn(gateway, mined, "DepositCredited");
    return mined;
  };
  for (let i = 0; i < 5; ++i) await credit(multisig, 1);
  const credited = await credit(multisig, 1);

  const script = `0x5120${"ab".repeat(32)}`;
  await chain.send(owner, gateway, "registerDestination", [owner.address, name, script]);
  const handle = await gateway.getFunction("handleOf")(owner.address, name, script);
  /** An exit by the queue: no price is asked for. */
  const request = async (): Promise<string> => {
    const queued = eventIn(
      vault,
      await chain.send(owner, vault, "withdraw", [asset, COIN / 10n, handle]),
      "Queued",
    );
    const exit = queued.args.exit.toArray();
    await chain.pass(2n * DAY);
    let mined = await chain.send(governor, vault, "release", [exit]);
    if (mined.receipt.logs.length < 3) {
      await chain.pass(2n * DAY);
      mined = await chain.send(governor, vault, "release", [exit]);
    }
    return eventIn(gateway, mined, "PayoutRequested").args.payoutId;
  };
  const authorise = async (payout: string) => {
    const token = hashOf(`token of ${payout}`);
    const said = proof(multisig, 1, { messageId: tokenMessage(payout, 1n), content: token });
    const mined = await chain.send(governor, gateway, "authorise", [payout, token, said]);
    eventIn(gateway, mined, "PayoutAuthorised");
    return mined;
  };
  const end = async (payout: string, outcome: "PAID" | "VOIDED") => {
    const said = proof(multisig, 1, {
      messageId: outcomeMessage(payout, 1n),
      content: outcomeContent(outcome, TX),
    });
    return chain.send(governor, gateway, outcome === "PAID" ? "settle" : "voided", [payout, `0x${TX}`, said]);
  };
  const payouts = [await request(), await request(), await request()] as const;
  await authorise(payouts[0]);
  const authorised = await authorise(payouts[1]);
  await authorise(payouts[2]);
  await end(payouts[2], "VOIDED");
  // The gateway's balance stays in use: the other payouts are still open.
  const settled = await end(payouts[1], "PAID");
  const refunded = await chain.send(governor, gateway, "refund", [payouts[2]]);
  eventIn(gateway, refunded, "PayoutRefunded");

  await chain.send(governor, committee, "rotate", [1, group.verifier, 0, NEVER]);
  await credit(group, 2);
  return {
    ecrecover: await checkOf(chain, governor, bare),
    schnorr: await checkOf(chain, governor, group),
    schnorrShort: await checkOf(chain, governor, { ...group, sign: short }),
    multisig: await checkOf(chain, governor, multisig),
    credit: credited,
    creditByGroup: await credit(group, 2),
    authorise: authorised,
    settle: settled,
    refund: refunded,
  };
}
