import { randomBytes } from "node:crypto";
import { TerminalError } from "../../core/errors.ts";
import { ask, type SignerChannel } from "../signer-channel.ts";
import { type Complaint, readMessage, type SignedMessage } from "./ceremony-messages.ts";
import type { CeremonyTerms } from "./ceremony-terms.ts";
import { GroupKey } from "./group-key.ts";
import { judgeComplaint } from "./judge-complaint.ts";

/** What a ceremony is led with. */
export interface LeadParts {
  readonly terms: CeremonyTerms;
  /** The ways to its participants, by their names. */
  readonly channels: readonly SignerChannel[];
  /** Progress, for people. */
  readonly say?: (line: string) => void;
}

function ways({ terms, channels }: LeadParts): ReadonlyMap<string, SignerChannel> {
  const found = new Map(channels.map((channel) => [channel.name, channel]));
  const missing = terms.participants.find(({ name }) => !found.has(name));
  if (missing === undefined) return found;
  throw new TerminalError("SIGNER_UNREACHABLE", `No way to ${missing.name} is configured`, {
    advice: "Name every participant of the ceremony in the coordinator's configuration.",
  });
}

/** A complaint as an error that names who is guilty by the evidence. */
function convicted(terms: CeremonyTerms, complaint: Complaint): TerminalError {
  const { guilty, why } = judgeComplaint(terms, complaint);
  return new TerminalError(
    "CEREMONY_COMPLAINT",
    `${guilty ?? "Nobody can be told to"} has broken the ceremony: ${why}`,
    {
      facts: {
        guilty: guilty ?? "unknown",
        by: complaint.by,
        accused: complaint.accused,
        evidence: JSON.stringify(complaint),
      },
      advice: "Keep the evidence, and hold the ceremony again, as another attempt, without who is guilty.",
      docs: "docs/operations/key-ceremony.md",
    },
  );
}

/** Asks everybody at once; what one answers is kept by its name. */
async function fromEach<T>(
  names: readonly string[],
  work: (name: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await work(name)] as const)));
}

/**
 * Leads a ceremony, DKG or reshare: carries messages between its participants. A leader learns no share, and can stop a ceremony,
 * but not bend it.
 *
 * @returns the group's key, which every member has stored
 * @throws TerminalError `CEREMONY_COMPLAINT` (names who is guilty), `SIGNER_UNREACHABLE`, and what participants throw
 */
export async function leadCeremony(parts: LeadParts): Promise<GroupKey> {
  const { terms, say = () => {} } = parts;
  const channels = ways(parts);
  const channel = (name: string) => channels.get(name) as SignerChannel;
  const everybody = terms.participants.map(({ name }) => name);
  const run = { ceremony: terms.digest, session: randomBytes(32).toString("hex") };
  say(`Round 1: asking ${everybody.join(", ")}`);
  const opened = await fromEach(everybody, async (name) => (await ask(channel(name), "open", run)).opening);
  const openings = [...opened.values()];
  say("Round 2: dealing");
  const dealt = await fromEach(everybody, async (name) => {
    const answer = await ask(channel(name), "deal", { ...run, openings });
    if ("complaint" in answer) throw convicted(terms, answer.complaint);
    return answer.shares;
  });
  const shares = [...dealt.values()].flat();
  say("Round 3: storing");
  const members = terms.members.map(({ name }) => name);
  const stored = await fromEach(members, async (name) => {
    const own = shares.filter((message) => {
      const body = readMessage(terms, message);
      return body?.step === "share" && body.to === name;
    });
    const answer = await ask(channel(name), "finish", { ...run, shares: own });
    if ("complaint" in answer) throw convicted(terms, answer.complaint);
    return answer;
  });
  const confirmations = [...stored.values()].map(({ confirmation }) => confirmation);
  return activate(
    parts,
    channels,
    confirmations,
    [...stored.values()].map(({ group }) => group),
  );
}

/**
 * Ends a ceremony whose leader was lost after round 3: asks what members have stored, and tells all of it.
 *
 * @throws TerminalError `CEREMONY_UNKNOWN` where a member has stored nothing
 */
export async function finishCeremony(parts: LeadParts): Promise<GroupKey> {
  const { terms } = parts;
  const channels = ways(parts);
  const members = terms.members.map(({ name }) => name);
  const stored = await fromEach(members, (name) =>
    ask(channels.get(name) as SignerChannel, "confirmation", { ceremony: terms.digest }),
  );
  const confirmations = [...stored.values()].map(({ confirmation }) => confirmation);
  return activate(
    parts,
    channels,
    confirmations,
    [...stored.values()].map(({ group }) => group),
  );
}

async function activate(
  { terms, say = () => {} }: LeadParts,
  channels: ReadonlyMap<string, SignerChannel>,
  confirmations: readonly SignedMessage[],
  groups: readonly unknown[],
): Promise<GroupKey> {
  const keys = groups.map((text) => new GroupKey(text));
  const [group] = keys;
  if (group === undefined || keys.some(({ generation }) => generation !== group.generation)) {
    throw new TerminalError("CEREMONY_SPLIT", "Members have stored different keys", {
      advice:
        "Hold the ceremony again, as another attempt: a participant or the way to it is not to be trusted.",
      docs: "docs/operations/key-ceremony.md",
    });
  }
  say("Telling everybody that all have stored it");
  // Members first: a dealer that leaves deletes its old share, which must not happen before the new ones count.
  const members = terms.members.map(({ name }) => name);
  const leavers = terms.participants.map(({ name }) => name).filter((name) => !members.includes(name));
  for (const names of [members, leavers]) {
    await fromEach(names, (name) =>
      ask(channels.get(name) as SignerChannel, "activate", { ceremony: terms.digest, confirmations }),
    );
  }
  return group;
}
