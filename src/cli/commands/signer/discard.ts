import { TerminalError } from "../../../core/errors.ts";
import { disapproveCeremonies } from "../../../signing/frost/approvals.ts";
import { IDENTITY, pendingName } from "../../../signing/key-names.ts";
import { Keystore } from "../../../signing/keystore.ts";
import { placesIn, readSignerConfig } from "../../../signing/signer-config.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { print } from "../../output.ts";
import { keystorePassword } from "./password.ts";

export interface SignerDiscardCommand extends PasswordOptions {
  readonly config: string;
  readonly key: string;
  readonly json?: boolean;
}

/**
 * Throws away what a ceremony has stored here and not everybody has confirmed, and takes back what was approved for the key: also
 * where nothing was to be stored, as the leader could else end the ceremony here.
 */
export async function signerDiscard(options: SignerDiscardCommand): Promise<number> {
  const { key } = options;
  const { folder } = readSignerConfig(options.config);
  const places = placesIn(folder);
  const keystore = new Keystore(places.keys, await keystorePassword(options, folder));
  const name = pendingName(key);
  const stored = keystore.has(name);
  // Opens one, so that nobody without the password throws it away by mistake.
  await keystore.read(stored ? name : IDENTITY);
  const approvals = disapproveCeremonies(places.ceremonies, key);
  if (!stored && approvals === 0) {
    throw new TerminalError("KEY_UNKNOWN", `Nothing of ${key} waits here`, {
      advice: "See what does by signer status.",
    });
  }
  if (stored) keystore.remove(name);
  const what = stored ? "what was stored" : "nothing was stored";
  print(
    options.json,
    { key, stored, approvals },
    `Discarded of ${key}: ${what}, ${approvals} approvals. Hold it again as another attempt.\n`,
  );
  return ExitCode.done;
}
