import type { ClientBase } from "pg";
import { TerminalError } from "../core/errors.ts";
import type { PostgresRow } from "./postgres-rows.ts";

/** Settings without which an acknowledged commit may be lost or torn, and what each must say. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  fsync: ["on"],
  full_page_writes: ["on"],
  synchronous_commit: ["on", "remote_apply"],
  server_encoding: ["UTF8"],
};

/** PostgreSQL 13 is the oldest with everything that is used here. */
const OLDEST = 130_000;

function unsafe(what: string, advice: string, facts: Record<string, string | number>): TerminalError {
  return new TerminalError("STORE_UNSAFE", what, { advice, facts, docs: "docs/operations/journal.md" });
}

/**
 * Whether this server is the primary, after it was checked that it keeps what it acknowledges.
 *
 * @param replicated whether a commit must have reached a second server before it counts
 * @throws TerminalError `STORE_UNSAFE` with the setting and what to do
 */
export async function isSafePrimary(client: ClientBase, replicated: boolean): Promise<boolean> {
  const names = [...Object.keys(SETTINGS), "synchronous_standby_names", "server_version_num"];
  const columns = names.map((name) => `current_setting('${name}') AS ${name}`).join(", ");
  const { rows } = await client.query<PostgresRow>(`SELECT pg_is_in_recovery() AS standby, ${columns}`);
  const found = rows[0] ?? {};
  if (found.standby === true) return false;
  if (Number(found.server_version_num) < OLDEST) {
    throw unsafe("This PostgreSQL is too old", "Use version 13 or later.", {
      server_version_num: Number(found.server_version_num),
    });
  }
  for (const [name, wanted] of Object.entries(SETTINGS)) {
    const value = String(found[name]);
    if (wanted.includes(value)) continue;
    const advice =
      name === "server_encoding"
        ? "Create the database with ENCODING 'UTF8' TEMPLATE template0."
        : `Set ${name} = ${wanted[0]} in postgresql.conf, for the database and for the user, and reload.`;
    throw unsafe(`PostgreSQL runs with ${name} = ${value}: what it acknowledges may be lost`, advice, {
      [name]: value,
    });
  }
  if (replicated && found.synchronous_standby_names === "") {
    throw unsafe(
      "No standby is synchronous: a failover would lose acknowledged events",
      "Set synchronous_standby_names, for example 'ANY 1 (*)', or open the journal without asking for replicas.",
      { synchronous_standby_names: "" },
    );
  }
  return true;
}
