import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { computeAddress } from "ethers";
import { UsageError } from "../../../core/errors.ts";
import { Redacted } from "../../../core/redacted.ts";
import { KEY_NAME } from "../../../signing/key-names.ts";
import { Keystore } from "../../../signing/keystore.ts";
import { placesIn, readSignerConfig } from "../../../signing/signer-config.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { print } from "../../output.ts";
import { keystorePassword } from "./password.ts";

export interface SignerKeyCommand extends PasswordOptions {
  readonly config: string;
  readonly name: string;
  readonly use: "transaction" | "statement";
  readonly json?: boolean;
}

/** Makes an ECDSA key of this signer's own, for a committee of single signatures. A signer that runs sees it after a restart. */
export async function signerKey(options: SignerKeyCommand): Promise<number> {
  const { folder } = readSignerConfig(options.config);
  const { name, use } = options;
  const named = KEY_NAME.safeParse(name);
  if (!named.success) {
    throw new UsageError(`--name: ${named.error.issues[0]?.message}`, {
      facts: { found: name.slice(0, 80) },
      advice: "Choose another name.",
    });
  }
  const keystore = new Keystore(placesIn(folder).keys, await keystorePassword(options, folder));
  const secret = secp256k1.utils.randomSecretKey();
  await keystore.write({ name, kind: "ecdsa", open: { use }, secret: new Redacted(secret) });
  const address = computeAddress(`0x${bytesToHex(secp256k1.getPublicKey(secret, false))}`);
  secret.fill(0);
  print(options.json, { name, use, address }, `${name}: ${address}\n`);
  return ExitCode.done;
}
