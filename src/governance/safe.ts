import {
  Contract,
  type ContractTransactionReceipt,
  type Provider,
  type Signer,
  type TypedDataDomain,
  ZeroAddress,
} from "ethers";
import { TerminalError } from "../core/errors.ts";
import { safeArtifact } from "./safe-contracts.ts";
import { packSignatures } from "./wallets/pack-signatures.ts";
import { SAFE_TX_TYPES, type SafeAccount, safeDomain, safeHashes } from "./wallets/safe-hashes.ts";
import type { SafeSignature } from "./wallets/safe-signature.ts";

/** One call of a governed contract. */
export interface Call {
  readonly to: string;
  readonly data: string;
  readonly value?: bigint;
}

/** The transaction that a Safe's owners sign (Safe 1.5, `SafeTx`, EIP-712). */
export interface SafeTransaction {
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
  /** 0 = call. Delegatecalls are never built here. */
  readonly operation: 0;
  readonly safeTxGas: 0n;
  readonly baseGas: 0n;
  readonly gasPrice: 0n;
  readonly gasToken: string;
  readonly refundReceiver: string;
  readonly nonce: bigint;
}

/**
 * One Safe: builds transactions, collects signatures, executes. Whoever executes only pays the gas.
 *
 * @example
 * const safe = new Safe(address, chainId, relayer);
 * const transaction = await safe.build({ to, data });
 * const signatures = await Promise.all(owners.map((owner) => safe.sign(transaction, owner)));
 * await safe.execute(transaction, signatures);
 */
export class Safe {
  readonly address: string;
  readonly chainId: bigint;
  readonly contract: Contract;

  constructor(address: string, chainId: bigint, executor: Signer | Provider) {
    this.address = address;
    this.chainId = chainId;
    this.contract = new Contract(address, safeArtifact("singleton").abi as never, executor);
  }

  /** Which Safe this is, for hashes and files. */
  get account(): SafeAccount {
    return { chainId: this.chainId, safe: this.address };
  }

  get domain(): TypedDataDomain {
    return safeDomain(this.account);
  }

  owners(): Promise<readonly string[]> {
    return this.contract.getFunction("getOwners").staticCall() as Promise<readonly string[]>;
  }

  async threshold(): Promise<number> {
    return Number(await this.contract.getFunction("getThreshold").staticCall());
  }

  nonce(): Promise<bigint> {
    return this.contract.getFunction("nonce").staticCall() as Promise<bigint>;
  }

  /** The transaction for a call, under the Safe's next nonce unless another is given. */
  async build({ to, data, value = 0n }: Call, nonce?: bigint): Promise<SafeTransaction> {
    return {
      to,
      value,
      data,
      operation: 0,
      safeTxGas: 0n,
      baseGas: 0n,
      gasPrice: 0n,
      gasToken: ZeroAddress,
      refundReceiver: ZeroAddress,
      nonce: nonce ?? (await this.nonce()),
    };
  }

  /** The EIP-712 hash that owners sign; the Safe's own `getTransactionHash` gives the same. */
  hash(transaction: SafeTransaction): string {
    return safeHashes(transaction, this.account).safeTx;
  }

  async sign(transaction: SafeTransaction, owner: Signer): Promise<SafeSignature> {
    const signature = await owner.signTypedData(this.domain, SAFE_TX_TYPES, transaction);
    return { owner: await owner.getAddress(), kind: "eip712", signature };
  }

  /** The Safe's own call that carries a signed transaction out. */
  executionOf(transaction: SafeTransaction, signatures: readonly SafeSignature[]): Call {
    const words = executionWords(transaction, signatures);
    return { to: this.address, data: this.contract.interface.encodeFunctionData("execTransaction", words) };
  }

  /**
   * Executes with the signatures, in whatever order they come.
   *
   * @throws TerminalError `SIGNATURE_DUPLICATED`; `SAFE_FAILED` if the call inside failed; ethers' own error if the Safe refused it.
   */
  async execute(
    transaction: SafeTransaction,
    signatures: readonly SafeSignature[],
  ): Promise<ContractTransactionReceipt> {
    const { to } = transaction;
    const sent = await this.contract
      .getFunction("execTransaction")
      .send(...executionWords(transaction, signatures));
    const receipt = (await sent.wait()) as ContractTransactionReceipt | null;
    if (receipt === null) {
      throw new TerminalError("SAFE_UNKNOWN_OUTCOME", "The Safe's transaction was replaced", {
        facts: { hash: sent.hash },
      });
    }
    // With gasPrice and safeTxGas 0 the Safe reverts if the call inside does; the log is a second look.
    const failure = this.contract.interface.getEvent("ExecutionFailure")?.topicHash;
    const failed = receipt.logs.some((log) => log.address === this.address && log.topics[0] === failure);
    if (failed)
      throw new TerminalError("SAFE_FAILED", "The call inside the Safe's transaction failed", {
        facts: { to },
      });
    return receipt;
  }

  /** Builds, signs with each owner given, and executes. */
  async send(call: Call, owners: readonly Signer[]): Promise<ContractTransactionReceipt> {
    const transaction = await this.build(call);
    const signatures: SafeSignature[] = [];
    for (const owner of owners) signatures.push(await this.sign(transaction, owner));
    return this.execute(transaction, signatures);
  }
}

/** The arguments of `execTransaction`. */
function executionWords(transaction: SafeTransaction, signatures: readonly SafeSignature[]): unknown[] {
  const { to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver } = transaction;
  const words = [to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver];
  return [...words, packSignatures(signatures)];
}
