import { textTable } from "../../../core/text-table.ts";
import type { Decider } from "../../../relayer/deciders/decider.ts";
import type { InboundState } from "../../../relayer/deciders/inbound-decider.ts";
import type { OutboundState } from "../../../relayer/deciders/outbound-decider.ts";
import { type MessageStatus, statusOf } from "../../../relayer/message-status.ts";
import { RouteControl } from "../../../relayer/route-control.ts";
import { kindOf, tokenPrefix } from "../../../relayer/stream-names.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { findMessage } from "./find-message.ts";
import { type RelayOptions, type RouteSession, withRoute } from "./route-session.ts";

export interface RelayStatusCommand extends RelayOptions {
  /** Only what waits for an operator. */
  readonly dead?: boolean;
}

const when = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

async function statusIn({ deciders, journal }: RouteSession, stream: string): Promise<MessageStatus> {
  const kind = kindOf(stream) === "out" ? "out" : "in";
  const decider = deciders[kind] as unknown as Decider<InboundState | OutboundState>;
  return statusOf(stream, await journal.read(stream), decider, Date.now());
}

/** A token that couldn't be spent on nothing, as a dead letter. */
async function deadTokens({ journal, terms, deciders }: RouteSession) {
  const found = [];
  for (const prefix of [tokenPrefix(terms.home), tokenPrefix(terms.foreign)]) {
    for (const { stream, version } of await journal.open(prefix)) {
      if (version <= 1) continue;
      const events = await journal.read(stream);
      const { attention } = events.reduce(deciders.token.evolve, deciders.token.initial);
      if (attention.dead !== undefined) found.push({ id: stream, ...attention.dead });
    }
  }
  return found;
}

function row({ id, direction, stage, since, next, dead, waiting }: MessageStatus): readonly string[] {
  const why = dead ?? waiting;
  return [id, direction, stage, when(since), why === undefined ? next : `${why.code}: ${why.why}`];
}

/** `relay status [ID]`: what is open, or one message. Exit code 1 where something waits for an operator. */
export function relayStatus(options: RelayStatusCommand, id?: string): Promise<number> {
  return withRoute(options, async (session) => {
    if (id !== undefined) {
      const status = await statusIn(session, (await findMessage(session, id)).stream);
      const transactions = status.transactions.map(
        ({ for: part, txId, is, chain }) => `  ${part}: ${txId} on ${chain}, ${is}`,
      );
      const lines = [
        `${status.id}: ${status.stage}`,
        `${status.text}.`,
        `Since ${when(status.since)}; ${status.next}.`,
      ];
      print(options.json, status, `${[...lines, ...transactions].join("\n")}\n`);
      return status.dead === undefined ? ExitCode.done : ExitCode.failed;
    }
    const { journal, names } = session;
    const open = [...(await journal.open(names.prefix("in"))), ...(await journal.open(names.prefix("out")))];
    const all = await Promise.all(open.map(({ stream }) => statusIn(session, stream)));
    const { broken } = await new RouteControl(journal, names).read();
    const tokens = await deadTokens(session);
    const shown = options.dead === true ? all.filter(({ dead }) => dead !== undefined) : all;
    const dead = all.filter((status) => status.dead !== undefined).length + tokens.length;
    const table = textTable(["message", "way", "stage", "since", "next, or why not"], shown.map(row));
    const lines = [
      ...(broken === undefined
        ? []
        : [
            `FINALITY_BROKEN: ${broken.chain} took back block ${broken.final.height}, which was final. Everything stands still.`,
          ]),
      ...(shown.length === 0 ? ["No such messages."] : [table.trimEnd()]),
      ...tokens.map(({ id: token, code, why }) => `${token}: ${why} (${code})`),
      `${all.length} open, ${dead} for an operator`,
    ];
    print(options.json, { route: names.route, broken, open: shown, tokens }, `${lines.join("\n")}\n`);
    return dead === 0 && broken === undefined ? ExitCode.done : ExitCode.failed;
  });
}
