import { UsageError } from "../../../core/errors.ts";
import { writeWhole } from "../../../core/write-whole.ts";
import { openChannels } from "../../../signing/coordinator.ts";
import { CeremonyTerms, spoken } from "../../../signing/frost/ceremony-terms.ts";
import { finishCeremony, leadCeremony } from "../../../signing/frost/lead-ceremony.ts";
import { readCoordinatorConfig } from "../../../signing/signer-config.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { print, say } from "../../output.ts";
import { keystorePassword } from "./password.ts";
import { readJson } from "./plan.ts";

export interface SignerCeremonyCommand extends PasswordOptions {
  readonly config: string;
  readonly ceremony: string;
  /** Where the group's public key is written. */
  readonly out: string;
  readonly finish?: boolean;
  readonly json?: boolean;
}

/** Leads an approved ceremony, or ends one whose leader was lost. */
export async function signerCeremony(
  kind: "dkg" | "reshare",
  options: SignerCeremonyCommand,
): Promise<number> {
  const configured = readCoordinatorConfig(options.config);
  const terms = new CeremonyTerms(readJson(options.ceremony));
  if (terms.text.kind !== kind) throw new UsageError(`The ceremony is a ${terms.text.kind}, not a ${kind}`);
  const { channels, close } = await openChannels(
    configured,
    await keystorePassword(options, configured.folder),
  );
  try {
    const lead = { terms, channels, say };
    const group = await (options.finish === true ? finishCeremony(lead) : leadCeremony(lead));
    writeWhole(options.out, `${JSON.stringify(group.text, null, 2)}\n`);
    const { publicKey, generation } = group;
    print(
      options.json,
      { key: group.name, publicKey, generation, file: options.out },
      [
        `${group.name}: ${spoken(publicKey)}`,
        `generation ${spoken(generation)}`,
        `${options.out} is public. Each member compares both by voice with its own keys/${group.name}.json.`,
        "",
      ].join("\n"),
    );
    return ExitCode.done;
  } finally {
    await close();
  }
}
