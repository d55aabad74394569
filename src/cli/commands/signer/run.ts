import { readSignerConfig } from "../../../signing/signer-config.ts";
import { startSigner } from "../../../signing/signer-process.ts";
import { signerRoutes } from "../../../signing/signer-routes.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { say } from "../../output.ts";
import { keystorePassword } from "./password.ts";

export interface SignerRunCommand extends PasswordOptions {
  readonly config: string;
}

/** Runs a signer until it is told to end (SIGINT, SIGTERM). */
export async function signerRun(options: SignerRunCommand): Promise<number> {
  const configured = readSignerConfig(options.config);
  const password = await keystorePassword(options, configured.folder);
  const signer = await startSigner({ ...configured, password, compose: signerRoutes, log: say });
  const { name, listen, routes } = configured.config;
  say(
    `${name} listens on ${listen.host}:${signer.port}, ${routes.length} routes, fingerprint ${signer.fingerprint}`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await signer.close();
  say(`${name} has ended`);
  return ExitCode.done;
}
