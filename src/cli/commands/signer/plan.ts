import { readFileSync } from "node:fs";
import { z } from "zod";
import { TerminalError, UsageError } from "../../../core/errors.ts";
import { writeWhole } from "../../../core/write-whole.ts";
import { CeremonyTerms, type Participant, spoken } from "../../../signing/frost/ceremony-terms.ts";
import { GroupKey } from "../../../signing/frost/group-key.ts";
import { fingerprintOf, PUBLIC_IDENTITY } from "../../../signing/transport/identity.ts";
import { ExitCode } from "../../exit-code.ts";
import { wholeNumber } from "../../option-values.ts";
import { print } from "../../output.ts";

export interface SignerPlanCommand {
  readonly key?: string;
  readonly use?: "transaction" | "statement";
  readonly threshold: string;
  readonly member: readonly string[];
  /** Of a reshare. */
  readonly from?: string;
  readonly dealer?: readonly string[];
  readonly attempt: string;
  readonly out: string;
  readonly json?: boolean;
}

/** A file of JSON that somebody else has written. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new TerminalError("FILE_UNREADABLE", `${file} can't be read as JSON`, {
      cause,
      advice: "Check the path, and that the file arrived whole.",
    });
  }
}

function identityIn(file: string) {
  const parsed = PUBLIC_IDENTITY.safeParse(readJson(file));
  if (
    parsed.success &&
    fingerprintOf(Buffer.from(parsed.data.identity, "base64")) === parsed.data.fingerprint
  ) {
    return parsed.data;
  }
  const why = parsed.success
    ? "its fingerprint is another key's"
    : z.prettifyError(parsed.error).slice(0, 300);
  throw new TerminalError("IDENTITY_INVALID", `${file} is no signer's identity`, {
    facts: { why },
    advice: "Take the identity.json that signer init wrote there.",
  });
}

/** Writes down what a ceremony is to make, for every participant's approval. Members are numbered as they are named. */
export async function signerPlan(options: SignerPlanCommand): Promise<number> {
  const threshold = wholeNumber(options.threshold, "--threshold", 2);
  const attempt = wholeNumber(options.attempt, "--attempt", 1);
  const members: Participant[] = options.member.map((file, place) => {
    const { name, identity } = identityIn(file);
    return { name, identity, index: place + 1 };
  });
  const common = { version: 1, threshold, members, attempt };
  let json: object;
  if (options.from === undefined) {
    const { key, use } = options;
    if (key === undefined || use === undefined) throw new UsageError("A new key needs --key and --use");
    json = { ...common, kind: "dkg", key, use };
  } else {
    const from = new GroupKey(readJson(options.from));
    const dealers = (options.dealer ?? []).map((file) => {
      const { name, identity } = identityIn(file);
      return { name, identity, index: from.member(name)?.index ?? 0 };
    });
    json = { ...common, kind: "reshare", key: from.name, use: from.text.use, from: from.text, dealers };
  }
  const terms = new CeremonyTerms(json);
  writeWhole(options.out, `${JSON.stringify(terms.text, null, 2)}\n`);
  print(
    options.json,
    { file: options.out, ceremony: terms.digest },
    `${options.out}: ${spoken(terms.digest)}\nGive it to every participant, and compare the fingerprint by voice.\n`,
  );
  return ExitCode.done;
}
