import { expect } from "chai";
import { type Provider, id as textHash, ZeroAddress } from "ethers";
import {
  attestation,
  attestationWitness,
  signAttestation,
} from "../../../src/payments/conditions/attestation.ts";
import { hashLock, newSecret } from "../../../src/payments/conditions/hash-lock.ts";
import { priceLimit } from "../../../src/payments/conditions/price-limit.ts";
import { several } from "../../../src/payments/conditions/several.ts";
import { timeWindow } from "../../../src/payments/conditions/time-window.ts";
import type { Keeper, KeeperLine, Round } from "../../../src/payments/keeper/keeper.ts";
import {
  type KeeperState,
  type KeeperStore,
  MemoryKeeperStore,
  readState,
  writeState,
} from "../../../src/payments/keeper/keeper-state.ts";
import { heldWitnesses, registeredSecrets } from "../../../src/payments/keeper/witness-source.ts";
import { hashOf } from "../../../src/payments/question.ts";
import type { Call } from "../../../src/payments/sending/call.ts";
import type { Ending, Sender, Sent } from "../../../src/payments/sending/sender.ts";
import { HOUR, MODE, NEVER } from "../../support/deployCore.ts";
import { refusalOf, refuses } from "../../support/refusal.ts";
import { ONE } from "../../support/vaultFixture.ts";
import { deployCode, EXPIRES, HOSTILE, type KeeperStage, keeperStage, LATCH_FOR } from "./stage.ts";

const { ethers, networkHelpers, fixture } = await keeperStage();
const load = async () => {
  const d = await networkHelpers.loadFixture(fixture);
  // The clock has gone on since the fixture's last block: what is read as now is to be now.
  await networkHelpers.mine();
  return d;
};
const everything = { from: 0n, until: (1n << 40n) - 1n };

const did = ({ done }: Round) => done.map(({ act, ids }) => [act, ids.length]);
const why = ({ left }: Round) => left.map(({ act, why: told }) => [act, told]);

