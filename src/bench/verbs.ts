import { type Chain, eventIn, type Mined } from "./chain.ts";
import type { Suite } from "./strongroom.ts";

/** The Vault's verbs in their steady state: every slot they write was in use before. */
export interface VerbGas {
  readonly deposit: Mined;
  readonly transfer: Mined;
  readonly instantWarm: Mined;
  readonly instantCold: Mined;
  readonly queue: Mined;
  readonly queueCold: Mined;
  readonly release: Mined;
  readonly cancel: Mined;
}

/** Raw units that no one has chosen for their zeros. */
const SMALL = 123_456_789_012_345_678_901n;
/** Above a tier-3 subject's limit for one instant exit. */
const LARGE = 26_345_678_901_234_567_890_123n;

const HOUR = 3_600n;
const DAY = 24n * HOUR;

/** Runs every verb until it is in its steady state, and measures it there. */
export async function measureVerbs(chain: Chain, suite: Suite): Promise<VerbGas> {
  const { vault, router, asset, owner, friend, recipient, governor } = suite;
  const poke = async () => {
    await suite.freshenFeeds();
    await chain.send(governor, router, "poke", [asset]);
  };
  const deposit = () => chain.send(owner, vault, "deposit", [asset, SMALL, owner]);
  const transfer = () => chain.send(owner, vault, "transfer", [friend, asset, SMALL]);
  const withdraw = (amount: bigint) => chain.send(owner, vault, "withdraw", [asset, amount, recipient]);
  const paid = (mined: Mined) => eventIn(vault, mined, "Withdrawn");
  const queued = (mined: Mined) => eventIn(vault, mined, "Queued").args.getValue("exit").toArray();

  await deposit();
  const depositGas = await deposit();
  await transfer();
  const transferGas = await transfer();

  await poke();
  paid(await withdraw(SMALL));
  paid(await withdraw(SMALL));
  const instantWarm = await withdraw(SMALL);
  paid(instantWarm);
  const waiting = [queued(await withdraw(LARGE))];
  const queue = await withdraw(LARGE);
  waiting.push(queued(queue));

  // The stored price has grown too old, and the feeds' rounds have not: all three sources are read.
  await chain.pass(HOUR);
  const instantCold = await withdraw(SMALL);
  paid(instantCold);
  const queueCold = await withdraw(LARGE);
  const last = [queued(queueCold), queued(await withdraw(LARGE))];

  const cancelExit = (exit: unknown) => chain.send(owner, vault, "cancel", [exit]);
  await cancelExit(last[0]);
  const cancel = await cancelExit(last[1]);

  await chain.pass(2n * DAY);
  const releaseExit = (exit: unknown) => chain.send(friend, vault, "release", [exit]);
  eventIn(vault, await releaseExit(waiting[0]), "Released");
  await chain.pass(2n * DAY);
  const release = await releaseExit(waiting[1]);
  eventIn(vault, release, "Released");

  return {
    deposit: depositGas,
    transfer: transferGas,
    instantWarm,
    instantCold,
    queue,
    queueCold,
    release,
    cancel,
  };
}

/** Instant exits, their price read from three kinds of source. */
export interface MixedExitGas {
  readonly warm: Mined;
  readonly cold: Mined;
}

/** Measures instant exits in their steady state, with the stored price and with one that is read from all sources. */
export async function measureMixedExits(chain: Chain, suite: Suite): Promise<MixedExitGas> {
  const { vault, router, asset, owner, recipient, governor } = suite;
  const withdraw = async () => {
    const mined = await chain.send(owner, vault, "withdraw", [asset, SMALL, recipient]);
    eventIn(vault, mined, "Withdrawn");
    return mined;
  };
  await suite.freshenFeeds();
  await chain.send(governor, router, "poke", [asset]);
  await withdraw();
  await withdraw();
  const warm = await withdraw();
  // The stored price has grown too old, and the sources' have not.
  await chain.pass(HOUR / 2n);
  return { warm, cold: await withdraw() };
}
