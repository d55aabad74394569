import { historyText } from "../../relayer/simulation/history-text.ts";
import { simulate } from "../../relayer/simulation/simulate.ts";
import type { CoinsPlayed } from "./run-coins.ts";

/** Worlds that are simulated: in some of each kind relayers are killed, and in some they aren't. */
const WORLDS = 60;

/**
 * The real relayer and journal in simulated worlds: chains, ledger, signers and clocks are models there, limits aren't asked. The
 * judge of each world holds that nothing is paid or credited twice, and nothing is left over.
 */
export async function playOnSimulator(say: (line: string) => void): Promise<CoinsPlayed> {
  say(
    "  litecoind isn't installed: chains, ledger and signers are simulated here, and the ledger's limits aren't asked.",
  );
  say("  For the act on real nodes: sudo apt-get install litecoind, then again.");
  const broken: string[] = [];
  const ended: Record<string, number> = {};
  let kills = 0;
  for (let seed = 1; seed <= WORLDS; seed++) {
    const run = await simulate(seed);
    kills += run.history.filter(([, , what]) => what === "is killed").length;
    for (const [end, count] of Object.entries(run.ends)) ended[end] = (ended[end] ?? 0) + count;
    if (run.violation !== undefined) broken.push(historyText(run, 0));
  }
  const { CREDITED: credited = 0, SETTLED: settled = 0 } = ended;
  if (kills === 0) broken.push("no relayer was killed");
  if (settled === 0) broken.push("no payout was settled");
  say(
    `  ${WORLDS} worlds: relayers were killed ${kills} times; ${credited} deposits credited, ${settled} payouts settled, each once.`,
  );
  return {
    title: "Coins of another chain are deposited and paid out once, though relayers are killed: simulated",
    figures: { on: "simulator", worlds: WORLDS, kills, credited, settled },
    broken,
    gas: 0,
  };
}
