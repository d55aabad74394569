import type { Provider, TypedDataDomain } from "ethers";
import {
  Contract,
  type ContractTransactionReceipt,
  concat,
  type Signer,
  TypedDataEncoder,
  ZeroAddress,
} from "ethers";
import { TerminalError } from "../core/errors.ts";
import { safeArtifact } from "./safe-contracts.ts";

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

const SAFE_TX = {
  SafeTx: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};

/** A signature and who gave it. */
export interface SafeSignature {
  readonly owner: string;
  readonly signature: string;
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

  get domain(): TypedDataDomain {
    return { chainId: this.chainId, verifyingContract: this.address };
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
    return TypedDataEncoder.hash(this.domain, SAFE_TX, transaction);
  }

  async sign(transaction: SafeTransaction, owner: Signer): Promise<SafeSignature> {
    const signature = await owner.signTypedData(this.domain, SAFE_TX, transaction);
    return { owner: await owner.getAddress(), signature };
  }

  /**
   * Executes with the signatures, in the order of owners that the Safe demands.
   *
   * @throws TerminalError `SAFE_FAILED` if the call inside failed; ethers' own error if the Safe refused it.
   */
  async execute(
    transaction: SafeTransaction,
    signatures: readonly SafeSignature[],
  ): Promise<ContractTransactionReceipt> {
    const sorted = [...signatures].sort((a, b) => (BigInt(a.owner) < BigInt(b.owner) ? -1 : 1));
    const { to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver } =
      transaction;
    const sent = await this.contract
      .getFunction("execTransaction")
      .send(
        to,
        value,
        data,
        operation,
        safeTxGas,
        baseGas,
        gasPrice,
        gasToken,
        refundReceiver,
        concat(sorted.map(({ signature }) => signature)),
      );
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
