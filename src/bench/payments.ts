import { AbiCoder, type BaseContract, id as hashOf, ZeroAddress, ZeroHash } from "ethers";
import { ACCOUNT_KIND, FEATURES, KINDS, NEVER, paramKey } from "../governance/parameters.ts";
import { TERMS } from "../payments/abi.ts";
import { type Chain, eventIn, type Mined } from "./chain.ts";
import type { Suite } from "./strongroom.ts";

/** What payments cost in their steady state: the app, payer and payee have used the asset before; a payment's slot is new. */
export interface PaymentGas {
  /** Of a payer whose tier isn't counted. */
  readonly create: Mined;
  /** Of one whose new payments are, by a warm price. */
  readonly createCounted: Mined;
  readonly release: Mined;
  readonly capture: Mined;
  readonly captureWithFee: Mined;
  readonly void: Mined;
  readonly rollback: Mined;
  readonly refund: Mined;
  readonly streamCreate: Mined;
  readonly streamWithdraw: Mined;
  /** Each of 20 in one transaction. */
  readonly createEachOf20: number;
  readonly releaseEachOf20: number;
}

/** `Purpose`. */
const CREATE = 0;
const REFUND = 1;
const UNCOUNTED = (1n << 36n) - 1n;
const TIERS = 4n;
const TOP_TIER = 3n;
const DAY = 86_400n;
/** Raw units that no one has chosen for their zeros. */
const AMOUNT = 123_456_789_012_345_678_901n;
const BATCH = 20;

interface Terms {
  readonly amount: bigint;
  readonly salt: bigint;
  readonly [field: string]: unknown;
}

/** The payment apps on the measured suite's Vault. */
export interface Apps {
  readonly rules: BaseContract;
  readonly payments: BaseContract;
}

/** Deploys the apps, open to every tier, none of which is counted. */
export async function deployApps(chain: Chain, { vault, router, governor }: Suite): Promise<Apps> {
  const manager = await vault.getFunction("authority")();
  const rules = await chain.deploy("PaymentRules", [manager, vault, router]);
  const payments = await chain.deploy("Payments", [vault, ZeroAddress, rules]);
  await chain.send(governor, vault, "setKind", [payments, ACCOUNT_KIND.APP]);
  const set = (kind: bigint, argument: bigint, value: bigint) =>
    chain.send(governor, rules, "set", [paramKey(kind, argument), 0, NEVER, value]);
  for (const index of FEATURES.keys()) await set(KINDS.PAYMENT_TIERS, BigInt(index), TIERS);
  for (let tier = 0n; tier < TIERS; tier++) await set(KINDS.PAYMENT_VOLUME, tier, UNCOUNTED);
  return { rules, payments };
}

/** Runs every verb of payments until it is in its steady state, and measures it there. */
export async function measurePayments(
  chain: Chain,
  suite: Suite,
  { rules, payments }: Apps,
): Promise<PaymentGas> {
  const { vault, router, asset, owner, friend, governor } = suite;
  const data = (purpose: number, terms: readonly Terms[]) =>
    AbiCoder.defaultAbiCoder().encode(["uint8", `${TERMS}[]`], [purpose, terms]);
  let salt = BigInt(hashOf("salts that nobody has chosen for their zeros"));
  const terms = (changes: Readonly<Record<string, unknown>> = {}): Terms => ({
    payer: owner.address,
    payee: friend.address,
    asset,
    amount: AMOUNT,
    schedule: { start: 0n, duration: 0n, step: 0n, cliff: 0n },
    capture: false,
    condition: ZeroHash,
    latchBy: 0n,
    expiry: 0n,
    arbiter: ZeroAddress,
    feeBps: 0n,
    feeTo: ZeroAddress,
    ref: hashOf("end-to-end id"),
    salt: salt++,
    ...changes,
  });
  const create = async (...all: readonly Terms[]) => {
    const sum = all.reduce((total, { amount }) => total + amount, 0n);
    const mined = await chain.send(owner, vault, "callWith", [payments, [asset], [sum], data(CREATE, all)]);
    eventIn(payments, mined, "PaymentCreated");
    return mined;
  };
  const release = async (payment: Terms) => {
    const mined = await chain.send(governor, payments, "release", [payment]);
    eventIn(payments, mined, "PaymentPaid");
    return mined;
  };
  const lapsing = async (changes: Readonly<Record<string, unknown>> = {}) => {
    const now = await chain.now();
    return terms({ capture: true, latchBy: now + DAY, expiry: now + 2n * DAY, ...changes });
  };
  const made = async (payment: Terms) => {
    await create(payment);
    return payment;
  };

  // The app's balance is in use: one payment stays in it throughout.
  await create(
    terms({ schedule: { start: (await chain.now()) + 1_000n * DAY, duration: 0n, step: 0n, cliff: 0n } }),
  );
  const first = terms();
  const createGas = await create(first);
  await release(await made(terms()));
  const releaseGas = await release(first);

  const capture = (payment: Terms) => chain.send(friend, payments, "capture", [payment, payment.amount]);
  const captureGas = await capture(await made(await lapsing()));
  eventIn(payments, captureGas, "PaymentPaid");
  const withFee = { feeBps: 100n, feeTo: governor.address };
  await capture(await made(await lapsing(withFee)));
  const captureWithFee = await capture(await made(await lapsing(withFee)));
  const voided = await chain.send(friend, payments, "void", [await made(await lapsing())]);
  eventIn(payments, voided, "PaymentReturned");
  const refunded = await chain.send(friend, vault, "callWith", [
    payments,
    [asset],
    [AMOUNT / 2n],
    data(REFUND, [first]),
  ]);
  eventIn(payments, refunded, "PaymentRefunded");

  const start = (await chain.now()) + 10n;
  const stream = terms({ schedule: { start, duration: 1_000n * DAY, step: 1n, cliff: 0n } });
  const streamCreate = await create(stream);
  await chain.pass(DAY);
  await release(stream);
  await chain.pass(DAY);
  const streamWithdraw = await release(stream);

  const lapsed = await made(await lapsing());
  await chain.pass(3n * DAY);
  const rollback = await chain.send(governor, payments, "rollback", [lapsed]);
  eventIn(payments, rollback, "PaymentReturned");

  // Each to the same payee, as a payroll's are not: its balance's first touch is shared, some 4,500 for each of the others.
  const many = Array.from({ length: BATCH }, () => terms({ amount: AMOUNT / 100n }));
  const createdMany = await create(...many);
  const releasedMany = await chain.send(governor, payments, "releaseBatch", [many]);
  eventIn(payments, releasedMany, "PaymentPaid");

  await chain.send(governor, rules, "set", [
    paramKey(KINDS.PAYMENT_VOLUME, TOP_TIER),
    1,
    NEVER,
    UNCOUNTED - 1n,
  ]);
  const counted = async () => {
    await suite.freshenFeeds();
    await chain.send(governor, router, "poke", [asset]);
    const mined = await create(terms());
    eventIn(rules, mined, "VolumeCounted");
    return mined;
  };
  await counted();
  return {
    create: createGas,
    createCounted: await counted(),
    release: releaseGas,
    capture: captureGas,
    captureWithFee,
    void: voided,
    rollback,
    refund: refunded,
    streamCreate,
    streamWithdraw,
    createEachOf20: Math.ceil(createdMany.gas / BATCH),
    releaseEachOf20: Math.ceil(releasedMany.gas / BATCH),
  };
}
