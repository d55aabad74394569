import { type MessageStatus, statusIn, TEXTS } from "./message-status.ts";
import type { RouteDesk } from "./route-desk.ts";
import { StreamNames } from "./stream-names.ts";

/** Where a deposit or a payout is, fit for anybody's eyes: no reason of the operator's, and nothing that was never sent. */
export type PublicStatus = { readonly format: "strongroom/message@1" } & Pick<
  MessageStatus,
  "id" | "direction" | "stage" | "text" | "since" | "attempt" | "transactions"
>;

const ID = /^0x[0-9a-f]{64}$/;

/** By the depositId or payoutId, `0x` and lower case; undefined where the route knows nothing of it. */
export async function publicStatus(
  { journal, route, deciders, clock }: Pick<RouteDesk, "journal" | "route" | "deciders" | "clock">,
  message: string,
): Promise<PublicStatus | undefined> {
  if (!ID.test(message)) return undefined;
  const names = new StreamNames(route);
  for (const stream of [names.outbound(message), names.inbound(message)]) {
    const events = await journal.read(stream);
    if (events.length === 0) continue;
    const full = statusIn({ deciders }, stream, events, clock.now());
    const { id, direction, stage, since, attempt, transactions } = full;
    return {
      format: "strongroom/message@1",
      ...{ id, direction, stage, text: TEXTS[stage], since },
      ...(attempt === undefined ? {} : { attempt }),
      transactions: transactions.filter(({ is }) => is !== "signed"),
    };
  }
  return undefined;
}
