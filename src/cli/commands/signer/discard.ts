import { TerminalError } from "../../../core/errors.ts";
import { disapproveCeremony } from "../../../signing/frost/ceremony-desk.ts";
import { describedShare } from "../../../signing/frost/stored-share.ts";
import { pendingName } from "../../../signing/key-names.ts";
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

/** Throws away what a ceremony has stored here and not everybody has confirmed, with its approval. */
export async function signerDiscard(options: SignerDiscardCommand): Promise<number> {
  const { folder } = readSignerConfig(options.config);
  const places = placesIn(folder);
  const keystore = new Keystore(places.keys, await keystorePassword(options, folder));
  const name = pendingName(options.key);
  if (!keystore.has(name)) {
    throw new TerminalError("KEY_UNKNOWN", `Nothing of ${options.key} waits here`, {
      advice: "See what does by signer status.",
    });
  }
  // Opens it, so that nobody without the password throws it away by mistake.
  const { ceremony, group } = describedShare(await keystore.read(name));
  disapproveCeremony(places.ceremonies, ceremony);
  keystore.remove(name);
  print(
    options.json,
    { key: options.key, ceremony, generation: group.generation },
    `Discarded: ${options.key} of ceremony ${ceremony}. Hold it again as another attempt.\n`,
  );
  return ExitCode.done;
}
