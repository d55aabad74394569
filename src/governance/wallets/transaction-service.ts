import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { SafeTransaction } from "../safe.ts";
import { printable } from "./foreign-json.ts";
import type { SafeAccount } from "./safe-hashes.ts";
import { safeHashes } from "./safe-hashes.ts";
import type { SafeSignature } from "./safe-signature.ts";
import { parseServiceTransaction, type ServiceTransaction, serviceProposal } from "./service-format.ts";

/** How a service is reached. */
export interface ServiceOptions {
  /** Sent as `Authorization: Bearer`; api.safe.global asks for one. */
  readonly apiKey?: string;
  /** How long an answer may take, milliseconds. */
  readonly patience?: number;
}

/** Paths as @safe-global/api-kit uses them, under the service's `/api`. */
const proposals = (safe: string) => `/v2/safes/${safe}/multisig-transactions/`;
const transactionAt = (safeTxHash: string) => `/v2/multisig-transactions/${safeTxHash}/`;
const confirmations = (safeTxHash: string) => `/v1/multisig-transactions/${safeTxHash}/confirmations/`;

/**
 * A Safe Transaction Service: a place to leave proposals and signatures. It is never trusted: what it tells is hashed and
 * checked again.
 *
 * @example
 * const service = new TransactionService("https://api.safe.global/tx-service/sep/api", { apiKey });
 * await service.push(transaction, safe.account, [signature]);
 * const { signatures } = await service.pull(safeTxHash, safe.account);
 */
export class TransactionService {
  readonly #base: string;
  readonly #origin: string;
  readonly #options: ServiceOptions;

  /**
   * @param url of the service's API, as api-kit's `txServiceUrl`
   * @throws TerminalError `SERVICE_URL` if it is no http(s) URL, or would carry the key in clear
   */
  constructor(url: string, options: ServiceOptions = {}) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const isHere = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(parsed?.hostname ?? "");
    const isSecret = options.apiKey !== undefined && !isHere;
    if (parsed === undefined || !(isSecret ? ["https:"] : ["https:", "http:"]).includes(parsed.protocol)) {
      throw new TerminalError(
        "SERVICE_URL",
        "The Transaction Service's address is not a URL that is safe to use",
        {
          facts: { needs: isSecret ? "https" : "http or https" },
          advice: "Give the address of its API, e.g. https://api.safe.global/tx-service/sep/api.",
        },
      );
    }
    this.#base = url.replace(/\/+$/, "");
    this.#origin = parsed.origin;
    this.#options = options;
  }

  /**
   * Leaves a transaction with its first signature, and confirms with the others.
   *
   * @throws TerminalError `SERVICE_UNSIGNED` (the service takes nothing without an owner's signature), `SERVICE_REFUSED`;
   *   RetryableError `SERVICE_UNREACHABLE`, `SERVICE_UNAVAILABLE`
   */
  async push(
    transaction: SafeTransaction,
    account: SafeAccount,
    signatures: readonly SafeSignature[],
    origin?: string,
  ): Promise<void> {
    const [first, ...others] = signatures;
    if (first === undefined) {
      throw new TerminalError(
        "SERVICE_UNSIGNED",
        "The Transaction Service takes no proposal without a signature",
        {
          advice: "Sign as an owner first.",
        },
      );
    }
    await this.#request(
      "POST",
      proposals(account.safe),
      serviceProposal(transaction, account, first, origin),
    );
    const { safeTx } = safeHashes(transaction, account);
    for (const signature of others) await this.confirm(safeTx, signature);
  }

  /** Leaves one more signature. */
  async confirm(safeTxHash: string, { signature }: SafeSignature): Promise<void> {
    await this.#request("POST", confirmations(safeTxHash), { signature });
  }

  /**
   * Fetches a transaction and its signatures.
   *
   * @throws TerminalError `SERVICE_UNKNOWN` (it knows no such transaction), `SERVICE_OTHER_TRANSACTION` (it answered with
   *   another one), and what `parseServiceTransaction` throws
   */
  async pull(safeTxHash: string, account: SafeAccount): Promise<ServiceTransaction> {
    const text = await this.#request("GET", transactionAt(safeTxHash));
    const found = parseServiceTransaction(text, this.#origin, account);
    if (found.safeTxHash === safeTxHash.toLowerCase()) return found;
    throw new TerminalError(
      "SERVICE_OTHER_TRANSACTION",
      `${this.#origin} answered with another transaction`,
      {
        facts: { found: found.safeTxHash, expected: safeTxHash },
        advice: "Don't sign anything that it shows. Use files, and tell who runs the service.",
        docs: "docs/wallets.md",
      },
    );
  }

  async #request(method: "GET" | "POST", path: string, body?: object): Promise<string> {
    const { apiKey, patience = 30_000 } = this.#options;
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${this.#base}${path}`, {
        method,
        headers: {
          accept: "application/json",
          "content-type": "application/json",
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.timeout(patience),
      });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw new RetryableError(
        "SERVICE_UNREACHABLE",
        `The Transaction Service at ${this.#origin} does not answer`,
        {
          cause,
          advice: "Run it again later, or pass files from hand to hand: nothing needs the service.",
        },
      );
    }
    if (status >= 200 && status < 300) return text;
    throw failure(status, text, this.#origin);
  }
}

function failure(status: number, text: string, origin: string): RetryableError | TerminalError {
  const facts = { status, said: printable(text) };
  if (status === 404) {
    return new TerminalError("SERVICE_UNKNOWN", `${origin} knows no such Safe or transaction`, {
      facts,
      advice: "Check the chain and the hash; the service may need a minute to see a new Safe.",
    });
  }
  if (status === 429 || status >= 500) {
    return new RetryableError(
      "SERVICE_UNAVAILABLE",
      `The Transaction Service at ${origin} can't answer now`,
      {
        facts,
        advice: "Run it again later, or pass files from hand to hand: nothing needs the service.",
      },
    );
  }
  return new TerminalError("SERVICE_REFUSED", `The Transaction Service at ${origin} refuses`, {
    facts,
    advice: "Read what it said: a key that is missing, a nonce that is used, or a signature of no owner.",
  });
}
