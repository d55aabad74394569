import { z } from "zod";

/** Names that are file names everywhere. */
export const STORE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The name of an identity's entry in a keystore. */
export const IDENTITY = "identity";

const PENDING = "pending-";

/** The entry of what a ceremony has made of a key, but not everybody has confirmed yet. */
export const pendingName = (key: string): string => `${PENDING}${key}`;

/** Whether an entry is of something unconfirmed. */
export const isPending = (name: string): boolean => name.startsWith(PENDING);

/** A key's pending entry has a name too. */
const LONGEST = 63 - PENDING.length;

/** What keys are named: their entries, pending ones too, must have names that nothing else in a keystore has. */
export const KEY_NAME = z
  .string()
  .regex(STORE_NAME, "a key's name has lower-case letters, digits and hyphens")
  .max(LONGEST, `a key's name has at most ${LONGEST} characters`)
  .refine(
    (name) => name !== IDENTITY && !isPending(name),
    `${IDENTITY}, and names that begin with ${PENDING}, are the keystore's own`,
  );
