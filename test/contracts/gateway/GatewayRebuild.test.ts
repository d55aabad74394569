import { expect } from "chai";
import { id as hashOf, ZeroHash } from "ethers";
import hre from "hardhat";
import { DAY } from "../../support/deployCore.ts";
import {
  COIN,
  DEPOSIT,
  deployGateway,
  type GatewayFixture,
  NUMBERS,
  PAYOUT,
  TOKEN,
} from "../../support/gatewayFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

interface Payout {
  status: bigint;
  attempt: bigint;
  readonly account: string;
  readonly handle: string;
  readonly asset: bigint;
  readonly amount: bigint;
  token: string;
}

/** The gateway's state by nothing but its events. */
async function rebuilt({ gateway }: GatewayFixture) {
  const logs = await ethers.provider.getLogs({ address: await gateway.getAddress(), fromBlock: 0 });
  const deposits = new Map<string, { status: bigint; from: bigint; epoch: bigint }>();
  const payouts = new Map<string, Payout>();
  const credits = new Map<bigint, bigint>();
  const outs = new Map<string, bigint>();
  const halts = new Map<string, string>();
  const handles = new Map<string, { account: string; chain: string; script: string }>();
  const chains = new Map<string, string>();
  const assets: bigint[] = [];
  const payout = (id: string) => payouts.get(id) ?? expect.fail(`${id} was never requested`);
  const end = (id: string, status: bigint) => {
    payout(id).status = status;
  };
  for (const log of logs) {
    const parsed = gateway.interface.parseLog(log);
    if (parsed === null) continue;
    const { name: eventName, args } = parsed;
    if (eventName === "DepositCredited") {
      deposits.set(args.depositId, { status: DEPOSIT.CREDITED, from: 0n, epoch: 0n });
      credits.set(args.asset, args.window);
    } else if (eventName === "DepositDelayed") {
      deposits.set(args.depositId, { status: DEPOSIT.DELAYED, from: args.from, epoch: args.epoch });
    } else if (eventName === "DepositMatured") {
      deposits.set(args.depositId, { status: DEPOSIT.CREDITED, from: 0n, epoch: 0n });
    } else if (eventName === "DepositRefused") {
      deposits.set(args.depositId, { status: DEPOSIT.REFUSED, from: 0n, epoch: 0n });
    } else if (eventName === "DestinationRegistered") {
      handles.set(args.handle, { account: args.account, chain: args.chain, script: args.script });
    } else if (eventName === "PayoutRequested") {
      const { account, handle, asset, amount, attempt } = args;
      chains.set(args.payoutId, args.chain);
      const fresh = { status: PAYOUT.REQUESTED, attempt, account, handle, asset, amount, token: ZeroHash };
      payouts.set(args.payoutId, fresh);
    } else if (eventName === "PayoutAuthorised") {
      Object.assign(payout(args.payoutId), { status: PAYOUT.AUTHORISED, token: args.token });
      outs.set(chains.get(args.payoutId) ?? "", args.window);
    } else if (eventName === "PayoutRetried") {
      const again = { status: PAYOUT.REQUESTED, attempt: args.attempt, token: ZeroHash };
      Object.assign(payout(args.payoutId), again);
    } else if (eventName === "PayoutSettled") end(args.payoutId, PAYOUT.SETTLED);
    else if (eventName === "PayoutVoided") end(args.payoutId, PAYOUT.VOIDED);
    else if (eventName === "PayoutRefunded") end(args.payoutId, PAYOUT.REFUNDED);
    else if (eventName === "PayoutCancelled") end(args.payoutId, PAYOUT.CANCELLED);
    else if (eventName === "EquivocationProven") {
      if (!halts.has(args.chain)) halts.set(args.chain, args.messageId);
    } else if (eventName === "ChainResumed") halts.delete(args.chain);
    else if (eventName === "ForeignAssetAdded") assets.push(args.asset);
  }
  return { deposits, payouts, credits, outs, halts, handles, assets };
}

/** What the views say is what the events say. */
async function expectRebuilt(d: GatewayFixture) {
  const state = await rebuilt(d);
  const { gateway } = d;
  for (const [id, { status, from }] of state.deposits) {
    expect(await gateway.depositOf(id), id).to.deep.equal([status, from]);
  }
  for (const [id, p] of state.payouts) {
    const { status, attempt, account, handle, asset, amount, token } = p;
    expect(await gateway.payoutOf(id), id).to.deep.equal([
      status,
      attempt,
      account,
      handle,
      asset,
      amount,
      token,
    ]);
  }
  for (const [asset, window] of state.credits) expect(await gateway.creditWindowOf(asset)).to.equal(window);
  for (const [chain, window] of state.outs) expect(await gateway.outWindowOf(chain)).to.equal(window);
  expect(await gateway.haltOf(d.chain)).to.equal(state.halts.get(d.chain) ?? ZeroHash);
  for (const [handle, { account, chain, script }] of state.handles) {
    expect(await gateway.destinationOf(handle)).to.deep.equal([account, chain, script]);
  }
  expect(await gateway.foreignAssets()).to.deep.equal(state.assets);
  return state;
}

describe("Gateway: its events", () => {
  it("say all that it knows, through every end of deposits and payouts", async () => {
    const d = await deployGateway(ethers, networkHelpers);
    await d.credit(d.depositOf({ amount: 10n * COIN }));
    const [first, second] = [d.depositOf({ amount: 2n * COIN }), d.depositOf({ amount: 3n * COIN })];
    await d.credit(first);
    await d.credit(second);
    await d.gateway.refuse(second);
    const delayed = await expectRebuilt(d);
    expect(delayed.deposits.get(await d.depositId(first))?.epoch).to.equal(1n);
    await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY + DAY);
    await d.gateway.mature(first);

    const [paid, refunded, retried, cancelled] = [
      await d.request(COIN),
      await d.request(COIN),
      await d.request(COIN),
      await d.request(COIN),
    ];
    await expectRebuilt(d);
    await d.authorise(paid);
    await d.settle(paid);
    for (const id of [refunded, retried]) {
      await d.authorise(id, hashOf(`token ${id}`));
      await d.voided(id, hashOf(`spent ${id}`).slice(2));
    }
    await d.gateway.connect(d.anna).cancel(cancelled);
    await d.gateway.connect(d.anna).refund(refunded);
    await d.gateway.connect(d.anna).retry(retried);
    await d.authorise(retried, TOKEN, 2n);
    const { payouts, outs } = await expectRebuilt(d);
    const ends = new Set([...payouts.values()].map(({ status }) => status));
    expect(ends).to.deep.equal(
      new Set([PAYOUT.SETTLED, PAYOUT.REFUNDED, PAYOUT.AUTHORISED, PAYOUT.CANCELLED]),
    );
    expect(outs.get(d.chain)).to.be.a("bigint").that.is.greaterThan(0n);
  });
});
