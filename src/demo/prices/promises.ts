import { type Cents, centsOfUnitsUp } from "../../core/money.ts";
import { DAY } from "../parameters.ts";
import { expectedOf, PRICE_DECIMALS, readingsAt } from "./model.ts";
import type { PriceReplay } from "./replays.ts";
import type { ExitRecord, PriceReplayResult, PriceStep } from "./result.ts";

type Played = Omit<PriceReplayResult, "broken" | "finding">;

/** An amount that left at once, at a time. */
interface Outflow {
  readonly at: number;
  readonly amount: bigint;
}

/** The most that any trailing day held. */
export function mostInADay(outflows: readonly Outflow[]): bigint {
  let most = 0n;
  for (const { at: end } of outflows) {
    let sum = 0n;
    for (const { at, amount } of outflows) if (at <= end && at > end - DAY) sum += amount;
    if (sum > most) most = sum;
  }
  return most;
}

/** Raw units that left, at once or released. */
export function leftBy(exits: readonly ExitRecord[]): bigint {
  return exits.reduce(
    (sum, { outcome, amount, release }) => sum + (outcome === "paid" ? amount : (release?.paid ?? 0n)),
    0n,
  );
}

/** What `amount` raw units are worth at a price of the chain, rounded up to cents. */
export function worthAt(price: bigint, amount: bigint, decimals: number): Cents {
  const quoted = { answer: price, decimals: PRICE_DECIMALS };
  return centsOfUnitsUp(amount as Parameters<typeof centsOfUnitsUp>[0], quoted, decimals);
}

/** What the design promises of every replay, checked against what the chain did. Empty where all was kept. */
export function brokenPromises(replay: PriceReplay, played: Played): string[] {
  const broken: string[] = [];
  const check = (kept: boolean, what: string): void => {
    if (!kept) broken.push(what);
  };
  for (const step of played.steps) for (const fault of priceFaults(replay, step)) check(false, fault);
  for (const exit of played.exits) for (const fault of exitFaults(replay, exit)) check(false, fault);

  const paid = played.exits.filter(({ outcome }) => outcome === "paid");
  check(mostInADay(paid) <= played.breaker, "more units left in a day than the breaker lets");
  for (const { id } of replay.customers) {
    const charges = paid.filter(({ customer }) => customer === id);
    const most = mostInADay(charges.map(({ at, charged }) => ({ at, amount: charged })));
    check(most <= played.dollarLimit, `${id}: more dollars left in a day than the tier lets`);
  }
  check(played.held === played.owed, `the vault holds ${played.held} and owes ${played.owed}`);
  const brought = replay.customers.reduce((sum, { deposit }) => sum + deposit, replay.others);
  check(
    played.owed === brought - leftBy(played.exits),
    "what is owed is not what was brought less what left",
  );
  return broken;
}

/** The price is what the records say: nothing is clamped, invented or believed for too long. */
function priceFaults(replay: PriceReplay, step: PriceStep): string[] {
  const readings =
    step.at <= replay.until ? readingsAt(replay, step.at) : readingsAt(replay, step.at).map(() => undefined);
  const { mode, mask, low, high } = expectedOf(readings, replay.deltaBps);
  const faults: string[] = [];
  const when = new Date(step.at * 1000).toISOString();
  if (step.mode !== mode) faults.push(`${when}: ${step.mode}, not ${mode}`);
  if (step.mask !== mask) faults.push(`${when}: sources ${step.mask}, not ${mask}`);
  if (step.mid < low || step.mid > high) faults.push(`${when}: mid lies outside its sources' range`);
  if (step.bid < low || step.ask > high) faults.push(`${when}: bid or ask lies outside its sources' range`);
  if (step.bid > step.mid || step.mid > step.ask) faults.push(`${when}: bid, mid and ask are out of order`);
  return faults;
}

/** Nothing is instant without a good price or below ask; nothing queued vanishes, comes early or comes short. */
function exitFaults(replay: PriceReplay, exit: ExitRecord): string[] {
  const who = `${exit.customer} at ${new Date(exit.at * 1000).toISOString()}`;
  if (exit.outcome === "refused") return [`${who}: an exit was refused`];
  if (exit.outcome === "paid") {
    const least = exit.ask === 0n ? 0n : worthAt(exit.ask, exit.amount, replay.asset.decimals);
    return [
      ...(exit.mode === "NORMAL" ? [] : [`${who}: paid at ${exit.mode}`]),
      ...(exit.charged >= least ? [] : [`${who}: charged below ask`]),
    ];
  }
  if (exit.release === undefined) return [`${who}: queued and never released`];
  return [
    ...(exit.mode === "NORMAL" || exit.reasons.includes("PRICE_NOT_NORMAL")
      ? []
      : [`${who}: queued at ${exit.mode} without saying so`]),
    ...(exit.release.at >= (exit.late ?? 0) ? [] : [`${who}: released early`]),
    ...(exit.release.paid === exit.amount ? [] : [`${who}: released short`]),
  ];
}
