import {
  type Complaint,
  type Opening,
  readMessage,
  type SealedShare,
  transcriptOf,
} from "./ceremony-messages.ts";
import type { CeremonyTerms } from "./ceremony-terms.ts";
import { shareFits } from "./dealing.ts";
import { openingFault, openingPoints } from "./opening-faults.ts";
import { openKeyOf, unsealShare } from "./sealed-share.ts";

/** Whom the evidence convicts, and of what. Undefined: the two can't be told apart from it. */
export interface Verdict {
  readonly guilty: string | undefined;
  readonly why: string;
}

/**
 * Reads a complaint as anybody can who has the ceremony's terms: what it accuses of must follow from messages that the accused has
 * signed; an accusation without that speaks against who made it.
 */
export function judgeComplaint(terms: CeremonyTerms, complaint: Complaint): Verdict {
  const { by, accused } = complaint;
  const false_ = (why: string): Verdict => ({ guilty: by, why: `accused ${accused} falsely: ${why}` });
  const bodies = complaint.evidence.map((message) => readMessage(terms, message));
  const own = bodies.filter((body) => body?.from === accused);
  if (own.length !== bodies.length) return false_("the evidence is not signed by the accused");
  const openings = own.filter((body): body is Opening => body?.step === "opening");
  const [opening] = openings;
  if (complaint.reason === "opening") {
    const fault = opening && openingFault(terms, opening);
    return fault === undefined ? false_("the opening is sound") : { guilty: accused, why: fault };
  }
  const share = own.find((body): body is SealedShare => body?.step === "share");
  if (complaint.reason === "openings-differ") {
    const [first, second] = complaint.evidence;
    const twice =
      openings.length === 2 && opening?.session === openings[1]?.session && first?.body !== second?.body;
    if (twice) return { guilty: accused, why: "it has signed two openings in one run" };
    return share === undefined
      ? false_("nothing shows it")
      : { guilty: undefined, why: `${accused} and ${by} were shown different openings` };
  }
  const member = terms.member(by);
  const { unseal } = complaint;
  if (share === undefined || share.to !== by || member === undefined) {
    return false_("its share is not in the evidence");
  }
  // The accused has signed which openings it dealt by: an opening that the accuser made afterwards changes their hash.
  const seen = new Map(
    (complaint.openings ?? []).map((message) => [readMessage(terms, message)?.from ?? "", message]),
  );
  if (transcriptOf(seen) !== share.transcript)
    return false_("these are not the openings that its share is for");
  const [mine, its] = [by, accused].map((name) => {
    const message = seen.get(name);
    const body = message && readMessage(terms, message);
    return body?.step === "opening" ? body : undefined;
  });
  if (mine === undefined || its === undefined) return false_("an opening is missing");
  if (unseal === undefined || openKeyOf(unseal) !== mine.receiveKeys?.[accused])
    return false_("the key is not its own");
  const bytes = unsealShare(share.sealed, unseal, its.sealKey ?? "", {
    transcript: share.transcript,
    from: accused,
    to: by,
  });
  if (bytes === undefined) return { guilty: accused, why: "its share can't be opened" };
  const scalar = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  return shareFits(scalar, openingPoints(its), member.index)
    ? false_("the share fits its commitments")
    : { guilty: accused, why: "its share does not fit its commitments" };
}
