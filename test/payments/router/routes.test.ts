import { expect } from "chai";
import { recoverAddress, ZeroAddress, ZeroHash } from "ethers";
import type { TypedText } from "../../../src/custody/typed-text.ts";
import type { Deployment } from "../../../src/payments/router/deployment.ts";
import { elsewhere } from "../../../src/payments/router/elsewhere.ts";
import { escrow, termsOf } from "../../../src/payments/router/escrow.ts";
import { ledgerTransfer } from "../../../src/payments/router/ledger-transfer.ts";
import { type AnnouncedCycle, nettingCycle } from "../../../src/payments/router/netting-cycle.ts";
import { chooseRoute, pay } from "../../../src/payments/router/pay.ts";
import type { Quote, RouteSource } from "../../../src/payments/router/route.ts";
import { vaultDeposit } from "../../../src/payments/router/vault-deposit.ts";
import { vaultExit } from "../../../src/payments/router/vault-exit.ts";
import type { Place, Wish } from "../../../src/payments/router/wish.ts";
import { DAY, HOUR, MODE } from "../../support/deployCore.ts";
import { VOLUMES } from "../../support/paymentsFixture.ts";
import { refusalOf } from "../../support/refusal.ts";
import { KIND, ONE } from "../../support/vaultFixture.ts";
import { CHAIN, type DeskFixture, deskOnNewChain } from "./desk.ts";

const LEDGER: Place = { chain: CHAIN, in: "ledger" };
const WALLET: Place = { chain: CHAIN, in: "wallet" };

const { networkHelpers, fixture } = await deskOnNewChain();
const load = async () => {
  const d = await networkHelpers.loadFixture(fixture);
  // The clock has gone on since the fixture's last block: what is read as now is to be now.
  await networkHelpers.mine();
  return d;
};
const open = (quote: Quote) => (quote.state === "open" ? quote : expect.fail(JSON.stringify(quote.reasons)));
const codes = (quote: Quote) => (quote.state === "closed" ? quote.reasons.map(({ code }) => code) : ["open"]);

const BOND = {
  schedule: { start: 0n, duration: 0n, step: 0n, cliff: 0n },
  ...{ capture: false, condition: ZeroHash, latchBy: 0n, expiry: 0n },
  ...{ arbiter: ZeroAddress, feeBps: 0n, feeTo: ZeroAddress },
};