describe("the keeper", () => {
  describe("does what is due", () => {
    it("releases lumps and streams in one transaction, and knows when there is more", async () => {
      const d = await load();
      const now = await d.now();
      const stream = { start: now, duration: 1_000n, step: 100n, cliff: 0n };
      const [lump, flow] = await d.create(await d.terms(), await d.terms({ schedule: stream }));
      await d.goTo(now + 150n);
      const keeper = d.keeper();
      const round = await keeper.round();
      expect(did(round)).to.deep.equal([["release", 2]]);
      expect([round.open, round.next]).to.deep.equal([1, now + 200n]);
      expect((await d.payments.paymentOf(lump ?? "")).paid).to.equal(ONE);
      expect((await d.payments.paymentOf(flow ?? "")).paid).to.equal(ONE / 10n);
      const idle = await keeper.round();
      expect([did(idle), idle.left]).to.deep.equal([[], []]);
      await d.goTo(now + 1_000n);
      expect(did(await keeper.round())).to.deep.equal([["release", 1]]);
      const last = await keeper.round();
      expect([last.open, last.next]).to.deep.equal([0, undefined]);
      expect(keeper.counters).to.include({ released: 3, transactions: 2, lostRaces: 0, failures: 0 });
    });

    it("rolls back what nobody latched or captured, at the expiry and not before", async () => {
      const d = await load();
      const question = timeWindow(await d.conditions.timeWindow.getAddress(), { from: 0n, until: 1n });
      const terms = await d.asking(question);
      const { latchBy, expiry } = terms;
      const capture = await d.terms({ capture: true, latchBy, expiry });
      await d.create(terms, capture);
      const keeper = d.keeper();
      const waiting = await keeper.round();
      expect([did(waiting), waiting.waiting, waiting.next]).to.deep.equal([[], 1, expiry]);
      await d.goTo(expiry - 2n);
      expect(did(await keeper.round())).to.deep.equal([]);
      await d.goTo(expiry);
      const before = await d.vault.balanceOf(d.anna, d.tokenId);
      expect(did(await keeper.round())).to.deep.equal([["rollback", 2]]);
      expect((await d.vault.balanceOf(d.anna, d.tokenId)) - before).to.equal(2n * ONE);
      expect(keeper.counters.rolledBack).to.equal(2);
    });

    it("leaves what the payee captures to the payee", async () => {
      const d = await load();
      const now = await d.now();
      await d.create(await d.terms({ capture: true, latchBy: now + 100n, expiry: now + 200n }));
      expect(did(await d.keeper().round())).to.deep.equal([]);
    });
  });

  describe("latches", () => {
    it("by the clock and by the price, without a witness, and releases in the same round", async () => {
      const d = await load();
      const now = await d.now();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), { from: now + 50n, until: NEVER });
      const limit = { asset: d.tokenId, limit: 2n * 10n ** 12n, above: true, from: now, until: NEVER };
      const price = priceLimit(await d.conditions.priceLimit.getAddress(), limit);
      const ids = await d.create(await d.asking(clock), await d.asking(price));
      const keeper = d.keeper({ sources: [heldWitnesses({ questions: [clock, price] })] });
      expect((await keeper.round()).waiting).to.equal(2);
      await d.goTo(now + 60n);
      expect(did(await keeper.round())).to.deep.equal([
        ["latch", 1],
        ["release", 1],
      ]);
      await d.router.setPrice(d.tokenId, 2n * 10n ** 12n, MODE.NORMAL);
      await keeper.round();
      const history = await d.history();
      for (const id of ids) expect(history.get(id)).to.deep.equal(["PaymentLatched", "PaymentPaid"]);
    });

    it("by a secret that is held, and by one that the registry has seen in time", async () => {
      const d = await load();
      const lock = await d.conditions.hashLock.getAddress();
      const [held, shown, late] = [newSecret(), newSecret(), newSecret()];
      const before = (await d.now()) + LATCH_FOR;
      const questions = [held, shown].map(({ hash }) => hashLock(lock, { hash, before }));
      const [heldQuestion, shownQuestion] = questions as [(typeof questions)[0], (typeof questions)[0]];
      const tooLate = hashLock(lock, { hash: late.hash, before: await d.now() });
      await d.create(await d.asking(heldQuestion), await d.asking(shownQuestion), await d.asking(tooLate));
      const source = heldWitnesses({ questions: [...questions, tooLate], secrets: [held.secret] });
      const registry = registeredSecrets(ethers.provider, await d.secrets.getAddress(), lock);
      const keeper = d.keeper({ sources: [source, registry] });
      expect(did(await keeper.round())).to.deep.equal([
        ["latch", 1],
        ["release", 1],
      ]);
      await d.secrets.registerBatch([shown.secret, late.secret]);
      const round = await keeper.round();
      expect([did(round), round.waiting]).to.deep.equal([
        [
          ["latch", 1],
          ["release", 1],
        ],
        1,
      ]);
      const asked = await Promise.all(
        [shownQuestion, tooLate, timeWindow(d.address, everything)].map((question) =>
          registry.witnesses(question, { id: "", terms: {} as never }),
        ),
      );
      expect(asked).to.deep.equal([["0x"], [], []]);
    });

    it("by an attestation that is brought, and not by another's", async () => {
      const d = await load();
      const claim = textHash("delivered");
      const asked = { attestor: d.bert.address, claim, from: 0n, until: NEVER, shared: true };
      const question = attestation(await d.conditions.attestation.getAddress(), asked);
      await d.create(await d.asking(question));
      const time = await d.now();
      const by = async (signer: typeof d.bert) =>
        attestationWitness(time, await signAttestation(signer, d.chainId, question, "", time));
      const source = async (...signers: (typeof d.bert)[]) =>
        heldWitnesses({
          questions: [question],
          witnesses: { [hashOf(question)]: await Promise.all(signers.map(by)) },
        });
      expect((await d.keeper({ sources: [await source(d.carl)] }).round()).waiting).to.equal(1);
      const round = await d.keeper({ sources: [await source(d.carl, d.bert)] }).round();
      expect(did(round)).to.deep.equal([
        ["latch", 1],
        ["release", 1],
      ]);
    });

    it("by enough of several, of which each may be met in its own way, and never by too few", async () => {
      const d = await load();
      const clock = await d.conditions.timeWindow.getAddress();
      const severalAddress = await d.conditions.several.getAddress();
      const { secret, hash } = newSecret();
      const before = (await d.now()) + LATCH_FOR;
      const parts = [
        timeWindow(clock, { from: 0n, until: 1n }),
        hashLock(await d.conditions.hashLock.getAddress(), { hash, before }),
        timeWindow(clock, everything),
      ];
      const question = several(severalAddress, { threshold: 2n, parts });
      await d.create(await d.asking(question));
      const desk = { several: severalAddress, sources: [heldWitnesses({ questions: [question] })] };
      expect((await d.keeper(desk).round()).waiting).to.equal(1);
      const withSecret = { ...desk, sources: [heldWitnesses({ questions: [question], secrets: [secret] })] };
      expect(did(await d.keeper(withSecret).round())).to.deep.equal([
        ["latch", 1],
        ["release", 1],
      ]);
    });
  });

  describe("given a hostile condition", () => {
    for (const [name, code] of Object.entries(HOSTILE)) {
      it(`that ${name}: it is never latched, the others are served, and it goes back`, async () => {
        const d = await load();
        const condition = await deployCode(d, code);
        const clock = timeWindow(await d.conditions.timeWindow.getAddress(), everything);
        const poisoned = { condition, terms: "0x1234" };
        const terms = await d.asking(poisoned);
        const [bad = ""] = await d.create(terms, await d.asking(clock), await d.terms());
        const keeper = d.keeper({ sources: [heldWitnesses({ questions: [poisoned, clock] })] });
        const round = await keeper.round();
        expect(did(round)).to.deep.equal([
          ["latch", 1],
          ["release", 2],
        ]);
        expect(round.waiting + round.left.length).to.equal(1);
        await d.goTo(terms.expiry);
        await keeper.round();
        expect((await d.history()).get(bad)).to.deep.equal(["PaymentReturned"]);
        expect(keeper.counters.transactions).to.equal(3);
      });
    }

    it("terms that their kind can't read leave that payment alone, not the others", async () => {
      const d = await load();
      const severalAddress = await d.conditions.several.getAddress();
      const spoiled = { condition: severalAddress, terms: "0x1234" };
      const [bad = ""] = await d.create(await d.asking(spoiled), await d.terms());
      const keeper = d.keeper({
        several: severalAddress,
        sources: [heldWitnesses({ questions: [spoiled] })],
      });
      const round = await keeper.round();
      expect(did(round)).to.deep.equal([["release", 1]]);
      expect(round.left.map(({ id, act }) => [id, act])).to.deep.equal([[bad, "latch"]]);
      const delayed = await keeper.round();
      expect([delayed.left.length, keeper.counters.failures]).to.deep.equal([1, 1]);
      await d.goTo((await d.now()) + 61n);
      await keeper.round();
      expect(keeper.counters.failures, "tried again after its delay").to.equal(2);
    });

    it("a condition dearer than is allowed isn't latched", async () => {
      const d = await load();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), everything);
      await d.create(await d.asking(clock));
      const sources = [heldWitnesses({ questions: [clock] })];
      expect((await d.keeper({ sources, conditionGas: 22_000n }).round()).waiting).to.equal(1);
      expect(did(await d.keeper({ sources }).round())).to.deep.equal([
        ["latch", 1],
        ["release", 1],
      ]);
    });

    it("a source that fails leaves what isn't conditional to be served", async () => {
      const d = await load();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), everything);
      await d.create(await d.asking(clock), await d.terms());
      const broken = {
        question: async () => {
          throw new Error("no line");
        },
        witnesses: async () => [],
      };
      const round = await d.keeper({ sources: [broken] }).round();
      expect([did(round), why(round)]).to.deep.equal([[["release", 1]], [["latch", "no line"]]]);
    });
  });

  describe("keeps within bounds", () => {
    it("no transaction uses more gas than the bound, and none is needed more than fits", async () => {
      const d = await load();
      await d.create(...(await Promise.all(Array.from({ length: 12 }, () => d.terms()))));
      const gasBound = 220_000n;
      const round = await d.keeper({ gasBound }).round();
      expect(round.done.flatMap(({ ids }) => ids)).to.have.length(12);
      expect(round.done.length).to.be.greaterThan(2).and.lessThan(12);
      for (const { transaction } of round.done) {
        const sent = await ethers.provider.getTransaction(transaction);
        expect(sent?.gasLimit).to.be.lessThanOrEqual(gasBound);
      }
    });

    it("a single payment above the bound is left, with the reason", async () => {
      const d = await load();
      await d.create(await d.terms());
      const round = await d.keeper({ gasBound: 30_000n }).round();
      expect(round.done).to.be.empty;
      expect(why(round)[0]?.[1]).to.match(/^it needs \d+ gas of 30000$/);
    });

    it("one payment that spoils its batch is left alone, and all others are done", async () => {
      const d = await load();
      const all = await Promise.all(Array.from({ length: 9 }, () => d.terms()));
      const spoiled = all[4];
      if (spoiled === undefined) throw new Error("there are nine");
      const [bad] = [(await d.create(...all))[4]];
      const salt = spoiled.salt.toString(16).padStart(64, "0");
      const provider = overridden(ethers.provider, {
        estimateGas: async (call: { data?: string }) => {
          if (call.data?.includes(salt)) throw new Error("execution reverted");
          return ethers.provider.estimateGas(call);
        },
      });
      const keeper = d.keeper({ provider });
      const round = await keeper.round();
      expect(round.done.flatMap(({ ids }) => ids)).to.have.length(8);
      expect(round.left.map(({ id }) => id)).to.deep.equal([bad]);
      expect(keeper.counters.failures).to.equal(1);
    });

    it("sends nothing while gas is dearer than allowed, and everything after", async () => {
      const d = await load();
      await d.create(await d.terms());
      const { gasPrice } = await ethers.provider.getFeeData();
      const lines: KeeperLine[] = [];
      const dear = d.keeper({ mostPerGas: (gasPrice ?? 0n) / 2n, log: (line) => lines.push(line) });
      const round = await dear.round();
      expect([round.done, round.left.length, dear.counters.dearRounds]).to.deep.equal([[], 1, 1]);
      expect(lines.map(({ event }) => event)).to.deep.equal(["gas-dear"]);
      expect(did(await d.keeper({ mostPerGas: 2n * (gasPrice ?? 0n) }).round())).to.deep.equal([
        ["release", 1],
      ]);
    });

    it("leaves alone what is worth less than is asked for", async () => {
      const d = await load();
      await d.create(await d.terms(), await d.terms({ amount: ONE - 1n }));
      const round = await d.keeper({ least: async () => ONE }).round();
      expect([did(round), round.next]).to.deep.equal([[["release", 1]], undefined]);
    });

    it("says so when its account can't pay", async () => {
      const d = await load();
      await d.create(await d.terms());
      await networkHelpers.setBalance(d.mallory.address, 1n);
      await refuses("KEEPER_POOR", d.keeper().round());
    });
  });

  describe("given others at work", () => {
    it("several keepers at once: each payment is done once, and nobody fails", async () => {
      const d = await load();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), everything);
      const conditional = await Promise.all([1, 2, 3].map(() => d.asking(clock)));
      const lumps = await Promise.all([1, 2, 3, 4].map(() => d.terms()));
      const ids = await d.create(...conditional, ...lumps);
      const sources = [heldWitnesses({ questions: [clock] })];
      const keys = [d.mallory, d.carl, d.bert].map(({ address }) => d.senderOf(address));
      const keepers = keys.map((sender) => d.keeper({ sender, sources }));
      for (let times = 0; times < 2; times++) await Promise.all(keepers.map((keeper) => keeper.round()));
      const history = await d.history();
      for (const id of ids) {
        expect(history.get(id)?.filter((name) => name === "PaymentPaid")).to.have.length(1);
        expect(history.get(id)?.filter((name) => name === "PaymentLatched").length).to.be.lessThan(2);
      }
      const sum = (count: "released" | "failures" | "latched") =>
        keepers.reduce((total, { counters }) => total + counters[count], 0);
      expect([sum("released"), sum("latched"), sum("failures")]).to.deep.equal([7, 3, 0]);
    });

    it("what another one does between its look and its block is a lost race, and no failure", async () => {
      const d = await load();
      const terms = await Promise.all([1, 2, 3].map(() => d.terms()));
      await d.create(...terms);
      const sender = d.senderOf(d.mallory.address);
      const raced: Sender = {
        send: (call, remember, instead) =>
          sender.send(
            call,
            async (sent) => {
              await remember(sent);
              await d.payments.connect(d.carl).releaseBatch(terms.slice(0, 2));
            },
            instead,
          ),
        endingOf: (sent) => sender.endingOf(sent),
        sign: (text) => sender.sign(text),
      };
      const keeper = d.keeper({ sender: raced });
      expect(did(await keeper.round())).to.deep.equal([["release", 1]]);
      expect(keeper.counters).to.include({ released: 1, lostRaces: 2, failures: 0 });
      expect((await keeper.round()).left).to.be.empty;
    });

    it("a latch that another one makes first is a lost race, and the release is done", async () => {
      const d = await load();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), everything);
      const terms = await d.asking(clock);
      await d.create(terms);
      const sender = d.senderOf(d.mallory.address);
      let first = true;
      const raced: Sender = {
        ...plain(sender),
        send: async (call, remember, instead) => {
          if (first) await d.payments.connect(d.carl).latch(terms, clock, "0x");
          first = false;
          return sender.send(call, remember, instead);
        },
      };
      const keeper = d.keeper({ sender: raced, sources: [heldWitnesses({ questions: [clock] })] });
      await keeper.round();
      await keeper.round();
      expect(keeper.counters).to.include({ latched: 0, lostRaces: 1, released: 1, failures: 0 });
    });

    it("what was done by others while it was away is not done again", async () => {
      const d = await load();
      const terms = [await d.terms(), await d.terms()];
      await d.create(...terms);
      await d.payments.connect(d.carl).releaseBatch(terms);
      const keeper = d.keeper({ confirmations: 1 });
      expect(did(await keeper.round())).to.deep.equal([]);
      expect(keeper.counters.transactions).to.equal(0);
    });
  });

  describe("given a chain that is turned back", () => {
    it("forgets what never was, keeps what is, and does it", async () => {
      const d = await load();
      const store = new MemoryKeeperStore();
      const [kept = ""] = await d.create(await d.terms({ schedule: lumpAt((await d.now()) + 500n) }));
      const keeper = d.keeper({ store });
      await keeper.round();
      await networkHelpers.mine(2);
      await keeper.round();
      const snapshot = await networkHelpers.takeSnapshot();
      const orphan = await d.terms({ schedule: lumpAt((await d.now()) + 500n) });
      await d.create(orphan);
      await keeper.round();
      expect((await store.load())?.known.size).to.equal(2);
      await snapshot.restore();
      // Other blocks than before, and as many.
      const [other = ""] = await d.create(
        await d.terms({ amount: 2n * ONE, schedule: lumpAt((await d.now()) + 500n) }),
      );
      await networkHelpers.mine(3);
      await keeper.round();
      expect([...((await store.load())?.known.keys() ?? [])]).to.have.members([kept, other]);
      expect(keeper.counters.reorgs).to.equal(1);
      await d.goTo((await d.now()) + 600n);
      expect(did(await keeper.round())).to.deep.equal([["release", 2]]);
    });

    it("does again what the chain has lost of what it did", async () => {
      const d = await load();
      const [id = ""] = await d.create(await d.terms());
      const store = new MemoryKeeperStore();
      const keeper = d.keeper({ store });
      await networkHelpers.mine(1);
      const snapshot = await networkHelpers.takeSnapshot();
      expect(did(await keeper.round())).to.deep.equal([["release", 1]]);
      await keeper.round();
      await snapshot.restore();
      await networkHelpers.mine(5);
      await keeper.round();
      await keeper.round();
      expect((await d.history()).get(id)).to.deep.equal(["PaymentPaid"]);
    });

    it("does again what it did in blocks that it hadn't read yet, when they are replaced", async () => {
      const d = await load();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), everything);
      const [lump = "", latched = ""] = await d.create(await d.terms(), await d.asking(clock));
      await networkHelpers.mine(3);
      const sources = [heldWitnesses({ questions: [clock] })];
      const keeper = d.keeper({ store: new MemoryKeeperStore(), confirmations: 3, sources });
      const snapshot = await networkHelpers.takeSnapshot();
      expect(did(await keeper.round())).to.deep.equal([
        ["latch", 1],
        ["release", 2],
      ]);
      expect(did(await keeper.round()), "and not twice").to.deep.equal([]);
      await snapshot.restore();
      await networkHelpers.mine(1);
      await keeper.round();
      const history = await d.history();
      expect(history.get(lump)).to.deep.equal(["PaymentPaid"]);
      expect(history.get(latched)).to.deep.equal(["PaymentLatched", "PaymentPaid"]);
      expect(keeper.counters).to.include({ reorgs: 0, lostRaces: 0, failures: 0 });
    });

    it("turned back beyond all that it remembers, it begins anew", async () => {
      const d = await load();
      const snapshot = await networkHelpers.takeSnapshot();
      await d.create(await d.terms({ schedule: lumpAt((await d.now()) + 500n) }));
      const store = new MemoryKeeperStore();
      const keeper = d.keeper({ store });
      await keeper.round();
      await snapshot.restore();
      const [other = ""] = await d.create(await d.terms());
      await networkHelpers.mine(3);
      expect(did(await keeper.round())).to.deep.equal([["release", 1]]);
      expect([...((await store.load())?.known.keys() ?? [])]).to.deep.equal([other]);
    });

    it("reads only what has enough blocks on top", async () => {
      const d = await load();
      await d.create(await d.terms());
      const keeper = d.keeper({ confirmations: 3 });
      expect((await keeper.round()).open).to.equal(0);
      await networkHelpers.mine(3);
      expect(did(await keeper.round())).to.deep.equal([["release", 1]]);
    });
  });

  describe("given sick surroundings", () => {
    it("a halted oracle, a lapsed tier, a held payer, a listed payee: releases and rolls back all the same", async () => {
      const d = await load();
      const limit = { asset: d.tokenId, limit: 1n, above: true, from: 0n, until: NEVER };
      const price = priceLimit(await d.conditions.priceLimit.getAddress(), limit);
      await d.router.setPrice(d.tokenId, 10n ** 12n, MODE.HALT);
      const conditional = await d.asking(price);
      await d.create(conditional, await d.terms());
      await d.vault.connect(d.officer).hold(d.anna, HOUR);
      await d.vault.connect(d.officer).hold(d.bert, HOUR);
      await d.vault.connect(d.officer).hold(ZeroAddress, HOUR);
      await d.vault.connect(d.officer).setTier(d.anna, 0n, await d.now(), NEVER);
      await d.sanctions.setListed(d.bert, true);
      await d.vault.screen(d.bert);
      const keeper = d.keeper({ sources: [heldWitnesses({ questions: [price] })] });
      const round = await keeper.round();
      expect([did(round), round.waiting]).to.deep.equal([[["release", 1]], 1]);
      await d.goTo(conditional.expiry);
      expect(did(await keeper.round())).to.deep.equal([["rollback", 1]]);
    });
  });

  describe("killed", () => {
    const scenario = async (d: KeeperStage) => {
      const now = await d.now();
      const clock = timeWindow(await d.conditions.timeWindow.getAddress(), { from: 0n, until: now + 60n });
      const never = timeWindow(await d.conditions.timeWindow.getAddress(), { from: 0n, until: 1n });
      const stream = { start: now, duration: 1_000n, step: 500n, cliff: 0n };
      const ids = await d.create(
        await d.asking(clock),
        await d.asking(never),
        await d.terms(),
        await d.terms({ schedule: stream }),
      );
      return { ids, now, sources: [heldWitnesses({ questions: [clock, never] })] };
    };
    const expected = [
      ["PaymentLatched", "PaymentPaid"],
      ["PaymentReturned"],
      ["PaymentPaid"],
      ["PaymentPaid", "PaymentPaid"],
    ];
    /** Rounds at the scenario's times, the keeper made anew by `make` for each, and whenever it is killed. */
    const live = async (d: KeeperStage, now: bigint, make: () => Keeper) => {
      for (const at of [10n, EXPIRES, 1_000n]) {
        if ((await d.now()) < now + at) await d.goTo(now + at);
        for (let lives = 0; ; lives++) {
          try {
            await make().round();
            break;
          } catch (error) {
            if (!(error instanceof Killed) || lives > 3) throw error;
          }
        }
      }
    };
    const sentBy = async (d: KeeperStage) => ethers.provider.getTransactionCount(d.mallory);

    it("at any write of its store, before it or after, it does everything once, in no more transactions", async () => {
      const first = await load();
      const plan = await scenario(first);
      const unhurt = new MortalStore(new MemoryKeeperStore(), 0, false);
      const before = await sentBy(first);
      await live(first, plan.now, () => first.keeper({ store: unhurt, sources: plan.sources }));
      const needed = (await sentBy(first)) - before;
      expect(needed).to.equal(5);
      expect(unhurt.writes).to.be.greaterThan(8);
      for (let at = 1; at <= unhurt.writes; at++) {
        for (const after of [false, true]) {
          const d = await load();
          const { ids, now, sources } = await scenario(d);
          const store = new MortalStore(new MemoryKeeperStore(), at, after);
          const began = await sentBy(d);
          await live(d, now, () => d.keeper({ store, sources }));
          const history = await d.history();
          const told = `killed ${after ? "after" : "before"} write ${at}`;
          expect(
            ids.map((id) => history.get(id)),
            told,
          ).to.deep.equal(expected);
          expect((await sentBy(d)) - began, told).to.be.at.most(needed);
        }
      }
    });

    it("at any sending, before the bytes leave or after they are mined, likewise", async () => {
      for (let at = 1; at <= 5; at++) {
        for (const after of [false, true]) {
          const d = await load();
          const { ids, now, sources } = await scenario(d);
          const store = new MemoryKeeperStore();
          const sender = new MortalSender(d.senderOf(d.mallory.address), at, after);
          await live(d, now, () => d.keeper({ store, sources, sender }));
          const history = await d.history();
          const told = `killed ${after ? "after" : "before"} sending ${at}`;
          expect(
            ids.map((id) => history.get(id)),
            told,
          ).to.deep.equal(expected);
        }
      }
    });

    it("with a transaction under way, the next one waits for it and sends nothing beside it", async () => {
      const d = await load();
      const [id = ""] = await d.create(await d.terms());
      const store = new MemoryKeeperStore();
      await ethers.provider.send("evm_setAutomine", [false]);
      const began = await ethers.provider.getTransactionCount(d.mallory, "latest");
      const first = await d.keeper({ store }).round();
      expect([first.done.length, first.pending === undefined]).to.deep.equal([0, false]);
      const second = await d.keeper({ store }).round();
      expect(second.pending).to.equal(first.pending);
      expect(await ethers.provider.getTransactionCount(d.mallory, "pending")).to.equal(began + 1);
      await ethers.provider.send("evm_mine", []);
      await ethers.provider.send("evm_setAutomine", [true]);
      expect(did(await d.keeper({ store }).round())).to.deep.equal([["release", 1]]);
      expect((await d.history()).get(id)).to.deep.equal(["PaymentPaid"]);
    });

    it("a transaction that is stuck is replaced under its nonce by what is due by then", async () => {
      const d = await load();
      await d.create(await d.terms());
      const store = new MemoryKeeperStore();
      await ethers.provider.send("evm_setAutomine", [false]);
      const began = await ethers.provider.getTransactionCount(d.mallory, "latest");
      const stuck = await d.keeper({ store }).round();
      const keeper = d.keeper({ store, stuckAfter: 0n });
      const replaced = await keeper.round();
      expect(replaced.pending).not.to.equal(stuck.pending);
      await ethers.provider.send("evm_mine", []);
      await ethers.provider.send("evm_setAutomine", [true]);
      expect(did(await keeper.round())).to.deep.equal([["release", 1]]);
      expect(await ethers.provider.getTransactionCount(d.mallory)).to.equal(began + 1);
      expect((await store.load())?.outbox).to.be.empty;
      expect((await keeper.round()).left).to.be.empty;
    });
  });

  describe("its state", () => {
    it("is the same after being written and read", async () => {
      const d = await load();
      const store = new MemoryKeeperStore();
      const severalAddress = await d.conditions.several.getAddress();
      const spoiled = { condition: severalAddress, terms: "0x1234" };
      await d.create(await d.asking(spoiled), await d.terms());
      await ethers.provider.send("evm_setAutomine", [false]);
      await d
        .keeper({ store, several: severalAddress, sources: [heldWitnesses({ questions: [spoiled] })] })
        .round();
      await ethers.provider.send("evm_setAutomine", [true]);
      const state = (await store.load()) as KeeperState;
      expect([state.known.size, state.outbox.length, state.delays.size]).to.deep.equal([2, 1, 1]);
      expect(readState(writeState(state))).to.deep.equal(state);
    });

    it("that is damaged or of another contract is refused", async () => {
      const d = await load();
      for (const text of ["", "{}", "{", '{"format":"strongroom/keeper@2"}']) {
        await refuses("KEEPER_STATE_UNREADABLE", async () => readState(text));
      }
      const store = new MemoryKeeperStore();
      await d.keeper({ store }).round();
      expect(await refusalOf(d.keeper({ store, chainId: 1n }).round())).to.equal("KEEPER_OTHER_CONTRACT");
      const netting = await d.netting.getAddress();
      expect(await refusalOf(d.keeper({ store, payments: netting }).round())).to.equal(
        "KEEPER_OTHER_CONTRACT",
      );
    });
  });
});

