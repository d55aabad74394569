import { expect } from "chai";
import { TerminalError } from "../../../src/core/errors.ts";
import { type Attempt, type Journal, MemoryJournal } from "../../../src/payments/router/journal.ts";
import { ledgerTransfer } from "../../../src/payments/router/ledger-transfer.ts";
import { nettingCycle } from "../../../src/payments/router/netting-cycle.ts";
import { pay } from "../../../src/payments/router/pay.ts";
import type { Leg, RouteSource } from "../../../src/payments/router/route.ts";
import { vaultDeposit } from "../../../src/payments/router/vault-deposit.ts";
import { vaultExit } from "../../../src/payments/router/vault-exit.ts";
import type { Call } from "../../../src/payments/sending/call.ts";
import type { Ending, Sender, Sent } from "../../../src/payments/sending/sender.ts";
import { WalletSender } from "../../../src/payments/sending/wallet-sender.ts";
import { HOUR, MODE } from "../../support/deployCore.ts";
import { refusal, refusalOf } from "../../support/refusal.ts";
import { ONE } from "../../support/vaultFixture.ts";
import { CHAIN, type DeskFixture, deskOnNewChain, keyOf } from "./desk.ts";

const { networkHelpers, fixture } = await deskOnNewChain();
const load = async () => {
  const d = await networkHelpers.loadFixture(fixture);
  // The clock has gone on since the fixture's last block: what is read as now is to be now.
  await networkHelpers.mine();
  return d;
};

class Killed extends Error {}

/** A journal whose process is killed before or after its n-th write. */
class MortalJournal implements Journal {
  readonly #inner: Journal;
  readonly #at: number;
  readonly #after: boolean;
  #writes = 0;

