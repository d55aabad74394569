import { type FunctionFragment, type Result, ZeroAddress } from "ethers";
import type { Point } from "../chains/chain.ts";
import type { ChainView } from "../chains/evm/chain-view.ts";
import { TerminalError } from "../core/errors.ts";
import { GATEWAY } from "./abi.ts";

/** In the order of the contract's enum. */
export const PAYOUT_STATUS = [
  "NONE",
  "REQUESTED",
  "AUTHORISED",
  "SETTLED",
  "VOIDED",
  "REFUNDED",
  "CANCELLED",
] as const;
export type PayoutStatus = (typeof PAYOUT_STATUS)[number];

/** In the order of the contract's enum. */
export const DEPOSIT_STATUS = ["NONE", "DELAYED", "CREDITED", "REFUSED"] as const;
export type DepositStatus = (typeof DEPOSIT_STATUS)[number];

/** A payout as the Gateway has it. Words are 0x-prefixed, as statements have them. */
export interface PayoutRecord {
  readonly status: PayoutStatus;
  readonly attempt: bigint;
  readonly account: string;
  readonly handle: string;
  readonly asset: bigint;
  readonly amount: bigint;
  /** Zero while it has none. */
  readonly token: string;
}

/** A deposit as the Gateway has it. `from`: Unix seconds from which a delayed one can be matured. */
export interface DepositRecord {
  readonly status: DepositStatus;
  readonly from: bigint;
}

/** The text behind a handle; `chain` is zero for one that nobody registered. */
export interface DestinationRecord {
  readonly account: string;
  readonly chain: string;
  readonly script: string;
}

const SUPPLY = "0x18160ddd"; // totalSupply()

function named<T>(names: readonly T[], index: bigint): T {
  const name = names[Number(index)];
  if (name !== undefined) return name;
  throw new TerminalError("GATEWAY_UNKNOWN", "The Gateway answers what this version doesn't know", {
    facts: { index },
    advice: "Check the contract's address; use the program's version that belongs to it.",
  });
}

/** Reads the Gateway's state at one block, each answer by a quorum of nodes. */
export class GatewayReader {
  readonly address: string;
  readonly #view: ChainView;

  constructor(view: ChainView, address: string) {
    this.#view = view;
    this.address = address;
  }

  async #call(at: Point, name: string, args: readonly unknown[]): Promise<Result> {
    const fragment = GATEWAY.getFunction(name) as FunctionFragment;
    const answer = await this.#view.callAt(at, this.address, GATEWAY.encodeFunctionData(fragment, args));
    try {
      if ("revert" in answer) throw new Error(`It reverts with ${answer.revert}`);
      return GATEWAY.decodeFunctionResult(fragment, answer.result);
    } catch (cause) {
      throw new TerminalError("GATEWAY_UNKNOWN", "The Gateway doesn't answer as it should", {
        facts: { gateway: this.address, call: name, height: at.height },
        cause,
        advice: "Check the contract's address, and that it was deployed before this block.",
      });
    }
  }

  /** The name of the error by which the contract refuses a call of nobody's; undefined where it takes it. */
  async refusalOf(name: string, args: readonly unknown[], at: Point): Promise<string | undefined> {
    const data = GATEWAY.encodeFunctionData(name, args);
    const answer = await this.#view.callAt(at, this.address, data);
    if ("result" in answer) return undefined;
    return (answer.revert.length < 10 ? undefined : GATEWAY.parseError(answer.revert)?.name) ?? "unknown";
  }

  async payoutOf(payoutId: string, at: Point): Promise<PayoutRecord> {
    const [record] = (await this.#call(at, "payoutOf", [payoutId])) as unknown as [Result];
    const [status, attempt, account, handle, asset, amount, token] = record.toArray();
    return { status: named(PAYOUT_STATUS, status), attempt, account, handle, asset, amount, token };
  }

  async depositOf(depositId: string, at: Point): Promise<DepositRecord> {
    const [status, from] = (await this.#call(at, "depositOf", [depositId])).toArray();
    return { status: named(DEPOSIT_STATUS, status), from };
  }

  /** A deposit's id, by what the contract takes for its destination. `chain` and `txId` are words. */
  async depositIdOf(chain: string, txId: string, index: bigint, at: Point): Promise<string> {
    return (await this.#call(at, "depositIdOf", [chain, txId, index])).toArray()[0];
  }

  /** The message that halted a chain; zero while it isn't halted. */
  async haltOf(chain: string, at: Point): Promise<string> {
    return (await this.#call(at, "haltOf", [chain])).toArray()[0];
  }

  /** By this gateway or any before it. */
  async isConsumed(depositId: string, at: Point): Promise<boolean> {
    return (await this.#call(at, "isConsumed", [depositId])).toArray()[0] === true;
  }

  async destinationOf(handle: string, at: Point): Promise<DestinationRecord> {
    const [record] = (await this.#call(at, "destinationOf", [handle])) as unknown as [Result];
    const [account, chain, script] = record.toArray();
    return { account, chain, script };
  }

  /** Whether the chain, by its hash, is neither held nor halted. */
  async isOpen(chain: string, at: Point): Promise<boolean> {
    return (await this.#call(at, "isOpen", [chain])).toArray()[0] === true;
  }

  /** What all claims on a foreign asset come to, payouts on their way included, in its smallest unit. */
  async supply(asset: bigint, at: Point): Promise<bigint> {
    const [row] = (await this.#call(at, "foreignOf", [asset])) as unknown as [Result];
    const token: string = row.toArray()[0];
    const answer = await this.#view.callAt(at, token, SUPPLY);
    if ("result" in answer && answer.result.length === 66) return BigInt(answer.result);
    throw new TerminalError("GATEWAY_UNKNOWN", "The Gateway doesn't serve this asset", {
      facts: { gateway: this.address, asset, height: at.height },
      advice: "Check the asset's id, and that it was added before this block.",
    });
  }

  /** The gateway that it has replaced; undefined: it is the first. */
  async predecessor(at: Point): Promise<string | undefined> {
    const [address] = (await this.#call(at, "predecessor", [])).toArray();
    return address === ZeroAddress ? undefined : address;
  }

  /** The Vault and the Committee that it works with. */
  async surroundings(at: Point): Promise<{ readonly vault: string; readonly committee: string }> {
    const [vault] = (await this.#call(at, "vault", [])).toArray();
    const [committee] = (await this.#call(at, "committee", [])).toArray();
    return { vault, committee };
  }
}