class Killed extends Error {}

/** A store whose process is killed before or after its n-th write; never, for 0. */
class MortalStore implements KeeperStore {
  writes = 0;
  readonly #inner: KeeperStore;
  readonly #at: number;
  readonly #after: boolean;

  constructor(inner: KeeperStore, at: number, after: boolean) {
    [this.#inner, this.#at, this.#after] = [inner, at, after];
  }

  load() {
    return this.#inner.load();
  }

  async save(state: KeeperState): Promise<void> {
    const now = ++this.writes === this.#at;
    if (now && !this.#after) throw new Killed();
    await this.#inner.save(state);
    if (now) throw new Killed();
  }
}

/** A sender whose process is killed at its n-th sending: once the bytes are remembered, or once they are mined. */
class MortalSender implements Sender {
  #sendings = 0;
  readonly #inner: Sender;
  readonly #at: number;
  readonly #after: boolean;

  constructor(inner: Sender, at: number, after: boolean) {
    [this.#inner, this.#at, this.#after] = [inner, at, after];
  }

  async send(call: Call, remember: (sent: Sent) => Promise<void>, instead?: Sent): Promise<Ending> {
    const now = ++this.#sendings === this.#at;
    const ending = await this.#inner.send(
      call,
      async (sent) => {
        await remember(sent);
        if (now && !this.#after) throw new Killed();
      },
      instead,
    );
    if (now) throw new Killed();
    return ending;
  }

  endingOf(sent: Sent) {
    return this.#inner.endingOf(sent);
  }

  sign(...words: Parameters<Sender["sign"]>) {
    return this.#inner.sign(...words);
  }
}

const plain = (sender: Sender): Sender => ({
  send: (call, remember, instead) => sender.send(call, remember, instead),
  endingOf: (sent) => sender.endingOf(sent),
  sign: (text) => sender.sign(text),
});

const lumpAt = (start: bigint) => ({ start, duration: 0n, step: 0n, cliff: 0n });

/** A provider some of whose answers are a test's. */
function overridden(provider: Provider, answers: object): Provider {
  return new Proxy(provider, {
    get: (target, name) => {
      const own = Reflect.get(answers, name) as unknown;
      if (own !== undefined) return own;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
