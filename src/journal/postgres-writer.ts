import type { ClientBase } from "pg";
import { TerminalError } from "../core/errors.ts";
import type { RestoredRows } from "./journal-snapshot.ts";
import type { BatchFacts, BatchPlan, PlannedCommit } from "./plan-batch.ts";
import { commitRow, eventRow, leaseRow, type PostgresRow, streamRow } from "./postgres-rows.ts";
import { inSchema } from "./postgres-schema.ts";
import { SERVER_NOW } from "./postgres-statements.ts";
import { SCHEMA, storeNewer } from "./sqlite-schema.ts";
import type { CommitRow, EventRow, Head } from "./stored-rows.ts";

/** Names of prepared statements: each connection has its own, the text decides. */
const names = new Map<string, string>();

function nameOf(sql: string): string {
  const name = names.get(sql) ?? `strongroom_${names.size}`;
  names.set(sql, name);
  return name;
}

/** What is asked on one connection. It begins and ends no transaction. */
export class PostgresWriter {
  readonly #client: ClientBase;
  readonly #schema: string;

  constructor(client: ClientBase, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  async all(sql: string, ...values: readonly unknown[]): Promise<readonly PostgresRow[]> {
    const text = inSchema(sql, this.#schema);
    const { rows } = await this.#client.query<PostgresRow>({ name: nameOf(text), text, values: [...values] });
    return rows;
  }

  /** @throws TerminalError `STORE_NEWER` when another process has migrated the schema meanwhile */
  async head(): Promise<Head> {
    const [row] = await this.all("SELECT schema, position, digest FROM @journal");
    if (row === undefined)
      throw new TerminalError("STORE_DAMAGED", "The journal has lost its head", {
        advice: "Restore a backup.",
      });
    if (row.schema !== SCHEMA) throw storeNewer(Number(row.schema));
    return { position: BigInt(row.position ?? 0n), digest: String(row.digest) };
  }

  async events(first: bigint, count: number): Promise<readonly EventRow[]> {
    const sql = "SELECT * FROM @events WHERE position >= $1 ORDER BY position LIMIT $2";
    return (await this.all(sql, first, count)).map(eventRow);
  }

  async commits(ids: readonly string[]): Promise<ReadonlyMap<string, CommitRow>> {
    const rows = await this.all("SELECT * FROM @commits WHERE id = ANY($1::text[])", ids);
    return new Map(rows.map(commitRow).map((row) => [row.id, row]));
  }

  /** To be asked under the writers' lock. Leases are locked first, and the clock is read after that. */
  async facts(batch: readonly PlannedCommit[]): Promise<BatchFacts> {
    const leased = batch.flatMap(({ commit }) => (commit.lease === undefined ? [] : [commit.lease.name]));
    const leases =
      leased.length === 0
        ? []
        : await this.all(
            "SELECT * FROM @leases WHERE name = ANY($1::text[]) ORDER BY name FOR UPDATE",
            leased,
          );
    const named = batch.flatMap(({ commit }) => commit.appends.map(({ stream }) => stream));
    const streams =
      named.length === 0
        ? []
        : await this.all("SELECT * FROM @streams WHERE stream = ANY($1::text[])", named);
    const ended = batch.flatMap(({ commit }) => commit.done);
    const outbox =
      ended.length === 0 ? [] : await this.all("SELECT id FROM @outbox WHERE id = ANY($1::text[])", ended);
    const [clock] = leased.length === 0 ? [] : await this.all(`SELECT ${SERVER_NOW} AS now`);
    return {
      head: await this.head(),
      streams: new Map(streams.map(streamRow).map((row) => [row.stream, row])),
      leases: new Map(leases.map(leaseRow).map((row) => [row.name, row])),
      commits: await this.commits(batch.flatMap(({ id }) => (id === undefined ? [] : [id]))),
      outbox: new Set(outbox.map(({ id }) => String(id))),
      now: Number(clock?.now ?? 0),
    };
  }

  async write(plan: BatchPlan): Promise<void> {
    await this.rows({ ...plan, streams: [...plan.streams.values()], cursors: [...plan.cursors], outbox: [] });
    if (plan.outbox.length > 0) {
      await this.all(
        `INSERT INTO @outbox (id, topic, payload)
         SELECT id, topic, payload FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY o(id, topic, payload, place)
         ORDER BY place ON CONFLICT DO NOTHING`,
        plan.outbox.map(({ id }) => id),
        plan.outbox.map(({ topic }) => topic),
        plan.outbox.map(({ text }) => text),
      );
    }
    if (plan.done.length > 0)
      await this.all("UPDATE @outbox SET done = true WHERE id = ANY($1::text[])", plan.done);
    await this.setHead(plan.head);
  }

  async setHead({ position, digest }: Head): Promise<void> {
    await this.all("UPDATE @journal SET position = $1, digest = $2", position, digest);
  }

  /** Writes rows as they are. */
  async rows({
    events = [],
    streams = [],
    cursors = [],
    commits = [],
    outbox = [],
    leases = [],
  }: RestoredRows) {
    if (events.length > 0) {
      await this.all(
        `INSERT INTO @events (position, stream, version, type, data, at, open, digest) SELECT * FROM
         unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::boolean[], $8::text[])`,
        events.map(({ position }) => position),
        events.map(({ stream }) => stream),
        events.map(({ version }) => version),
        events.map(({ type }) => type),
        events.map(({ text }) => text),
        events.map(({ at }) => at),
        events.map(({ open }) => open ?? null),
        events.map(({ digest }) => digest),
      );
    }
    if (streams.length > 0) {
      await this.all(
        `INSERT INTO @streams (stream, version, position, open)
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[])
         ON CONFLICT (stream) DO UPDATE SET version = EXCLUDED.version, position = EXCLUDED.position, open = EXCLUDED.open`,
        streams.map(({ stream }) => stream),
        streams.map(({ version }) => version),
        streams.map(({ position }) => position),
        streams.map(({ open }) => open),
      );
    }
    if (cursors.length > 0) {
      await this.all(
        `INSERT INTO @cursors (name, value) SELECT * FROM unnest($1::text[], $2::text[])
         ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`,
        cursors.map(([name]) => name),
        cursors.map(([, value]) => value),
      );
    }
    if (commits.length > 0) {
      await this.all(
        `INSERT INTO @commits (id, digest, first, count, at, own)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[])`,
        commits.map(({ id }) => id),
        commits.map(({ digest }) => digest),
        commits.map(({ first }) => first),
        commits.map(({ count }) => count),
        commits.map(({ at }) => at),
        commits.map(({ own }) => own),
      );
    }
    if (outbox.length > 0) {
      await this.all(
        `INSERT INTO @outbox (seq, id, topic, payload, done)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[])`,
        outbox.map(({ seq }) => seq),
        outbox.map(({ id }) => id),
        outbox.map(({ topic }) => topic),
        outbox.map(({ text }) => text),
        outbox.map(({ done }) => done),
      );
    }
    for (const { name, holder, fence, until } of leases) {
      const sql = "INSERT INTO @leases (name, holder, fence, until) VALUES ($1, $2, $3, $4)";
      await this.all(sql, name, holder, fence, until);
    }
  }
}
