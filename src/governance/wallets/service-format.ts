import { ZeroAddress } from "ethers";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import type { SafeTransaction } from "../safe.ts";
import { anyAddress, bytes, type Expected, hash, parseForeign } from "./foreign-json.ts";
import { packSignatures } from "./pack-signatures.ts";
import { type SafeAccount, safeHashes } from "./safe-hashes.ts";
import { parseSignature, type SafeSignature, type SignatureKind } from "./safe-signature.ts";
import { SIGNATURE_FORMAT, type SignatureFile } from "./signature-file.ts";

/** The body of `POST /v2/safes/{address}/multisig-transactions/` of Safe's Transaction Service. */
export interface ServiceProposal {
  readonly to: string;
  readonly value: string;
  readonly data: string;
  readonly operation: number;
  readonly safeTxGas: string;
  readonly baseGas: string;
  readonly gasPrice: string;
  readonly gasToken: string;
  readonly refundReceiver: string;
  readonly nonce: number;
  readonly contractTransactionHash: string;
  readonly sender: string;
  readonly signature: string;
  readonly origin: string;
}

const KINDS: Readonly<Record<SignatureKind, string>> = {
  eip712: "EOA",
  eth_sign: "ETH_SIGN",
  "approved-hash": "APPROVED_HASH",
  contract: "CONTRACT_SIGNATURE",
};

/** Numbers come as numbers or as digits, by the service's version. */
const amount = z.union([
  z.string().regex(/^\d{1,78}$/),
  z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
]);

/** What is read of `GET /v2/multisig-transactions/{hash}/`; the service adds fields, which are passed over. */
const responseSchema = z.object({
  safe: anyAddress,
  to: anyAddress,
  value: amount,
  data: bytes.nullish(),
  operation: z.number().int(),
  gasToken: anyAddress.nullish(),
  safeTxGas: amount,
  baseGas: amount,
  gasPrice: amount,
  refundReceiver: anyAddress.nullish(),
  nonce: amount,
  safeTxHash: hash,
  isExecuted: z.boolean(),
  confirmations: z
    .array(
      z.object({ owner: anyAddress, signature: z.string().nullish(), submissionDate: z.string().nullish() }),
    )
    .nullish(),
});

const EXPECTED: Expected<z.infer<typeof responseSchema>> = {
  schema: responseSchema,
  code: "SERVICE_INVALID",
  what: "a transaction of Safe's Transaction Service",
  advice: "Check the service's address and version: this answer is of another form.",
};

/** A transaction as the service tells it: true only as far as its hash and its signatures are checked. */
export interface ServiceTransaction {
  readonly transaction: SafeTransaction;
  readonly safeTxHash: string;
  readonly isExecuted: boolean;
  /** The confirmations as signature files, to be merged like any others. */
  readonly signatures: readonly SignatureFile[];
}

