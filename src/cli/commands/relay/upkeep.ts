import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import type { Effect } from "../../../chains/chain.ts";
import { MOST_ANCHORS, upkeepId } from "../../../chains/utxo/upkeep-transaction.ts";
import { UsageError } from "../../../core/errors.ts";
import { execute } from "../../../journal/decider.ts";
import type { UpkeepState } from "../../../relayer/deciders/upkeep-decider.ts";
import { ExitCode } from "../../exit-code.ts";
import { wholeNumber } from "../../option-values.ts";
import { print } from "../../output.ts";
import { type RelayOptions, type RouteSession, withRoute } from "./route-session.ts";

/** Coins that one transaction makes one of, at most. */
const MOST_INPUTS = 100;

function few(text: string, what: string, least: number, most: number): string {
  const count = wholeNumber(text, what, least);
  if (count > most) throw new UsageError(`${what} takes ${most} at most`, { facts: { found: count } });
  return count.toString();
}

/** What is asked for, as the wallet's executor takes it. */
function dataOf(kind: string, value: string): Effect["data"] {
  switch (kind) {
    case "anchors":
      return { count: few(value, "anchors", 1, MOST_ANCHORS) };
    case "consolidate":
      return { inputs: few(value, "consolidate", 2, MOST_INPUTS) };
    default:
      throw new UsageError(`There is no upkeep ${kind.slice(0, 40)}`, {
        advice: "anchors COUNT, or consolidate COINS.",
      });
  }
}

/** Upkeep of a kind that isn't over: two of them at once are most likely one that was typed twice. */
async function underWay(
  { journal, names, deciders }: RouteSession,
  kind: string,
): Promise<string | undefined> {
  for (const { stream } of await journal.open(names.prefix("up"))) {
    const events = await journal.read(stream);
    const { asked } = events.reduce(deciders.up.evolve, deciders.up.initial) as UpkeepState;
    if (asked?.kind === kind) return `0x${asked.id}`;
  }
  return undefined;
}

/** `relay upkeep KIND VALUE`: has the wallet's upkeep done by whichever worker has the route, once. */
export function relayUpkeep(options: RelayOptions, kind: string, value: string): Promise<number> {
  const data = dataOf(kind, value);
  return withRoute(options, async (session) => {
    const before = await underWay(session, kind);
    if (before !== undefined) {
      throw new UsageError(`Upkeep of that kind is under way: ${before}`, {
        advice: "See `relay status`; `relay give-up` ends it unless it happens before.",
      });
    }
    const effect = { id: upkeepId(randomBytes(16).toString("hex")), kind, data };
    const id = `0x${effect.id}`;
    const { journal, deciders, names } = session;
    const command = { is: "asked", effect, by: userInfo().username } as const;
    await execute(journal, deciders.up, names.upkeep(id), command);
    print(options.json, { id, effect }, `${id}\n`);
    return ExitCode.done;
  });
}
