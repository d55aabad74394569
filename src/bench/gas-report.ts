import type { GasBench } from "./gas.ts";
import type { GasRow } from "./gas-table.ts";
import type { Breakdown } from "./trace.ts";

/** A verb and where its gas goes. */
export interface Explained {
  readonly title: string;
  readonly gas: number;
  readonly breakdown: Breakdown;
}

/** Work that costs less than this, in one contract, is summed up. */
const SMALL = 150;

/** bench/gas.md. */
export function gasReport(bench: GasBench, explained: readonly Explained[]): string {
  const missed = new Set(bench.rows.filter(({ ok }) => !ok).map(({ id }) => id));
  const goals = bench.rows.filter(({ goal }) => goal !== null).length;
  return `${[
    "# Gas, beside the nearest peers",
    "",
    "Written by `./strongroom bench gas`. Whole transactions (`receipt.gasUsed`) in their steady state: every slot that is",
    "written was in use before. Windows: without the call around them.",
    "",
    `- Compiler: ${bench.compiler}`,
    `- EVM: ${bench.evm}`,
    `- Goals met: ${goals - missed.size} of ${goals}${missed.size === 0 ? "" : `; missed: ${[...missed].join(", ")}`}`,
    "",
    "| Measurement | Ours | Peer | Peer's gas | Ours / peer's | Goal |",
    "| --- | ---: | --- | ---: | ---: | --- |",
    ...bench.rows.map(tableRow),
    "",
    ...HOW,
    "",
    "## Where the gas goes",
    "",
    "Counted step by step from the trace of the measured transaction; each table adds up to it.",
    ...explained.flatMap(explain),
    "",
  ].join("\n")}`;
}

const HOW = [
  "## How",
  "",
  "- *recorded*: the peer isn't on npm, or can't be built without its git dependencies (`@chainlink/contracts-ccip`). Its",
  "  figure is from data/gas/peers.json: the same compiler, optimizer runs 10000 without the IR (which saves a few percent),",
  "  on Hardhat's embedded chain with hardfork osaka. All other peers ran in this run, compiled as our Vault is; Safe is its",
  "  published bytecode.",
  "- window: the 21st charge in one day. Ours gets its limit with the charge, as in the Vault; *window-stored-limit* reads",
  "  limit and period from storage as the peers do. Of the peers, only OZ's SlidingWindow is strict.",
  "- instant: a tier-3 subject with an own cap, its recipient in its book, a sanctions list that answers for both ends (one",
  "  slot per question, as Chainalysis' has), three Chainlink sources with a single-slot feed each behind the router, the",
  "  subject's and the asset's windows in use. *warm*: the router's stored price is young enough. *cold*: it is not, and all",
  "  three sources are read. A production feed, proxy and aggregator, costs some 10,000 more per source than these.",
  "- queue: over the tier's limit for one instant exit, with a warm price. release: by a third party, after maturity, in an",
  "  unendorsed exit's own lane. cancel: by the owner, before a slot was taken.",
  "- A release misses its goal by what it alone does: it asks the sanctions list about both ends again (7,700), paces itself",
  "  in its lane (its rate, 2,100), and measures what the token took (700). Each guards money, so none was given up.",
  "- tighten, loosen: one key with all roles, no timelock around it (scheduling and executing cost the same for everyone; see",
  "  data/gas/peers.json). A tier's row writes the digests of all tiers. refill: includes the release; its peer is the signed",
  "  transfer alone that others move cold money with. upgrade: with its rehearsal, four views asked three times; its peer",
  "  switches the pointer and asks nothing.",
  "- payment, stream: the payer's tier isn't counted, except where it says so (then by a warm price: the app asks for the",
  "  price, and charges the customer's window). Terms have an end-to-end id and a salt of 32 bytes each. Release is by a third",
  "  party. In batches all go to one payee, which saves each but the first some 4,500. Peers move ERC-20 tokens, whose ledger",
  "  knows no tiers, holds or fresh value.",
  "- Payments miss their goals by the ledger they stand on: a payment is created by a transfer (50,000: proxy, account,",
  "  customer, asset, two balances with what of them is fresh, two events) plus its own new slot (22,100), its terms once as",
  "  calldata and once in its event (12,000), and the two calls to the app and to its rules (9,000); commerce-payments asks",
  "  nobody. A release is a transfer plus its slot, its terms and its event. What could be left out guards money or lets logs",
  "  rebuild the state. Batches share the transaction, the proxy and the app's balance: there the ledger wins.",
  "- Neither a Safe's transfer nor NTT's or OZ's does what stands beside it here: no tiers, no price, no screening, no rolling",
  "  windows. They are what people use instead.",
];

function tableRow({ id, ours, peer, peerGas, peerFrom, ratio, goal, ok }: GasRow): string {
  const verdict = goal === null ? "" : `${ok ? "met" : "**missed**"}: ≤ ${digits(goal)}`;
  const name = peerFrom === "recorded" ? `${peer} (*recorded*)` : peer;
  return `| ${id} | ${digits(ours)} | ${name} | ${digits(peerGas)} | ${ratio.toFixed(2)} | ${verdict} |`;
}

function explain({ title, gas, breakdown }: Explained): string[] {
  const { intrinsic, refund, spent } = breakdown;
  const places = [...new Set(spent.map(({ where }) => where))]
    .map((where) => {
      const parts = spent.filter((part) => part.where === where);
      return { where, parts, sum: parts.reduce((sum, part) => sum + part.gas, 0) };
    })
    .sort((a, b) => b.sum - a.sum);
  return [
    "",
    `### ${title}: ${digits(gas)}`,
    "",
    "| Where | Gas | Of which |",
    "| --- | ---: | --- |",
    `| transaction | ${digits(intrinsic)} | 21,000 and calldata |`,
    ...places.map(({ where, parts, sum }) => {
      const named = parts.filter((part) => part.gas >= SMALL);
      const rest = parts.filter((part) => part.gas < SMALL).reduce((total, part) => total + part.gas, 0);
      const list = named.map(({ what, gas: cost }) => `${what} ${digits(cost)}`);
      if (rest > 0) list.push(`rest ${digits(rest)}`);
      return `| ${where} | ${digits(sum)} | ${list.join(", ")} |`;
    }),
    ...(refund > 0 ? [`| refund | −${digits(refund)} | slots given back |`] : []),
  ];
}

function digits(gas: number): string {
  return gas.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}