describe("the routes of a deployment", () => {
  it("a payment between ledger accounts goes by transfer, with the other routes behind it, and is made once", async () => {
    const d = await load();
    const wish = await d.wish();
    const before = await d.vault.balanceOf(d.bert, d.tokenId);
    const made = await pay(d.desk, wish);
    expect(made.route).to.equal("ledger transfer");
    expect(made.explanation.map((line) => line.split(":")[0])).to.deep.equal([
      "ledger transfer",
      "else escrow",
      "else vault exit",
    ]);
    expect(made.explanation[0]).to.match(/^ledger transfer: 0\.\d\d USD, at once$/);
    expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(before + wish.amount);
    const again = await pay(d.desk, wish);
    expect([again.route, again.transactions]).to.deep.equal([made.route, made.transactions]);
    expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(before + wish.amount);
  });

  it("what a leg costs is its gas at the chain's price and the currency's", async () => {
    const d = await load();
    const deployment = { ...d.deployment, gasPrice: async () => 10n ** 9n };
    const leg = open(await ledgerTransfer(deployment).quote(await d.wish()));
    const [step] = leg.steps;
    const gas = await d.ethers.provider.estimateGas({
      from: d.anna.address,
      to: d.vaultAddress,
      data: step !== undefined && "call" in step ? step.call.data : "",
    });
    // A gwei at 2,000 dollars for a coin is two micro-dollars.
    expect(leg.cost).to.equal(gas * 2n);
  });

  it("to the wallet it goes by an instant exit", async () => {
    const d = await load();
    const wish = await d.wish({ accepts: [WALLET] });
    const before = await d.token.balanceOf(d.bert);
    expect((await pay(d.desk, wish)).route).to.equal("vault exit");
    expect(await d.token.balanceOf(d.bert)).to.equal(before + wish.amount);
  });

  it("an exit above the instant limit is refused for its delay, and taken by who has time and takes the risk", async () => {
    const d = await load();
    await d.give(d.anna, "erc20", 300_000n * ONE);
    await d.goTo((await d.now()) + 3n * DAY);
    const wish = await d.wish({ accepts: [WALLET], amount: 251_000n * ONE, risk: "time" });
    const exit = vaultExit(d.deployment);
    const { refused } = await chooseRoute(d.desk, wish);
    const why = refused.find(({ route }) => route === exit.route)?.reasons ?? [];
    expect(why.map(({ code }) => code)).to.include.members(["ABOVE_SINGLE_LIMIT", "DEADLINE"]);
    expect(why.at(-1)?.text).to.match(/^would arrive in \d+ [hd]$/);
    expect(await refusalOf(pay(d.desk, wish))).to.equal("NO_ROUTE");

    const patient = { ...wish, deadline: (await d.now()) + 30n * DAY };
    const leg = open(await exit.quote(patient));
    expect(leg.arrives).to.be.greaterThan((await d.now()) + 11n * HOUR);
    const shy = await chooseRoute(d.desk, { ...patient, risk: "final" });
    expect(shy.chosen).to.equal(undefined);
    expect((await pay(d.desk, patient)).route).to.equal("vault exit");
    expect(await d.vault.queryFilter(d.vault.filters.Queued())).to.have.length(1);
  });

  it("an exit that the token wouldn't pay to the payee is no way: it would wait for good", async () => {
    const d = await load();
    const token = await d.anotherToken("DenyListToken", []);
    const asset = await d.listToken(token);
    await d.vault.connect(d.anna).deposit(asset, 10n * ONE, d.anna);
    const exit = vaultExit(d.deployment);
    const wish = await d.wish({
      asset,
      accepts: [WALLET],
      risk: "time",
      deadline: (await d.now()) + 30n * DAY,
    });
    expect(codes(await exit.quote(wish))).to.deep.equal(["open"]);
    await token.getFunction("setDenied")(d.bert, true);
    expect(codes(await exit.quote(wish))).to.deep.equal(["UNPAYABLE"]);
  });

  it("a queued exit's turn is when its lane has time for it", async () => {
    const d = await load();
    const amount = 250_001n * ONE;
    await d.give(d.anna, "erc20", 300_000n * ONE);
    await d.goTo((await d.now()) + 3n * DAY);
    const wish = await d.wish({ accepts: [WALLET], amount, risk: "time" });
    const leg = open(await vaultExit(d.deployment).quote(wish));
    const { liabilities } = await d.vault.assetOf(d.tokenId);
    // At 5 % a day, with one day saved up; it matures after twelve hours.
    const inLane = (amount * 10_000n * DAY) / (liabilities * 500n);
    const matures = (await d.now()) + 12n * HOUR;
    expect(leg.arrives).to.be.closeTo(matures - DAY + inLane, 2n);
  });

  describe("escrow", () => {
    it("pays a bond's terms into escrow, under the wish's id", async () => {
      const d = await load();
      const start = await d.now();
      const schedule = { start, duration: 1_000n, step: 1n, cliff: 0n };
      const wish = await d.wish({ bond: { ...BOND, schedule } });
      const made = await pay(d.desk, wish);
      expect([made.route, made.arrives]).to.deep.equal(["escrow", start + 1_000n]);
      const id = await d.payments.idOf(termsOf(wish));
      expect((await d.payments.paymentOf(id)).created).to.equal(true);
      expect(termsOf(wish).ref).to.equal(wish.id);
    });

    it("without a bond it is created and released, and the payee has it", async () => {
      const d = await load();
      const wish = await d.wish();
      const before = await d.vault.balanceOf(d.bert, d.tokenId);
      const made = await pay({ ...d.desk, sources: [escrow(d.deployment)] }, wish);
      expect(made.transactions).to.have.length(2);
      expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(before + wish.amount);
    });

    it("a tier without the features is refused with each of them, a transfer is not", async () => {
      const d = await load();
      const latchBy = (await d.now()) + 10n;
      const bond = {
        schedule: { start: await d.now(), duration: 10n, step: 1n, cliff: 0n },
        ...{ capture: true, condition: `0x${"11".repeat(32)}`, latchBy, expiry: latchBy + 1n },
        ...{ arbiter: d.carl.address, feeBps: 0n, feeTo: ZeroAddress },
      };
      const wish = await d.wish({ payer: d.mallory.address, bond });
      const quote = await escrow(d.deployment).quote(wish);
      expect(codes(quote)).to.deep.equal(["FEATURE", "FEATURE", "FEATURE", "FEATURE"]);
      const unbound = await d.wish({ payer: d.mallory.address });
      expect(codes(await escrow(d.deployment).quote(unbound))).to.deep.equal(["open"]);
      expect(codes(await ledgerTransfer(d.deployment).quote(unbound))).to.deep.equal(["open"]);
    });

    it("takes what the day's volume has room for to the cent, and refuses a cent more", async () => {
      const d = await load();
      const [volume = 0n] = VOLUMES;
      const dollars = volume / 100n;
      const mallory = { payer: d.mallory.address };
      const source = escrow(d.deployment);
      expect(codes(await source.quote(await d.wish({ ...mallory, amount: dollars * ONE })))).to.deep.equal([
        "open",
      ]);
      const above = await d.wish({ ...mallory, amount: dollars * ONE + 1n });
      expect(codes(await source.quote(above))).to.deep.equal(["VOLUME"]);
      const desk = { ...d.desk, sources: [source], senders: { [CHAIN]: d.senderOf(d.mallory.address) } };
      await pay(desk, await d.wish({ ...mallory, amount: (dollars - 1n) * ONE }));
      expect(codes(await source.quote(await d.wish({ ...mallory, amount: 2n * ONE })))).to.deep.equal([
        "VOLUME",
      ]);
      const everything = await d.wish({ ...mallory, amount: 200_000n * ONE });
      expect(codes(await source.quote(everything))).to.deep.equal(["BALANCE", "VOLUME"]);
    });
  });

  it("under a sick price transfers go on, counted payers open nothing, and nothing is instant", async () => {
    const d = await load();
    await d.router.setPrice(d.tokenId, 10n ** 12n, MODE.HALT);
    const mine = await d.wish();
    const carls = await d.wish({ payer: d.carl.address });
    const sources = { transfer: ledgerTransfer(d.deployment), escrow: escrow(d.deployment) };
    expect(codes(await sources.transfer.quote(carls))).to.deep.equal(["open"]);
    expect(codes(await sources.escrow.quote(carls))).to.deep.equal(["PRICE"]);
    expect(codes(await sources.escrow.quote(mine))).to.deep.equal(["open"]);
    const exit = open(await vaultExit(d.deployment).quote(mine));
    expect(exit.risk).to.equal("time");
    expect(exit.notes.map(({ code }) => code)).to.include("PRICE_NOT_NORMAL");
    expect((await chooseRoute(d.desk, mine)).chosen?.route).to.equal("ledger transfer");
    // Gas is then counted at what the deployment says.
    await d.router.setReverts(true);
    const { cost } = open(await sources.transfer.quote(mine));
    await d.router.setReverts(false);
    expect(cost).to.be.greaterThan(open(await sources.transfer.quote(mine)).cost);
  });

  describe("a payer who may not", () => {
    const all = (deployment: Deployment) => [
      ledgerTransfer(deployment),
      escrow(deployment),
      vaultExit(deployment),
    ];
    const everyCode = async (deployment: Deployment, wish: Wish) =>
      Promise.all(all(deployment).map(async (source) => codes(await source.quote(wish))));

    it("is held: no route, until the hold ends", async () => {
      const d = await load();
      await d.vault.connect(d.officer).hold(d.anna, 2n * HOUR);
      const wish = await d.wish();
      expect(await everyCode(d.deployment, wish)).to.deep.equal([["HELD"], ["HELD"], ["Vault_Held"]]);
      expect(await refusalOf(pay(d.desk, wish))).to.equal("NO_ROUTE");
      await d.goTo((await d.now()) + 2n * HOUR);
      expect((await pay(d.desk, await d.wish())).route).to.equal("ledger transfer");
    });

    it("is listed: no route", async () => {
      const d = await load();
      await d.sanctions.setListed(d.anna, true);
      await d.vault.screen(d.anna);
      expect(await everyCode(d.deployment, await d.wish())).to.deep.equal([
        ["LISTED"],
        ["LISTED"],
        ["Vault_Listed"],
      ]);
    });

    it("has too little: each route says how much, beside all else that is wrong", async () => {
      const d = await load();
      const wish = await d.wish({ amount: 100_001n * ONE, payee: d.vaultAddress });
      const quote = await ledgerTransfer(d.deployment).quote(wish);
      expect(codes(quote)).to.deep.equal(["PAYEE", "BALANCE"]);
      expect(quote.state === "closed" && quote.reasons[1]?.text).to.equal(
        "the payer has 100000.0 of 100001.0",
      );
      const exit = await vaultExit(d.deployment).quote(wish);
      expect(codes(exit)).to.deep.equal(["Vault_BadRecipient"]);
    });

    it("pays an app, itself, nothing, or what isn't listed: refused", async () => {
      const d = await load();
      const transfer = ledgerTransfer(d.deployment);
      const table: readonly (readonly [Partial<Wish>, readonly string[]])[] = [
        [{ payee: await d.payments.getAddress() }, ["PAYEE"]],
        [{ payee: d.anna.address }, ["PAYEE"]],
        [{ payee: ZeroAddress }, ["PAYEE"]],
        [{ amount: 0n }, ["AMOUNT"]],
        [{ amount: 1n << 112n }, ["AMOUNT", "BALANCE"]],
        [{ asset: d.tokenId + 1n }, ["UNLISTED", "BALANCE"]],
      ];
      for (const [more, expected] of table) {
        expect(codes(await transfer.quote(await d.wish(more)))).to.deep.equal(expected);
      }
    });

    it("while everyone's exits are held it still transfers and pays into escrow", async () => {
      const d = await load();
      await d.vault.connect(d.officer).hold(ZeroAddress, HOUR);
      const [transfer, bound, exit] = await Promise.all(
        all(d.deployment).map(async (source) => source.quote(await d.wish())),
      );
      expect([transfer?.state, bound?.state]).to.deep.equal(["open", "open"]);
      expect(exit?.state === "open" && exit.notes.map(({ code }) => code)).to.deep.equal(["EVERYONE_HELD"]);
    });
  });

  it("a retired app closes escrow with the Vault's own word", async () => {
    const d = await load();
    await d.vault.setKind(d.payments, KIND.RETIRED);
    expect(codes(await escrow(d.deployment).quote(await d.wish()))).to.deep.equal([
      "Vault_AppTakesNoPositions",
    ]);
  });

  it("a source that can't be asked closes its own route alone", async () => {
    const d = await load();
    const broken: RouteSource = {
      route: "broken",
      quote: async () => {
        throw new Error("no line");
      },
    };
    const choice = await chooseRoute({ ...d.desk, sources: [broken, ...d.desk.sources] }, await d.wish());
    expect(choice.chosen?.route).to.equal("ledger transfer");
    expect(choice.refused.map(({ route, reasons }) => [route, reasons[0]?.text])).to.deep.equal([
      ["broken", "it can't be asked: no line"],
    ]);
  });

  describe("a netting cycle", () => {
    const operatorOf = (cycle: AnnouncedCycle | undefined) => {
      const taken: (readonly [TypedText, string])[] = [];
      return {
        taken,
        next: async () => cycle,
        submit: async (text: TypedText, signature: string) => {
          taken.push([text, signature]);
        },
      };
    };
    const soon = async (d: DeskFixture): Promise<AnnouncedCycle> => {
      const now = await d.now();
      return { closes: now + 600n, settles: now + 900n, fee: 500n };
    };

    it("funds the margin, and owes by signature what the contract's digest says", async () => {
      const d = await load();
      const cycle = await soon(d);
      const operator = operatorOf(cycle);
      const wish = await d.wish({ risk: "others", deadline: (await d.now()) + 2n * HOUR });
      const made = await pay({ ...d.desk, sources: [nettingCycle(d.deployment, operator)] }, wish);
      expect(made.arrives).to.equal(cycle.settles + (await d.netting.NOTICE()));
      expect((await d.netting.marginOf(d.anna, d.tokenId)).balance).to.equal(wish.amount);
      const [[text, signature] = expect.fail("nothing was submitted")] = operator.taken;
      const { message } = text;
      expect(operator.taken).to.have.length(1);
      const digest = await d.netting.obligationDigest({
        ...{ debtor: d.anna, creditor: d.bert, asset: d.tokenId, amount: wish.amount },
        ...{ ref: wish.id, dueBy: cycle.settles, salt: BigInt(wish.id) },
      });
      expect(recoverAddress(digest, signature)).to.equal(d.anna.address);
      expect(message.creditor).to.equal(d.bert.address);
      const funded = await chooseRoute({ ...d.desk, sources: [nettingCycle(d.deployment, operator)] }, wish);
      expect(
        [funded.chosen?.cost, funded.chosen?.steps.length],
        "a margin that is there costs no gas",
      ).to.deep.equal([500n, 1]);
    });

    it("is refused below its limits: cap, margin that leaves, tier, no cycle, risk, notice", async () => {
      const d = await load();
      const cycle = await soon(d);
      const source = nettingCycle(d.deployment, operatorOf(cycle));
      const far = { risk: "others" as const, deadline: (await d.now()) + 2n * HOUR };
      expect(codes(await source.quote(await d.wish({ ...far, payer: d.carl.address })))).to.deep.equal([
        "FEATURE",
      ]);
      expect(
        codes(await nettingCycle(d.deployment, operatorOf(undefined)).quote(await d.wish(far))),
      ).to.deep.equal(["NO_CYCLE"]);
      const closed = operatorOf({ ...cycle, closes: (await d.now()) - 1n });
      expect(codes(await nettingCycle(d.deployment, closed).quote(await d.wish(far)))).to.deep.equal([
        "NO_CYCLE",
      ]);
      await d.vault.connect(d.anna).callWith(d.netting, [d.tokenId], [5n * ONE], "0x");
      await d.netting.connect(d.anna).announceWithdrawal(d.tokenId, ONE);
      const covered = open(await source.quote(await d.wish(far)));
      expect(
        covered.steps.map(({ commits }) => commits),
        "it leaves after the cycle",
      ).to.deep.equal([true]);
      const later = operatorOf({ ...cycle, settles: cycle.settles + HOUR });
      const topUp = open(await nettingCycle(d.deployment, later).quote(await d.wish(far)));
      expect(topUp.steps.map(({ commits }) => commits)).to.deep.equal([false, true]);
      await d.netting.connect(d.anna).setCap(d.tokenId, 4n * ONE);
      expect(codes(await source.quote(await d.wish(far)))).to.deep.equal(["CAP"]);
      const desk = { ...d.desk, sources: [source] };
      const timid = await chooseRoute(desk, await d.wish({ ...far, amount: 4n * ONE, risk: "time" }));
      expect(timid.refused[0]?.reasons.map(({ code }) => code)).to.deep.equal(["RISK"]);
      const hurried = await chooseRoute(
        desk,
        await d.wish({ ...far, amount: 4n * ONE, deadline: cycle.settles + 1n }),
      );
      expect(hurried.refused[0]?.reasons.map(({ code }) => code)).to.deep.equal(["DEADLINE"]);
    });
  });

  describe("another chain's deployment", () => {
    const there = "eip155:10";
    const asThere = (other: DeskFixture) => ({ ...other.deployment, chain: there });

    it("pays from the payer's money there, where the payee takes it there", async () => {
      const here = await load();
      const second = await deskOnNewChain();
      const other = await second.fixture();
      const translate = (asset: bigint, amount: bigint) =>
        asset === here.tokenId ? { asset: other.tokenId, amount: amount + 1n } : undefined;
      const sources = [
        ...here.desk.sources,
        elsewhere(ledgerTransfer(asThere(other), "ledger transfer on 10"), translate),
      ];
      const senders = { ...here.desk.senders, [there]: other.senderOf(other.anna.address) };
      const desk = { ...here.desk, sources, senders };
      const wish = await here.wish({ accepts: [{ chain: there, in: "ledger" }] });
      const before = await other.vault.balanceOf(other.bert, other.tokenId);
      expect((await pay(desk, wish)).route).to.equal("ledger transfer on 10");
      expect(await other.vault.balanceOf(other.bert, other.tokenId)).to.equal(before + wish.amount + 1n);

      const unknown = await here.wish({ ...wish, asset: 1n << 248n });
      const { refused } = await chooseRoute(desk, unknown);
      expect(refused.flatMap(({ reasons }) => reasons.map(({ code }) => code))).to.include("NO_COUNTERPART");
      const deaf = await chooseRoute({ ...desk, senders: here.desk.senders }, wish);
      expect(deaf.refused.flatMap(({ reasons }) => reasons.map(({ code }) => code))).to.include("NO_SENDER");
    });
  });

  describe("a deposit for the payee", () => {
    it("allows the Vault the amount where it has less, and deposits; whatever the payer has in the ledger", async () => {
      const d = await load();
      await d.token.connect(d.mallory).approve(d.vault, 1n);
      const source = vaultDeposit(d.deployment);
      const wish = await d.wish({ payer: d.mallory.address, payee: d.carl.address });
      const before = await d.vault.balanceOf(d.carl, d.tokenId);
      const desk = { ...d.desk, sources: [source], senders: { [CHAIN]: d.senderOf(d.mallory.address) } };
      const made = await pay(desk, wish);
      expect(made.transactions).to.have.length(3);
      expect(await d.vault.balanceOf(d.carl, d.tokenId)).to.equal(before + wish.amount);
      expect(await d.token.allowance(d.mallory, d.vault)).to.equal(0n);
    });

    it("is refused where the Vault takes no more, and where the wallet has less", async () => {
      const d = await load();
      const { room } = await d.ethers
        .getContractAt("IVaultLens", d.deployment.lens)
        .then((lens) => lens.getFunction("intakeOf")(d.tokenId));
      const quote = await vaultDeposit(d.deployment).quote(
        await d.wish({ amount: room + 1n, payer: d.bert.address, payee: d.carl.address }),
      );
      expect(codes(quote)).to.deep.equal(["BALANCE", "ROOM"]);
      const native = await d.wish({ asset: 1n << 248n, amount: ONE });
      expect(codes(await vaultDeposit(d.deployment).quote(native))).to.deep.equal(["open"]);
    });
  });

  it("to its own ledger account nothing leads but the ledger", async () => {
    const d = await load();
    const choice = await chooseRoute(d.desk, await d.wish({ accepts: [LEDGER] }));
    const places = [choice.chosen, ...choice.fallbacks].map((leg) => leg?.place.in);
    expect(places).to.deep.equal(["ledger", "ledger"]);
  });
});
