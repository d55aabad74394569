import { textTable } from "../../../core/text-table.ts";
import { type MessageStatus, nextText, statusIn } from "../../../relayer/message-status.ts";
import { RouteControl } from "../../../relayer/route-control.ts";
import { OWN_KINDS, tokenPrefixes } from "../../../relayer/stream-names.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type FoundMessage, findMessage, tokenState } from "./find-message.ts";
import { type RelayOptions, type RouteSession, withRoute } from "./route-session.ts";

export interface RelayStatusCommand extends RelayOptions {
  /** Only what waits for an operator. */
  readonly dead?: boolean;
}

const when = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

/** A message, printed. */
function printMessage(options: RelayStatusCommand, status: MessageStatus): number {
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

/** A token, printed: what has it, and what becomes of it. */
function printToken(
  options: RelayStatusCommand,
  { deciders }: RouteSession,
  { stream, events }: FoundMessage,
): number {
  const state = tokenState(deciders, events);
  const { taken, spent, abandoned, attention } = state;
  const next = nextText(deciders.token, state, Date.now());
  const { waiting, dead } = attention;
  const why = dead ?? waiting;
  const lines = [
    `${stream}: taken by ${taken?.stream ?? "nobody"}`,
    ...(abandoned === undefined ? [] : [`To be spent on nothing: ${abandoned}.`]),
    ...(why === undefined ? [] : [`${why.why} (${why.code}).`]),
    spent === undefined ? `${next}.` : `Spent by transaction ${spent}.`,
  ];
  const facts = { owner: taken?.stream, abandoned, spent, waiting, dead, next };
  print(options.json, { stream, ...facts }, `${lines.join("\n")}\n`);
  return dead === undefined ? ExitCode.done : ExitCode.failed;
}

/** The route's tokens that couldn't be spent on nothing, as dead letters. */
async function deadTokens({ journal, terms, deciders, names }: RouteSession) {
  const found = [];
  for (const prefix of tokenPrefixes(terms)) {
    for (const { stream, version } of await journal.open(prefix)) {
      if (version <= 1) continue;
      const state = tokenState(deciders, await journal.read(stream));
      const { dead } = state.attention;
      if (dead !== undefined && names.haveToken(state)) found.push({ id: stream, ...dead });
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
      const found = await findMessage(session, id);
      if (found.kind === "token") return printToken(options, session, found);
      return printMessage(options, statusIn(session, found.stream, found.events, Date.now()));
    }
    const { journal, names } = session;
    const open = (await Promise.all(OWN_KINDS.map((kind) => journal.open(names.prefix(kind))))).flat();
    const all = await Promise.all(
      open.map(async ({ stream }) => statusIn(session, stream, await journal.read(stream), Date.now())),
    );
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
