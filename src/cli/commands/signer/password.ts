import { Redacted } from "../../../core/redacted.ts";
import { readPassword } from "../../../governance/wallets/password.ts";
import { type PasswordOptions, passwordSource } from "../../option-values.ts";

/** The password of a signer's keystore, as the command line says. */
export async function keystorePassword(options: PasswordOptions, folder: string): Promise<Redacted<string>> {
  return new Redacted(await readPassword(passwordSource(options, folder)));
}
