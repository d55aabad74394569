import { Transaction, type Wallet } from "ethers";
import type { Hex, Payload } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";
import type { Signer, SigningRequest } from "../signing/signer.ts";

/** Signs submissions with the key of the account that pays for gas: exactly the transactions that it is shown. */
export class GasSigner implements Signer {
  readonly key = "gas";
  readonly scheme: Payload["scheme"] = "ecdsa";
  readonly #wallet: Pick<Wallet, "signingKey">;

  constructor(wallet: Pick<Wallet, "signingKey">) {
    this.#wallet = wallet;
  }

  async publicKey(): Promise<Hex> {
    return this.#wallet.signingKey.compressedPublicKey.slice(2);
  }

  /** @throws TerminalError `SIGNING_REFUSED` for anything but the transaction of the request */
  async sign({ purpose, payloads }: SigningRequest): Promise<readonly Hex[]> {
    const [payload, ...more] = payloads;
    const digest =
      purpose.kind === "transaction"
        ? Transaction.from(`0x${purpose.unsigned.body}`).unsignedHash.slice(2)
        : "";
    if (payload === undefined || more.length > 0 || payload.digest !== digest) {
      throw new TerminalError(
        "SIGNING_REFUSED",
        "The account that pays for gas signs its own transactions only",
      );
    }
    return [this.#wallet.signingKey.sign(`0x${digest}`).serialized.slice(2)];
  }
}