  constructor(inner: Journal, at: number, after: boolean) {
    [this.#inner, this.#at, this.#after] = [inner, at, after];
  }

  read(id: string) {
    return this.#inner.read(id);
  }

  async write(id: string, version: number, attempts: readonly Attempt[]): Promise<void> {
    const now = ++this.#writes === this.#at;
    if (now && !this.#after) throw new Killed();
    await this.#inner.write(id, version, attempts);
    if (now) throw new Killed();
  }
}

/** A sender whose endings a test says; it remembers what it was asked. */
class ScriptedSender implements Sender {
  readonly sends: Call[] = [];
  readonly looks: Sent[] = [];
  endings: Ending["state"][];

  constructor(...endings: Ending["state"][]) {
    this.endings = endings;
  }

  async send(call: Call, remember: (sent: Sent) => Promise<void>): Promise<Ending> {
    this.sends.push(call);
    const sent = { from: "0x", nonce: this.sends.length, hash: `0x${this.sends.length}`, raw: "0x" };
    await remember(sent);
    return this.#next(sent);
  }

  async endingOf(sent: Sent): Promise<Ending> {
    this.looks.push(sent);
    return this.#next(sent);
  }

  async sign(): Promise<string> {
    return "0x5151";
  }

  #next({ hash }: Sent): Ending {
    const state = this.endings.shift() ?? "done";
    if (state === "failed") return { state, reason: { code: "REPLACED", text: "replaced" } };
    return state === "done" ? { state, transaction: hash, logs: [] } : { state, transaction: hash };
  }
}

const scripted = (route: string, cost: bigint, steps?: Leg["steps"]): RouteSource => ({
  route,
  quote: async () => ({
    ...{ state: "open", route, place: { chain: CHAIN, in: "ledger" }, cost, arrives: 0n, risk: "final" },
    ...{ binds: false, notes: [] },
    steps: steps ?? [{ what: route, commits: true, call: callTo(route) }],
  }),
});
const callTo = (to: string): Call => ({ chain: CHAIN, to, data: "0x", value: 0n, gas: 1n });

async function paidTo(d: DeskFixture, work: () => Promise<unknown>): Promise<bigint> {
  const has = async () => (await d.vault.balanceOf(d.bert, d.tokenId)) + (await d.token.balanceOf(d.bert));
  const before = await has();
  await work();
  return (await has()) - before;
}

describe("paying by the chosen route", () => {
  describe("given a process that is killed at any write of its journal", () => {
    const kinds = {
      "a ledger transfer": (d: DeskFixture) => [ledgerTransfer(d.deployment)],
      "an instant exit": (d: DeskFixture) => [vaultExit(d.deployment)],
      "a deposit behind an allowance": (d: DeskFixture) => [vaultDeposit(d.deployment)],
    };
    for (const [kind, sourcesOf] of Object.entries(kinds)) {
      it(`${kind} is made once by paying again under the same id`, async () => {
        let killed = 0;
        for (let at = 1; at <= 8; at++) {
          for (const after of [false, true]) {
            const d = await load();
            await d.token.connect(d.anna).approve(d.vault, 0n);
            const wish = await d.wish();
            const journal = new MemoryJournal();
            const desk = { ...d.desk, sources: sourcesOf(d), journal };
            const mortal = { ...desk, journal: new MortalJournal(journal, at, after) };
            const paid = await paidTo(d, async () => {
              await pay(mortal, wish).catch((error: unknown) => {
                if (!(error instanceof Killed)) throw error;
                killed += 1;
              });
              await pay(desk, wish);
              await pay(desk, wish);
            });
            expect(paid, `killed ${after ? "after" : "before"} write ${at}`).to.equal(wish.amount);
          }
        }
        expect(killed).to.be.greaterThan(5);
      });
    }
  });

  it("two processes at once make it once: one of them is told that it is under way", async () => {
    const d = await load();
    const wish = await d.wish();
    const codes: string[] = [];
    const paid = await paidTo(d, async () => {
      codes.push(...(await Promise.all([refusalOf(pay(d.desk, wish)), refusalOf(pay(d.desk, wish))])));
    });
    expect(codes.sort()).to.deep.equal(["PAYMENT_UNDER_WAY", "accepted"]);
    expect(paid).to.equal(wish.amount);
  });

  it("another wish under the same id is refused", async () => {
    const d = await load();
    const wish = await d.wish();
    await pay(d.desk, wish);
    expect(await refusalOf(pay(d.desk, { ...wish, amount: wish.amount + 1n }))).to.equal("PAYMENT_DIFFERS");
  });

  describe("given an ending that isn't known", () => {
    it("no other route is begun, and the same bytes are looked after until they have an end", async () => {
      const d = await load();
      const sender = new ScriptedSender("unknown", "unknown", "done");
      const desk = {
        ...d.desk,
        sources: [scripted("a", 1n), scripted("b", 2n)],
        senders: { [CHAIN]: sender },
      };
      const wish = await d.wish();
      const { code, retryable } = await refusal(pay(desk, wish));
      expect([code, retryable]).to.deep.equal(["PAYMENT_UNKNOWN", true]);
      expect(await refusalOf(pay(desk, wish))).to.equal("PAYMENT_UNKNOWN");
      expect((await pay(desk, wish)).route).to.equal("a");
      expect([sender.sends.map(({ to }) => to), sender.looks.length]).to.deep.equal([["a"], 2]);
    });

    it("that turns out as certainly nothing gives way to the next route", async () => {
      const d = await load();
      const sender = new ScriptedSender("unknown", "failed", "done");
      const desk = {
        ...d.desk,
        sources: [scripted("a", 1n), scripted("b", 2n)],
        senders: { [CHAIN]: sender },
      };
      const wish = await d.wish();
      expect(await refusalOf(pay(desk, wish))).to.equal("PAYMENT_UNKNOWN");
      const made = await pay(desk, wish);
      expect([made.route, made.failed.map(({ route }) => route)]).to.deep.equal(["b", ["a"]]);
      expect(sender.sends.map(({ to }) => to)).to.deep.equal(["a", "b"]);
    });

    it("of a signature that may have been taken is the same", async () => {
      const d = await load();
      const now = await d.now();
      const submitted: string[] = [];
      let line = false;
      const operator = {
        next: async () => ({ closes: now + 600n, settles: now + 900n, fee: 0n }),
        submit: async (_text: unknown, signature: string) => {
          submitted.push(signature);
          if (!line) throw new Error("no line");
        },
      };
      const sources = [nettingCycle(d.deployment, operator), scripted("b", 10n ** 12n)];
      const wish = await d.wish({ risk: "others", deadline: now + 2n * HOUR });
      const desk = { ...d.desk, sources };
      expect(await refusalOf(pay(desk, wish))).to.equal("PAYMENT_UNKNOWN");
      line = true;
      expect((await pay(desk, wish)).route).to.equal("netting cycle");
      expect(submitted).to.have.length(2);
      expect(submitted[0]).to.equal(submitted[1]);
    });

    it("of a signature that is surely refused is an end", async () => {
      const d = await load();
      const now = await d.now();
      const operator = {
        next: async () => ({ closes: now + 600n, settles: now + 900n, fee: 0n }),
        submit: async () => {
          throw new TerminalError("CYCLE_FULL", "The cycle is full");
        },
      };
      const sources = [nettingCycle(d.deployment, operator), ...d.desk.sources];
      const wish = await d.wish({ risk: "others", deadline: now + 2n * HOUR, prefer: "cost" });
      await d.vault.connect(d.anna).callWith(d.netting, [d.tokenId], [wish.amount], "0x");
      const made = await pay({ ...d.desk, sources }, wish);
      expect([made.route, made.failed[0]?.reasons[0]?.code]).to.deep.equal(["ledger transfer", "CYCLE_FULL"]);
    });
  });

  describe("given a route that fails for certain", () => {
    it("the next one that is still good is asked anew and taken, and the payee is paid once", async () => {
      const d = await load();
      const reverting = d.vault.interface.encodeFunctionData("transfer", [
        d.bert.address,
        d.tokenId,
        ONE << 80n,
      ]);
      const call = { ...callTo(d.vaultAddress), data: reverting, gas: 200_000n };
      const cheap = scripted("a cheap one", 0n, [{ what: "failing", commits: true, call }]);
      const wish = await d.wish();
      const paid = await paidTo(d, async () => {
        const made = await pay({ ...d.desk, sources: [cheap, ...d.desk.sources] }, wish);
        expect(made.route).to.equal("ledger transfer");
        const [why] = made.failed;
        expect([why?.route, why?.reasons[0]?.code]).to.deep.equal([
          "a cheap one",
          "ERC6909InsufficientBalance",
        ]);
      });
      expect(paid).to.equal(wish.amount);
    });

    it("killed at any write meanwhile, the payee is paid once all the same", async () => {
      for (let at = 1; at <= 8; at++) {
        for (const after of [false, true]) {
          const d = await load();
          const sender = new ScriptedSender("failed");
          const real = d.senderOf(d.anna.address);
          const desk = { ...d.desk, journal: new MemoryJournal() };
          const elsewhereCall = { ...callTo("a"), chain: "eip155:10" };
          const cheap = scripted("a cheap one", 0n, [
            { what: "failing", commits: true, call: elsewhereCall },
          ]);
          const both = { ...desk, sources: [cheap, ledgerTransfer(d.deployment)] };
          const senders = { [CHAIN]: real, "eip155:10": sender };
          const wish = await d.wish();
          const paid = await paidTo(d, async () => {
            const mortal = new MortalJournal(desk.journal, at, after);
            await pay({ ...both, senders, journal: mortal }, wish).catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error;
              sender.endings = ["failed", "failed"];
            });
            expect((await pay({ ...both, senders }, wish)).route).to.equal("ledger transfer");
          });
          expect(paid, `killed ${after ? "after" : "before"} write ${at}`).to.equal(wish.amount);
        }
      }
    });

    it("a route that is no longer good isn't taken: without one the payment is refused", async () => {
      const d = await load();
      const sender = new ScriptedSender("failed");
      const holding: Sender = {
        send: async (call, remember) => {
          await d.vault.connect(d.officer).hold(d.anna, HOUR);
          return sender.send(call, remember);
        },
        endingOf: (sent) => sender.endingOf(sent),
        sign: () => sender.sign(),
      };
      const error = await refusal(pay({ ...d.desk, senders: { [CHAIN]: holding } }, await d.wish()));
      expect([error.code, sender.sends.length]).to.deep.equal(["NO_ROUTE", 1]);
      expect(error.facts.why).to.include("ledger transfer failed").and.to.include("the payer is held");
    });

    for (const after of ["failed", "unknown"] as const)
      it(`what follows a payment that is made changes nothing: ${after}`, async () => {
        const d = await load();
        const steps = [
          { what: "making", commits: true, call: callTo("a") },
          { what: "following", commits: false, call: callTo("b") },
        ];
        const sender = new ScriptedSender("done", after);
        const desk = { ...d.desk, sources: [scripted("a", 0n, steps), scripted("c", 9n)] };
        const made = await pay({ ...desk, senders: { [CHAIN]: sender } }, await d.wish());
        expect([made.route, sender.sends.map(({ to }) => to)]).to.deep.equal(["a", ["a", "b"]]);
      });
  });