/** A nonce as the service takes it. */
function plainNonce(nonce: bigint): number {
  if (nonce <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(nonce);
  throw new TerminalError("SERVICE_NOT_EXPRESSIBLE", "The nonce is too large for the Transaction Service", {
    facts: { nonce },
    advice: "Take the Safe's next nonce.",
  });
}

/** A signed transaction as the service takes it; `origin` is a note that other owners see. */
export function serviceProposal(
  transaction: SafeTransaction,
  account: SafeAccount,
  { owner, signature }: SafeSignature,
  origin = "Strongroom",
): ServiceProposal {
  return {
    ...fieldsOf(transaction),
    contractTransactionHash: safeHashes(transaction, account).safeTx,
    sender: owner,
    signature,
    origin,
  };
}

function fieldsOf(transaction: SafeTransaction) {
  const { to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce } =
    transaction;
  return {
    to,
    value: value.toString(),
    data,
    operation,
    safeTxGas: safeTxGas.toString(),
    baseGas: baseGas.toString(),
    gasPrice: gasPrice.toString(),
    gasToken,
    refundReceiver,
    nonce: plainNonce(nonce),
  };
}

/** What a file in the service's form says besides the transaction. */
export interface ServiceSurroundings {
  readonly threshold: number;
  /** An input, so that the same proposal gives the same file. */
  readonly submittedAt: Date;
  readonly origin?: string;
}

/**
 * A transaction and its signatures as the service would tell them, for programs that read its form: protocol-kit signs and
 * executes from it.
 */
export function serviceResponse(
  transaction: SafeTransaction,
  account: SafeAccount,
  signatures: readonly SafeSignature[],
  { threshold, submittedAt, origin = "Strongroom" }: ServiceSurroundings,
): Readonly<Record<string, unknown>> {
  const at = submittedAt.toISOString();
  const fields = fieldsOf(transaction);
  return {
    safe: account.safe,
    ...fields,
    nonce: fields.nonce.toString(),
    executionDate: null,
    submissionDate: at,
    modified: at,
    blockNumber: null,
    transactionHash: null,
    safeTxHash: safeHashes(transaction, account).safeTx,
    proposer: signatures[0]?.owner ?? null,
    proposedByDelegate: null,
    executor: null,
    isExecuted: false,
    isSuccessful: null,
    ethGasPrice: null,
    maxFeePerGas: null,
    maxPriorityFeePerGas: null,
    gasUsed: null,
    fee: null,
    origin,
    dataDecoded: null,
    confirmationsRequired: threshold,
    confirmations: signatures.map(({ owner, kind, signature }) => ({
      owner,
      submissionDate: at,
      transactionHash: null,
      signature,
      signatureType: KINDS[kind],
    })),
    trusted: true,
    signatures: signatures.length === 0 ? null : packSignatures(signatures),
  };
}

/**
 * Reads what the service answered. Its hash is computed again from its fields: a service that lies about either is found out.
 *
 * @param source where it came from, for the error
 * @throws TerminalError `SERVICE_INVALID`, `SERVICE_OTHER_SAFE`, `SERVICE_NOT_PLAIN` (a delegatecall, gas or a refund),
 *   `SERVICE_TAMPERED` (fields and hash don't belong together), `SIGNATURE_MALFORMED`
 */
export function parseServiceTransaction(
  text: string,
  source: string,
  account: SafeAccount,
): ServiceTransaction {
  const said = parseForeign(text, source, EXPECTED);
  if (said.safe.toLowerCase() !== account.safe.toLowerCase()) {
    throw new TerminalError("SERVICE_OTHER_SAFE", `${source} tells of another Safe`, {
      facts: { found: said.safe, expected: account.safe },
      advice: "Check the hash: it belongs to another Safe's proposal.",
    });
  }
  const transaction = plainTransaction(said, source);
  const { safeTx } = safeHashes(transaction, account);
  if (safeTx !== said.safeTxHash) {
    throw new TerminalError(
      "SERVICE_TAMPERED",
      `${source} tells a transaction and a hash that don't belong together`,
      {
        facts: { computed: safeTx, said: said.safeTxHash },
        advice: "Don't sign anything that it shows. Use files, and tell who runs the service.",
        docs: "docs/wallets.md",
      },
    );
  }
  const signatures = (said.confirmations ?? []).flatMap(({ owner, signature }): SignatureFile[] => {
    if (signature == null) return [];
    const parsed = parseSignature(signature);
    const { chainId, safe } = account;
    const about = {
      format: SIGNATURE_FORMAT,
      chainId: chainId.toString(),
      safe,
      safeTxHash: safeTx,
    } as const;
    return [{ ...about, owner, kind: parsed.kind, signature: parsed.signature }];
  });
  return { transaction, safeTxHash: safeTx, isExecuted: said.isExecuted, signatures };
}

function plainTransaction(said: z.infer<typeof responseSchema>, source: string): SafeTransaction {
  const { to, value, data, operation, safeTxGas, baseGas, gasPrice, nonce } = said;
  const [gasToken, refundReceiver] = [said.gasToken ?? ZeroAddress, said.refundReceiver ?? ZeroAddress];
  for (const word of [operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver]) {
    if (BigInt(word) === 0n) continue;
    throw new TerminalError("SERVICE_NOT_PLAIN", `${source} tells a delegatecall, gas or a refund`, {
      facts: { operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver },
      advice: "It is none of this suite's proposals. Don't sign it here.",
    });
  }
  return {
    to,
    value: BigInt(value),
    data: data ?? "0x",
    operation: 0,
    safeTxGas: 0n,
    baseGas: 0n,
    gasPrice: 0n,
    gasToken,
    refundReceiver,
    nonce: BigInt(nonce),
  };
}
