import type { Commit } from "./journal.ts";

/** The stream of one payment of a drill's writer. */
export function drillStream(writer: number, payment: number): string {
  return `payment/${writer}-${payment}`;
}

/** A payment begins: one event, an outbox row, a cursor, and an id, so that it can be asked for again. */
export function requested(writer: number, payment: number): Commit {
  const stream = drillStream(writer, payment);
  const data = { amount: String(payment) };
  return {
    id: `${stream}/requested`,
    appends: [{ stream, expected: 0, events: [{ type: "Requested", data }], open: true }],
    outbox: [{ id: stream, topic: "send", payload: data }],
    cursors: { [`writer/${writer}`]: String(payment) },
  };
}

/** It ends: two events at once, and its outbox row is done. */
export function settled(writer: number, payment: number): Commit {
  const stream = drillStream(writer, payment);
  const events = [
    { type: "Sent", data: {} },
    { type: "Settled", data: {} },
  ];
  return { appends: [{ stream, expected: 1, events, open: false }], done: [stream] };
}