  describe("given an exit that was to be instant, and a price that falls sick before it is mined", () => {
    /** Between the last look and the block. */
    const sickening = (d: DeskFixture): Sender => {
      const sender = d.senderOf(d.anna.address);
      let once = true;
      return {
        send: (call, remember) =>
          sender.send(call, async (sent) => {
            await remember(sent);
            if (once) await d.router.setPrice(d.tokenId, 10n ** 12n, MODE.HALT);
            once = false;
          }),
        endingOf: (sent) => sender.endingOf(sent),
        sign: (text) => sender.sign(text),
      };
    };

    it("it is queued, cancelled again, and paid in the ledger", async () => {
      const d = await load();
      const wish = await d.wish();
      const sources = [vaultExit(d.deployment), dear(ledgerTransfer(d.deployment))];
      const desk = { ...d.desk, sources, senders: { [CHAIN]: sickening(d) } };
      const paid = await paidTo(d, async () => {
        const made = await pay(desk, wish);
        expect([made.route, made.failed[0]?.route]).to.deep.equal(["ledger transfer", "vault exit"]);
        expect(made.failed[0]?.reasons[0]?.text).to.match(/^it was queued: .*there is no price to trust$/);
      });
      expect(paid).to.equal(wish.amount);
      expect(await d.vault.queryFilter(d.vault.filters.Cancelled())).to.have.length(1);
    });

    it("killed at any write, it is still paid once", async () => {
      for (let at = 1; at <= 8; at++) {
        const d = await load();
        const wish = await d.wish();
        const journal = new MemoryJournal();
        const sources = [vaultExit(d.deployment), dear(ledgerTransfer(d.deployment))];
        const desk = { ...d.desk, sources, journal, senders: { [CHAIN]: sickening(d) } };
        const paid = await paidTo(d, async () => {
          await pay({ ...desk, journal: new MortalJournal(journal, at, true) }, wish).catch((error) => {
            if (!(error instanceof Killed)) throw error;
          });
          await pay(desk, wish);
        });
        expect(paid, `write ${at}`).to.equal(wish.amount);
      }
    });

    it("it stands where its turn comes in time and the payer takes the risk", async () => {
      const d = await load();
      const wish = await d.wish({ risk: "time", deadline: (await d.now()) + 100n * 24n * HOUR });
      const desk = { ...d.desk, sources: [vaultExit(d.deployment)], senders: { [CHAIN]: sickening(d) } };
      expect((await pay(desk, wish)).route).to.equal("vault exit");
      expect(await d.vault.queryFilter(d.vault.filters.Cancelled())).to.be.empty;
    });
  });

