import type { Decider } from "../../../relayer/deciders/decider.ts";
import type { InboundState } from "../../../relayer/deciders/inbound-decider.ts";
import type { OutboundState } from "../../../relayer/deciders/outbound-decider.ts";
import { historyOf, statusOf } from "../../../relayer/message-status.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { findMessage } from "./find-message.ts";
import { type RelayOptions, withRoute } from "./route-session.ts";

/** `relay explain ID`: everything that happened to a message, in sentences, and why it waits. */
export function relayExplain(options: RelayOptions, id: string): Promise<number> {
  return withRoute(options, async (session) => {
    const { stream, kind, events } = await findMessage(session, id);
    const history = historyOf(events);
    const lines = history.map(({ at, text }) => `${new Date(at).toISOString()}  ${text}`);
    if (kind === "token") {
      print(options.json, { stream, history }, `${lines.join("\n")}\n`);
      return ExitCode.done;
    }
    const decider = session.deciders[kind] as unknown as Decider<InboundState | OutboundState>;
    const status = statusOf(stream, events, decider, Date.now());
    const now = [`Now: ${status.text}; ${status.next}.`];
    if (status.waiting !== undefined) now.push(`Why: ${status.waiting.why} (${status.waiting.code}).`);
    print(options.json, { stream, history, status }, `${[...lines, ...now].join("\n")}\n`);
    return ExitCode.done;
  });
}
