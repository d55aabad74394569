import type { NettingBench, SettledCycle } from "./netting.ts";

/** bench/netting.md. */
export function nettingReport(bench: NettingBench): string {
  const { byParties, byObligations, solved, transferGas, goalPerParty, solverLoads } = bench;
  const large = [...byParties, ...byObligations].filter(({ parties }) => parties >= 100);
  const most = Math.max(...large.map(({ gasPerParty }) => gasPerParty));
  return `${[
    "# Netting, beside paying each obligation",
    "",
    "Written by `./strongroom bench netting`. Whole transactions (`receipt.gasUsed`) in their steady state: every margin was in",
    "use before. The peer, in the same run, is one ledger transfer for each obligation, by its debtor:",
    `${digits(transferGas)} gas, the mean of 200.`,
    "",
    `- EVM: ${bench.evm}`,
    `- Machine of the solver's times: ${bench.machine}`,
    `- Goal of ${digits(goalPerParty)} gas a party, in cycles of a hundred or more: ${most <= goalPerParty ? "met" : "**missed**"}, at most ${digits(most)}`,
    "",
    "![Gas against obligations and parties](netting.svg)",
    "",
    "## Gas by parties",
    "",
    "Ten parties pay a transaction's own 21,000 by ten.",
    "",
    ...table(byParties),
    "",
    "## Gas by obligations",
    "",
    "What differs between the rows is how many parties give and how many get, and the zeros in signatures: a byte of calldata",
    "costs 12 more than a zero, and a negative net has eighteen more bytes that aren't zero.",
    "",
    ...table(byObligations),
    "",
    "## The solver",
    "",
    `Loading HiGHS takes ${digits(solverLoads)} ms, once. Amounts differ four hundredfold; parties may give a quarter of what they owe`,
    "on average. *Of the bound*: what is cleared of what no solver could exceed, not even by clearing parts of obligations.",
    "",
    "| Obligations | Parties | Time, median | Goal | Cleared of all owed | Of the bound |",
    "| ---: | ---: | ---: | --- | ---: | ---: |",
    ...solved.map(
      ({ obligations, parties, milliseconds, goalMilliseconds, clearedOfOwed, clearedOfBound }) =>
        `| ${digits(obligations)} | ${digits(parties)} | ${digits(milliseconds)} ms | ${
          milliseconds < goalMilliseconds ? "met" : "**missed**"
        }: < ${digits(goalMilliseconds)} ms | ${percent(clearedOfOwed)} | ${percent(clearedOfBound)} |`,
    ),
    "",
  ].join("\n")}`;
}

function table(rows: readonly SettledCycle[]): string[] {
  return [
    "| Parties | Obligations | Gas | A party | Calldata, bytes | One transfer each | Ours / peer's |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(
      ({ parties, obligations, gas, gasPerParty, calldata, peerGas }) =>
        `| ${[parties, obligations, gas, gasPerParty, calldata, peerGas].map(digits).join(" | ")} | ${(gas / peerGas).toFixed(3)} |`,
    ),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function digits(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}
