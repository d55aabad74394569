import { createKeystore } from "../../../governance/wallets/keystore.ts";
import { readPassword } from "../../../governance/wallets/password.ts";
import { ExitCode } from "../../exit-code.ts";
import { type PasswordOptions, passwordSource } from "../../option-values.ts";
import { print } from "../../output.ts";

/** What `gov key` is told. */
export interface KeyCommand extends PasswordOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** `gov key`: makes an encrypted keystore with a fresh key. */
export async function govKey(options: KeyCommand): Promise<number> {
  const { address } = await createKeystore(
    options.out,
    await readPassword(passwordSource(options, options.out)),
  );
  print(options.json, { address, keystore: options.out }, `${address}\n`);
  return ExitCode.done;
}
