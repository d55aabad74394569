import { getAddress, isAddress, TypedDataEncoder } from "ethers";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import { printable } from "./foreign-json.ts";
import { SAFE_TX_TYPES, safeDomain } from "./safe-hashes.ts";
import type { OwnerSigner } from "./sign.ts";

/** A wallet as EIP-1193 has it. */
export interface Eip1193 {
  request(call: { readonly method: string; readonly params: readonly unknown[] }): Promise<unknown>;
}

/** A person may have to find the device first. Milliseconds. */
const PATIENCE = 300_000;
/** EIP-1193: the person said no. */
const USER_REJECTED = 4001;

/**
 * A wallet behind a JSON-RPC URL: Frame, a signer like Clef behind a bridge, or a node with unlocked accounts.
 *
 * @param patience how long an answer may take, milliseconds
 * @throws TerminalError `SIGNER_URL` if it is no http(s) URL; on a request `SIGNER_UNREACHABLE` (retryable), `SIGNER_INVALID`,
 *   `SIGNER_REJECTED`, `SIGNER_FAILED`
 */
export function jsonRpcWallet(url: string, patience: number = PATIENCE): Eip1193 {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TerminalError("SIGNER_URL", "The signer's address is not an http or https URL", {
      advice: "Give it as http://127.0.0.1:1248, for Frame.",
    });
  }
  // The rest of a URL can hold a key: errors name the origin only.
  const { origin } = new URL(url);
  let id = 0;
  return {
    request: async ({ method, params }) => {
      id += 1;
      const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
      const answer = await post(url, origin, body, patience);
      if (answer.error !== undefined) throw failure(answer.error, origin, method);
      return answer.result;
    },
  };
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code?: number; readonly message?: string };
}

async function post(url: string, origin: string, body: string, patience: number): Promise<Answer> {
  let text: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "strongroom" },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    text = await response.text();
  } catch (cause) {
    throw new RetryableError("SIGNER_UNREACHABLE", `The signer at ${origin} does not answer`, {
      cause,
      advice: "Start the wallet, unlock it, and check the address.",
    });
  }
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null) return answer as Answer;
  } catch {
    // Told below.
  }
  throw new TerminalError("SIGNER_INVALID", `What answers at ${origin} does not speak JSON-RPC`, {
    advice: "Check the address: this is no wallet.",
  });
}

function failure(error: NonNullable<Answer["error"]>, origin: string, method: string): TerminalError {
  const facts = { method, code: error.code ?? "none", said: printable(String(error.message ?? "")) };
  if (error.code === USER_REJECTED) {
    return new TerminalError("SIGNER_REJECTED", `The signing was rejected at ${origin}`, {
      facts,
      advice: "Nothing was signed. Run it again if the rejection was a mistake.",
    });
  }
  return new TerminalError("SIGNER_FAILED", `The signer at ${origin} answers with an error`, {
    facts,
    advice: "Check that the wallet holds the owner's key and knows eth_signTypedData_v4.",
  });
}

/**
 * An owner whose wallet signs typed data by itself (`eth_accounts`, `eth_signTypedData_v4`), so that its screen shows what it
 * signs.
 *
 * @param owners the Safe's owners
 * @param owner which of them, if the wallet holds several
 * @throws TerminalError `SIGNER_NO_OWNER`, `SIGNER_AMBIGUOUS`, `SIGNER_INVALID`, and what the wallet throws
 * @example
 * const signer = await externalSigner(jsonRpcWallet("http://127.0.0.1:1248"), await safe.owners());
 */
export async function externalSigner(
  wallet: Eip1193,
  owners: readonly string[],
  owner?: string,
): Promise<Required<OwnerSigner>> {
  const account = chooseAccount(await accountsOf(wallet), owners, owner);
  return {
    owner: account,
    sign: async ({ transaction, account: safe }) => {
      const payload = TypedDataEncoder.getPayload(safeDomain(safe), SAFE_TX_TYPES, transaction);
      const method = "eth_signTypedData_v4";
      const signature = await wallet.request({ method, params: [account, JSON.stringify(payload)] });
      if (typeof signature === "string") return signature;
      throw invalid("The signer gave no signature");
    },
  };
}

async function accountsOf(wallet: Eip1193): Promise<readonly string[]> {
  const accounts = await wallet.request({ method: "eth_accounts", params: [] });
  if (
    Array.isArray(accounts) &&
    accounts.every((account) => typeof account === "string" && isAddress(account))
  ) {
    return accounts.map((account) => getAddress(account));
  }
  throw invalid("The signer gave no list of accounts");
}

function invalid(message: string): TerminalError {
  return new TerminalError("SIGNER_INVALID", message, { advice: "Check the address: this is no wallet." });
}

function chooseAccount(held: readonly string[], owners: readonly string[], owner?: string): string {
  const wanted = owner === undefined ? owners : [owner];
  const found = held.filter((account) => wanted.some((one) => BigInt(one) === BigInt(account)));
  const [only] = found;
  if (only === undefined) {
    throw new TerminalError("SIGNER_NO_OWNER", "The signer holds no key of an owner", {
      facts: { held: held.join(" "), wanted: wanted.join(" ") },
      advice: "Choose the owner's account in the wallet, or connect the wallet to this site.",
    });
  }
  if (found.length > 1) {
    throw new TerminalError("SIGNER_AMBIGUOUS", "The signer holds keys of several owners", {
      facts: { found: found.join(" ") },
      advice: "Say which of them signs.",
    });
  }
  return only;
}
