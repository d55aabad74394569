import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import type { KeyEntry } from "../keystore-file.ts";
import type { FrostShare } from "./ceremony-member.ts";
import { SIGNED_MESSAGE, type SignedMessage } from "./ceremony-messages.ts";
import { readPoint, shareFits } from "./dealing.ts";
import { GROUP_KEY, GroupKey } from "./group-key.ts";

const OPEN = z.strictObject({
  group: GROUP_KEY,
  index: z.number().int(),
  /** The ceremony that made it. */
  ceremony: z.string(),
  /** This member's own word that it has stored it. */
  confirmation: SIGNED_MESSAGE,
});

/** A share with the ceremony that it comes from. */
export interface StoredShare {
  readonly share: FrostShare;
  readonly ceremony: string;
  readonly confirmation: SignedMessage;
}

/** A share as a keystore keeps it. */
export function shareEntry(name: string, { share, ceremony, confirmation }: StoredShare): KeyEntry {
  const { group, index, secret } = share;
  return { name, kind: "frost-share", open: { group: group.text, index, ceremony, confirmation }, secret };
}

/**
 * A share that a keystore kept, checked against its group.
 *
 * @throws TerminalError `KEYSTORE_DAMAGED`
 */
export function storedShare(entry: KeyEntry): StoredShare {
  const parsed = OPEN.safeParse(entry.open);
  if (entry.kind !== "frost-share" || !parsed.success) throw damaged(entry.name, "it is no share of a group");
  const { index, ceremony, confirmation } = parsed.data;
  const group = new GroupKey(parsed.data.group);
  const scalar = BigInt(`0x${Buffer.from(entry.secret.expose()).toString("hex") || "0"}`);
  const points = group.text.commitments.flatMap((text) => readPoint(text) ?? []);
  if (!shareFits(scalar, points, index)) throw damaged(entry.name, "its share does not belong to its group");
  return { share: { group, index, secret: entry.secret }, ceremony, confirmation };
}

/**
 * What a share's file says openly.
 *
 * @throws TerminalError `KEYSTORE_DAMAGED`
 */
export function describedShare(entry: Omit<KeyEntry, "secret">): {
  readonly group: GroupKey;
  readonly ceremony: string;
} {
  const parsed = OPEN.safeParse(entry.open);
  if (!parsed.success) throw damaged(entry.name, "it is no share of a group");
  return { group: new GroupKey(parsed.data.group), ceremony: parsed.data.ceremony };
}

function damaged(name: string, why: string): TerminalError {
  return new TerminalError("KEYSTORE_DAMAGED", `The key ${name} can't be used: ${why}`, {
    advice: "Restore its file from a copy, or replace the share by resharing.",
    docs: "docs/operations/key-ceremony.md",
  });
}