  describe("the wallet's sender", () => {
    it("a transaction whose nonce another took is a failure for certain, one that is under way isn't", async () => {
      const d = await load();
      const { provider } = d.ethers;
      const key = keyOf(d.anna.address, provider);
      const sender = new WalletSender(key, { confirmations: 0, looks: 2, pause: async () => {} });
      await provider.send("evm_setAutomine", [false]);
      const sent: Sent[] = [];
      const call = { ...callTo(d.bert.address), value: 1n, gas: 21_000n };
      const remember = async (one: Sent) => {
        sent.push(one);
      };
      expect((await sender.send(call, remember)).state).to.equal("unknown");
      const [first] = sent;
      if (first === undefined) throw new Error("nothing was remembered");
      expect((await sender.endingOf(first)).state, "under way").to.equal("unknown");
      await provider.send("hardhat_dropTransaction", [first.hash]);
      const { maxFeePerGas } = await provider.getFeeData();
      const fee = 2n * (maxFeePerGas ?? 0n);
      const nonce = first.nonce;
      await key.sendTransaction({
        to: d.carl,
        value: 2n,
        nonce,
        maxFeePerGas: fee,
        maxPriorityFeePerGas: fee,
      });
      await provider.send("evm_mine", []);
      await provider.send("evm_setAutomine", [true]);
      const ending = await sender.endingOf(first);
      expect(ending.state === "failed" && ending.reason.code).to.equal("REPLACED");
    });

    it("dropped by its node, the same bytes are sent again, and mined once", async () => {
      const d = await load();
      const { provider } = d.ethers;
      const sender = d.senderOf(d.anna.address);
      await provider.send("evm_setAutomine", [false]);
      const sent: Sent[] = [];
      const call = { ...callTo(d.bert.address), value: 1n, gas: 21_000n };
      const before = await provider.getBalance(d.bert);
      await sender.send(call, async (one) => {
        sent.push(one);
      });
      const [first] = sent;
      if (first === undefined) throw new Error("nothing was remembered");
      await provider.send("hardhat_dropTransaction", [first.hash]);
      await provider.send("evm_setAutomine", [true]);
      expect((await sender.endingOf(first)).state).to.equal("done");
      expect((await sender.endingOf(first)).state).to.equal("done");
      expect((await provider.getBalance(d.bert)) - before).to.equal(1n);
    });

    it("counts nothing before it is as deep as is wanted", async () => {
      const d = await load();
      const { provider } = d.ethers;
      const key = keyOf(d.anna.address, provider);
      const sender = new WalletSender(key, { confirmations: 2, looks: 1, pause: async () => {} });
      const sent: Sent[] = [];
      const call = { ...callTo(d.bert.address), value: 1n, gas: 21_000n };
      const early = await sender.send(call, async (one) => {
        sent.push(one);
      });
      expect(early.state).to.equal("unknown");
      await provider.send("hardhat_mine", ["0x2"]);
      const [first] = sent;
      expect(first === undefined ? "" : (await sender.endingOf(first)).state).to.equal("done");
    });

    it("sends nothing that would revert", async () => {
      const d = await load();
      const data = d.vault.interface.encodeFunctionData("transfer", [d.bert.address, d.tokenId, ONE << 80n]);
      const call = { ...callTo(d.vaultAddress), data, gas: 200_000n };
      const ending = await d.senderOf(d.anna.address).send(call, () => expect.fail("it was sent"));
      expect(ending.state === "failed" && ending.reason.code).to.equal("ERC6909InsufficientBalance");
    });
  });
});

/** The same route, dearer than any other. */
function dear(source: RouteSource): RouteSource {
  return {
    ...source,
    quote: async (wish) => {
      const quote = await source.quote(wish);
      return quote.state === "open" ? { ...quote, cost: 10n ** 12n } : quote;
    },
  };
}
