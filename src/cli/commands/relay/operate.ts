import { userInfo } from "node:os";
import { UsageError } from "../../../core/errors.ts";
import { execute } from "../../../journal/decider.ts";
import type { Command } from "../../../relayer/deciders/command.ts";
import { RouteControl } from "../../../relayer/route-control.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { findMessage } from "./find-message.ts";
import { type RelayOptions, type RouteSession, withRoute } from "./route-session.ts";

async function tell(
  session: RouteSession,
  options: RelayOptions,
  id: string,
  command: Command,
  done: string,
) {
  const { stream, kind } = await findMessage(session, id);
  const { journal, deciders } = session;
  const stored = await execute(journal, deciders[kind], stream, command);
  if (stored.length === 0) {
    throw new UsageError(`There is nothing of the kind to be done for ${id.slice(0, 80)}`, {
      advice: "See `relay explain ID`.",
    });
  }
  print(options.json, { stream, events: stored.map(({ type }) => type) }, `${done}\n`);
  return ExitCode.done;
}

/** `relay retry ID`: a dead letter is taken up again, by whichever worker has the route. */
export function relayRetry(options: RelayOptions, id: string): Promise<number> {
  const command = { is: "retry", by: userInfo().username } as const;
  return withRoute(options, (session) => tell(session, options, id, command, "It is taken up again."));
}

export interface RelayGiveUpCommand extends RelayOptions {
  readonly why: string;
}

/** `relay give-up ID`: a payout's token is spent on nothing, so that its account can take a refund. */
export function relayGiveUp(options: RelayGiveUpCommand, id: string): Promise<number> {
  const command = { is: "giveUp", by: userInfo().username, why: options.why } as const;
  return withRoute(options, (session) =>
    tell(
      session,
      options,
      id,
      command,
      "Its conflict token will be spent on nothing, unless it is paid before.",
    ),
  );
}

export interface RelayResumeCommand extends RelayOptions {
  /** The height from which blocks are read again. */
  readonly from?: number;
}

/** `relay resume [--from HEIGHT]`: after a break of finality that an operator has looked at. */
export function relayResume(options: RelayResumeCommand): Promise<number> {
  return withRoute(options, async ({ journal, names }) => {
    const resumed = await new RouteControl(journal, names).resume(userInfo().username, options.from);
    if (!resumed) throw new UsageError(`The route ${names.route} doesn't stand still`);
    const where =
      options.from === undefined ? "the last block that its chain still has" : `block ${options.from}`;
    print(options.json, { resumed, from: options.from }, `The route goes on from ${where}.\n`);
    return ExitCode.done;
  });
}
