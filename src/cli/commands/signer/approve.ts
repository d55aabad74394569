import { UsageError } from "../../../core/errors.ts";
import { approveCeremony } from "../../../signing/frost/approvals.ts";
import { CeremonyTerms, spoken } from "../../../signing/frost/ceremony-terms.ts";
import { GroupKey } from "../../../signing/frost/group-key.ts";
import { placesIn, readSignerConfig } from "../../../signing/signer-config.ts";
import { fingerprintOf } from "../../../signing/transport/identity.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { readJson } from "./plan.ts";

export interface SignerApproveCommand {
  readonly config: string;
  readonly ceremony: string;
  readonly fingerprint?: string;
  readonly json?: boolean;
}

function described(terms: CeremonyTerms): string {
  const { text } = terms;
  const line = ({ name, index, identity }: { name: string; index: number; identity: string }) =>
    `  ${index} ${name}  ${spoken(fingerprintOf(Buffer.from(identity, "base64")))}`;
  return [
    text.kind === "dkg" ? `A new key ${text.key}` : `The key ${text.key}, shared anew`,
    `signs each ${text.use}; ${text.threshold} of ${text.members.length} are needed`,
    ...(text.kind === "dkg" ? [] : [`group's key ${spoken(new GroupKey(text.from).publicKey)}`]),
    "members:",
    ...terms.members.map(line),
    ...(text.kind === "dkg" ? [] : ["dealers:", ...terms.dealers.map(line)]),
    `attempt ${text.attempt}`,
    `ceremony ${spoken(terms.digest)}`,
    "",
  ].join("\n");
}

/** Shows a ceremony; with the fingerprint that was compared by voice, lets this signer take part in it. */
export async function signerApprove(options: SignerApproveCommand): Promise<number> {
  const { folder } = readSignerConfig(options.config);
  const terms = new CeremonyTerms(readJson(options.ceremony));
  const heard = options.fingerprint?.replaceAll(/\s/g, "").toLowerCase();
  if (heard !== undefined && heard !== terms.digest) {
    throw new UsageError("The fingerprint is not this ceremony's", {
      facts: { heard, file: terms.digest },
      advice: "Approve nothing: somebody has another file.",
    });
  }
  if (heard !== undefined) approveCeremony(placesIn(folder).ceremonies, terms);
  const rest =
    heard === undefined
      ? "Not approved yet: compare the fingerprint by voice, then give it by --fingerprint.\n"
      : "Approved.\n";
  print(
    options.json,
    { ceremony: terms.digest, terms: terms.text, approved: heard !== undefined },
    described(terms) + rest,
  );
  return ExitCode.done;
}
