import { expect } from "chai";
import { upkeepId } from "../../src/chains/utxo/upkeep-transaction.ts";
import { RetryableError, TerminalError } from "../../src/core/errors.ts";
import { chainHash, tokenWord } from "../../src/gateway/statement.ts";
import type { ForeignTransaction, PayoutAtFinal } from "../../src/signing/gateway-view.ts";
import type { SigningRequest } from "../../src/signing/signer.ts";
import { refuses } from "../support/refusal.ts";
import { PAYOUT, policyIn, SCRIPT, spending, TOKEN, TX, token, type World, world } from "./gateway-world.ts";
import { CHAIN, word } from "./signing-stage.ts";

const withCode = (error: RetryableError) => error.code;

describe("GatewayPolicy", () => {
  let here: World;
  beforeEach(() => {
    here = world();
  });
  const objection = async (request: SigningRequest) => {
    const judgement = await policyIn(here).judge(request);
    return "no" in judgement ? judgement.no : undefined;
  };
  const change = (some: Partial<PayoutAtFinal>) => {
    here.payouts.set(PAYOUT, { ...here.payout, ...some });
  };

  describe("given a payout's transaction", () => {
    it("allows the one that the ledger has authorised, and weighs it", async () => {
      expect(await policyIn(here).judge(spending())).to.deep.equal({
        spend: { window: `${CHAIN}/payouts`, amount: 500n, cap: 900n },
      });
    });

    const wrong: Record<string, (here: World) => void> = {
      "was only requested": (w) => w.payouts.set(PAYOUT, { ...w.payout, status: "REQUESTED" }),
      "was settled": (w) => w.payouts.set(PAYOUT, { ...w.payout, status: "SETTLED" }),
      "was refunded": (w) => w.payouts.set(PAYOUT, { ...w.payout, status: "REFUNDED" }),
      "is unknown to the ledger": (w) => w.payouts.clear(),
      "was authorised with another token": (w) =>
        w.payouts.set(PAYOUT, { ...w.payout, token: tokenWord(token("other")) }),
      "is of another asset": (w) => w.payouts.set(PAYOUT, { ...w.payout, asset: 8n }),
      "is for another chain": (w) => w.payouts.set(PAYOUT, { ...w.payout, chain: chainHash("bip122:other") }),
      "pays one unit more": (w) => {
        w.read = { ...w.read, amount: 501n } as ForeignTransaction;
      },
      "pays one unit less": (w) => {
        w.read = { ...w.read, amount: 499n } as ForeignTransaction;
      },
      "pays another script": (w) => {
        w.read = { ...w.read, recipientScript: `0014${"22".repeat(20)}` } as ForeignTransaction;
      },
      "pays more than the fee's cap": (w) => {
        w.read = { ...w.read, fee: 21n };
      },
      "spends another token than it names": (w) => {
        w.read = { ...w.read, token: token("other") };
      },
      "says another payout than it is asked for": (w) => {
        w.read = { ...w.read, payoutId: word("other").slice(2) } as ForeignTransaction;
      },
      "pays a script of the deny list": (w) => w.denied.add(SCRIPT),
      "has a former token that could still pay": (w) => w.tokens.push(token("former")),
      "has a former token that has paid": (w) => {
        w.tokens.push(token("former"));
        w.status.set(token("former").value, { is: "done", txId: TX, final: true });
      },
      "has a former token that is spent, but not finally": (w) => {
        w.tokens.push(token("former"));
        w.status.set(token("former").value, { is: "impossible", txId: TX, final: false });
      },
      "can't be read": (w) => {
        w.readFault = new TerminalError("TRANSACTION_UNACCEPTABLE", "it pays somebody else");
      },
    };
    for (const [title, bend] of Object.entries(wrong)) {
      it(`refuses one that ${title}`, async () => {
        bend(here);
        expect(await objection(spending())).to.be.a("string");
      });
    }

    it("allows a further token once every former one was finally spent otherwise", async () => {
      here.tokens.push(token("former"), TOKEN);
      here.status.set(token("former").value, { is: "impossible", txId: TX, final: true });
      expect(await objection(spending())).to.equal(undefined);
    });

    it("refuses another chain, and a token written for another chain", async () => {
      expect(await objection(spending({ chain: "bip122:other" }))).to.be.a("string");
      expect(await objection(spending({ token: { ...TOKEN, chain: "bip122:other" } }))).to.be.a("string");
      expect(await objection(spending({ effect: word("other").slice(2) }))).to.be.a("string");
    });

    it("waits while the chain is held, and while its nodes can't tell", async () => {
      here.open = false;
      await refuses("CHAIN_CLOSED", objection(spending()));
      here.open = true;
      here.down = true;
      expect((await objection(spending()).catch((error: unknown) => error)) as Error).to.be.instanceOf(
        RetryableError,
      );
    });

    it("keeps the coins worth the claims: fees come from the float, paid and unsettled payouts are claims no more", async () => {
      here.balance = 1_009n;
      await refuses("WALLET_SHORT", objection(spending()));
      const other = word("another payout");
      here.paid.push({ payoutId: other.slice(2), amount: 40n });
      await refuses("WALLET_SHORT", objection(spending()));
      here.payouts.set(other, { ...here.payout, amount: 40n });
      here.balance = 970n;
      expect(await objection(spending())).to.equal(undefined);
      here.payouts.set(other, { ...here.payout, amount: 40n, status: "SETTLED" });
      await refuses("WALLET_SHORT", objection(spending()));
    });

    it("looks at the latest payouts first, and at no more of them than it takes", async () => {
      here.balance = 970n;
      for (const name of ["latest", "before", "long ago"])
        here.paid.push({ payoutId: word(name).slice(2), amount: 20n });
      for (const name of ["latest", "before"]) here.payouts.set(word(name), { ...here.payout, amount: 20n });
      expect(await objection(spending())).to.equal(undefined);
      expect(here.asked).to.deep.equal([PAYOUT, word("latest"), word("before")]);
    });
  });

  describe("given a void, or upkeep", () => {
    it("allows a void of what is authorised with that token, counted by its fee", async () => {
      here.read = { kind: "void", payoutId: PAYOUT.slice(2), token: TOKEN, fee: 9n };
      expect(await policyIn(here).judge(spending())).to.deep.equal({
        spend: { window: `${CHAIN}/upkeep`, amount: 9n, cap: 50n },
      });
      // Also while the chain is held: voiding can't be stopped.
      here.open = false;
      expect(await objection(spending())).to.equal(undefined);
      change({ token: tokenWord(token("other")) });
      expect(await objection(spending())).to.be.a("string");
    });

    describe("of a payout that has ended without it", () => {
      const none = `0x${"00".repeat(32)}`;
      beforeEach(() => {
        here.read = { kind: "void", payoutId: PAYOUT.slice(2), token: TOKEN, fee: 9n };
      });

      for (const status of ["CANCELLED", "SETTLED", "REFUNDED"]) {
        it(`given one that is ${status}, allows a void of a token that it had in vain, counted by its fee`, async () => {
          const other = status === "CANCELLED" ? none : tokenWord(token("other"));
          change({ status, token: other });
          expect(await policyIn(here).judge(spending())).to.deep.equal({
            spend: { window: `${CHAIN}/upkeep`, amount: 9n, cap: 50n },
          });
          here.open = false;
          expect(await objection(spending()), "voiding can't be stopped").to.equal(undefined);
        });
      }

      for (const status of ["NONE", "REQUESTED", "VOIDED"]) {
        it(`given one that is ${status}, refuses: it may still be authorised, or tried again`, async () => {
          change({ status, token: none });
          expect(await objection(spending())).to.include(`the payout is ${status}`);
        });
      }

      it("given the token that it ended by, refuses", async () => {
        for (const status of ["SETTLED", "REFUNDED"]) {
          change({ status });
          expect(await objection(spending())).to.include("has ended by this conflict token");
        }
      });

      it("given a payout of another asset or chain, refuses", async () => {
        change({ status: "CANCELLED", token: none, asset: 8n });
        expect(await objection(spending())).to.include("another asset");
        change({ status: "CANCELLED", token: none, chain: chainHash("bip122:other") });
        expect(await objection(spending())).to.include("another chain");
      });

      it("given a token that it never bound, asks what it asks of a token's statement: free, or not at all", async () => {
        change({ status: "CANCELLED", token: none });
        here.free = false;
        expect(await objection(spending())).to.include("not the wallet's, not final, or spent");
        here.tokens.push(TOKEN);
        expect(await objection(spending()), "a void that replaces its own").to.equal(undefined);
      });
    });

    describe("given upkeep", () => {
      const UPKEEP = upkeepId("ab".repeat(16));
      const asked = () => spending({ effect: UPKEEP });
      beforeEach(() => {
        here.read = { kind: "upkeep", effect: UPKEEP, token: TOKEN, fee: 9n };
      });

      it("allows it under the fee's cap, for the effect that it says", async () => {
        expect(await objection(asked())).to.equal(undefined);
        here.read = { ...here.read, fee: 21n };
        expect(await objection(asked())).to.be.a("string");
        here.read = { kind: "upkeep", effect: upkeepId("cd".repeat(16)), token: TOKEN, fee: 9n };
        expect(await objection(asked())).to.be.a("string");
      });

      it("binds no token to it under a payout's id, which would keep that from being paid", async () => {
        here.read = { kind: "upkeep", effect: PAYOUT.slice(2), token: TOKEN, fee: 9n };
        expect(await objection(spending())).to.include("may be a payout's");
      });

      it("doesn't pay for it with the customers' coins", async () => {
        here.supply = here.balance - 9n;
        expect(await objection(asked())).to.equal(undefined);
        here.supply = here.balance - 8n;
        expect(await objection(asked()).catch(withCode)).to.equal("WALLET_SHORT");
      });

      it("binds no token to what says of it what isn't so, but to what it has bound it to before", async () => {
        here.tokenIsTrue = false;
        expect(await objection(asked())).to.include("something else than it says");
        here.tokenIsTrue = undefined;
        expect(await objection(asked()).catch(withCode)).to.equal("TOKEN_UNSEEN");
        here.tokens.push(TOKEN);
        expect(await objection(asked())).to.equal(undefined);
      });
    });
  });
});
