import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Contract, type Provider, recoverAddress, ZeroHash } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { StrongroomError, TerminalError } from "../core/errors.ts";
import { intentDigest, VERB } from "../custody/intent.ts";
import type { DestinationOf } from "./exit-destinations.ts";
import type { Claim } from "./vault-claims.ts";
import { readIntent, type WithdrawIntent, writeIntent } from "./withdraw-intent.ts";

/** How long an owner has to sign, seconds. */
const SIGN_WITHIN = 30n * 86_400n;
/** Each asset has a key of nonces of its own, so that an owner's intents don't wait for each other: "WIND", then the token. */
const keyOf = (asset: bigint): bigint => (0x57494e44n << 160n) | (asset & ((1n << 160n) - 1n));

/** A file of the outbox, read. */
export interface OutboxEntry {
  readonly file: string;
  /** `waiting`: nobody has signed; `ready`: the chain takes it; `done`: its nonce is used; `refused`: `why` says what is wrong. */
  readonly state: "waiting" | "ready" | "done" | "refused";
  readonly why?: string;
  readonly code?: string;
  readonly intent?: WithdrawIntent;
  readonly signature?: string;
}

interface Place {
  readonly provider: Provider;
  readonly chainId: bigint;
  readonly vault: string;
  readonly folder: string;
}

/**
 * Writes an intent for each balance that waits for its owner and can leave, unless one for that very amount is there already. A
 * file that somebody has signed is never written over.
 *
 * @returns the file of each claim, by account and symbol
 */
export async function writeOutbox(
  { provider, chainId, vault, folder }: Place,
  balances: readonly Claim[],
  destinationOf: DestinationOf,
  now: bigint,
): Promise<ReadonlyMap<string, string>> {
  mkdirSync(folder, { recursive: true });
  const contract = IVault__factory.connect(vault, provider);
  const files = new Map<string, string>();
  for (const claim of balances) {
    const { account, asset, symbol, amount } = claim;
    const destination = destinationOf(claim);
    if (destination === undefined || !("to" in destination)) continue;
    const { to } = destination;
    const nonce = await contract.nonces(account, keyOf(asset));
    const name = `${account}-${symbol}-${nonce & ((1n << 64n) - 1n)}.json`;
    files.set(`${account}/${symbol}`, name);
    const file = join(folder, name);
    if (existsSync(file)) {
      const there = readEntry(chainId, vault, readFileSync(file, "utf8"));
      if (there.signature !== null && there.signature !== undefined) continue;
      if (
        there.intent?.amount === amount &&
        BigInt(there.intent.to) === BigInt(to) &&
        there.intent.deadline > now
      )
        continue;
    }
    const intent: WithdrawIntent = {
      ...{ owner: account, verb: VERB.WITHDRAW, asset, amount, to },
      ...{ ref: ZeroHash, nonce, deadline: now + SIGN_WITHIN },
    };
    const say = `${account} withdraws its ${symbol} from the Vault to ${to === account ? "itself" : `its destination ${to}`}: sign typedData and put the result into signature, or send call.`;
    writeFileSync(file, writeIntent(chainId, vault, intent, say));
  }
  return files;
}

function readEntry(
  chainId: bigint,
  vault: string,
  text: string,
): { intent?: WithdrawIntent; signature?: string | null } {
  try {
    return readIntent(chainId, vault, text);
  } catch {
    return {};
  }
}

/**
 * Reads every intent in the outbox, and asks the chain whether it would carry it out: the files were in other people's hands.
 * A wrong one is told and stops no other.
 */
export async function readOutbox(
  { provider, chainId, vault, folder }: Place,
  now: bigint,
): Promise<readonly OutboxEntry[]> {
  if (!existsSync(folder)) return [];
  const contract = IVault__factory.connect(vault, provider);
  const entries: OutboxEntry[] = [];
  const names = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".json"),
  );
  for (const { name: file } of names) {
    try {
      const { intent, signature } = readIntent(chainId, vault, readFileSync(join(folder, file), "utf8"));
      const { owner, nonce, asset, amount, deadline } = intent;
      const next = await contract.nonces(owner, nonce >> 64n);
      if (nonce < next) {
        entries.push({ file, state: "done", intent });
        continue;
      }
      if (signature === null) {
        entries.push({ file, state: "waiting", intent });
        continue;
      }
      const refuse = (code: string, message: string, facts = {}) => {
        throw new TerminalError(code, message, { facts });
      };
      if (nonce > next)
        refuse("INTENT_OUT_OF_TURN", "another intent of its key comes first", { next, nonce });
      if (deadline < now) refuse("INTENT_EXPIRED", "its deadline has passed", { deadline });
      const balance = await contract.balanceOf(owner, asset);
      if (amount > balance) {
        refuse("INTENT_TOO_MUCH", "its owner has less than that by now", { amount, balance });
      }
      await requireSigned(provider, chainId, vault, intent, signature);
      entries.push({ file, state: "ready", intent, signature });
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      entries.push({ file, state: "refused", code: error.code, why: error.message });
    }
  }
  return entries;
}

const MAGIC = "0x1626ba7e";

/** By the owner's key, or by the owner's contract (ERC-1271). */
async function requireSigned(
  provider: Provider,
  chainId: bigint,
  vault: string,
  intent: WithdrawIntent,
  signature: string,
): Promise<void> {
  const digest = intentDigest(chainId, vault, intent);
  let signer = "nobody";
  try {
    signer = recoverAddress(digest, signature);
  } catch {
    // Not a key's; a contract's may have any form.
  }
  if (signer.toLowerCase() === intent.owner.toLowerCase()) return;
  if ((await provider.getCode(intent.owner)) !== "0x") {
    const face = ["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"];
    const wallet = new Contract(intent.owner, face, provider);
    const answer = await wallet
      .getFunction("isValidSignature")
      .staticCall(digest, signature)
      .catch(() => "0x");
    if (answer === MAGIC) return;
  }
  throw new TerminalError("INTENT_NOT_BY_OWNER", "its owner has not signed it", {
    facts: { owner: intent.owner, signer },
  });
}
