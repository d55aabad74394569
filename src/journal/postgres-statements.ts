/** Milliseconds by the server's clock: of now, not of the transaction's beginning. */
export const SERVER_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** Reads the index of the open streams, and nothing else of the history. */
export const OPEN_STREAMS = `SELECT stream, version FROM @streams
  WHERE open AND starts_with(stream, $1) ORDER BY position`;

/** A lease changes hands in one statement, by the server's clock: a row, where it did. */
export const LEASES = {
  /** Name, holder, milliseconds. */
  acquire: `INSERT INTO @leases AS l (name, holder, fence, until) VALUES ($1, $2, 1, ${SERVER_NOW} + $3)
    ON CONFLICT (name) DO UPDATE SET holder = $2, fence = l.fence + 1, until = ${SERVER_NOW} + $3
    WHERE l.until <= ${SERVER_NOW} OR l.holder = $2 RETURNING *`,
  /** Name, holder, fence, milliseconds. */
  renew: `UPDATE @leases SET until = greatest(until, ${SERVER_NOW} + $4)
    WHERE name = $1 AND holder = $2 AND fence = $3 AND until > ${SERVER_NOW} RETURNING *`,
  /** Name, holder, fence. */
  release: `UPDATE @leases SET until = ${SERVER_NOW} WHERE name = $1 AND holder = $2 AND fence = $3 RETURNING *`,
};
