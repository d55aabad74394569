import { expect } from "chai";
import type { ConflictToken, EffectStatus, Hex, UnsignedTx } from "../../src/chains/chain.ts";
import { RetryableError, TerminalError } from "../../src/core/errors.ts";
import {
  chainHash,
  depositContent,
  depositId,
  type Outcome,
  outcomeContent,
  outcomeMessage,
  type Statement,
  tokenMessage,
  tokenWord,
} from "../../src/gateway/statement.ts";
import { GatewayPolicy } from "../../src/signing/gateway-policy.ts";
import type { ForeignTransaction, PayoutAtFinal, SeenDeposit } from "../../src/signing/gateway-view.ts";
import type { SigningRequest } from "../../src/signing/signer.ts";
import { refuses } from "../support/refusal.ts";
import { CHAIN, word } from "./signing-stage.ts";

const VAULT = "0x00000000000000000000000000000000000000aa";
const ACCOUNT = "0x00000000000000000000000000000000000000bb";
const HOME = 31337n;
const ASSET = 7n;
const PAYOUT = word("payout");
const SCRIPT: Hex = `0014${"11".repeat(20)}`;
const TX = "77".repeat(32);
const token = (name: string): ConflictToken => ({
  chain: CHAIN,
  kind: "outpoint",
  value: `${word(name).slice(2)}:0`,
});
const TOKEN = token("anchor");

/** Both chains as one signer's nodes show them: everything is well unless a test says otherwise. */
function world() {
  const payout: PayoutAtFinal = {
    status: "AUTHORISED",
    attempt: 1n,
    asset: ASSET,
    amount: 500n,
    token: tokenWord(TOKEN),
    chain: chainHash(CHAIN),
    script: SCRIPT,
  };
  const read: ForeignTransaction = {
    kind: "payout",
    payoutId: PAYOUT.slice(2),
    token: TOKEN,
    recipientScript: SCRIPT,
    amount: 500n,
    fee: 10n,
  };
  return {
    payouts: new Map<string, PayoutAtFinal>([[PAYOUT, payout]]),
    payout,
    open: true,
    supply: 1_000n,
    balance: 1_010n,
    paid: [] as { payoutId: Hex; amount: bigint }[],
    read: read as ForeignTransaction,
    readFault: undefined as Error | undefined,
    deposit: { account: ACCOUNT, amount: 5n, final: true } as SeenDeposit | undefined,
    free: true,
    status: new Map<string, EffectStatus>(),
    tokens: [] as ConflictToken[],
    denied: new Set<Hex>(),
    down: false,
  };
}

type World = ReturnType<typeof world>;

function policyIn(here: World): GatewayPolicy {
  const alive = () => {
    if (here.down) throw new RetryableError("NODES_UNAVAILABLE", "of 3 nodes 1 answered");
  };
  const none: PayoutAtFinal = { ...here.payout, status: "NONE", amount: 0n, token: `0x${"00".repeat(32)}` };
  return new GatewayPolicy({
    chain: CHAIN,
    homeChainId: HOME,
    vault: VAULT,
    asset: ASSET,
    gateway: {
      atFinal: async () => {
        alive();
        return {
          payoutOf: async (id) => here.payouts.get(id) ?? none,
          supply: async () => here.supply,
          isOpen: async () => here.open,
        };
      },
    },
    foreign: {
      depositAt: async () => {
        alive();
        return here.deposit;
      },
      effectStatus: async (_effect, { value }) => here.status.get(value) ?? { is: "absent" },
      isFree: async () => here.free,
      balance: async () => here.balance,
      paid: async () => here.paid,
      read: () => {
        if (here.readFault !== undefined) throw here.readFault;
        return here.read;
      },
    },
    limits: { fee: 20n, payouts: 900n, credits: 90n, upkeep: 50n, denied: here.denied },
    tokensOf: async () => here.tokens,
  });
}

const UNSIGNED: UnsignedTx = {
  chain: CHAIN,
  effect: PAYOUT.slice(2),
  token: TOKEN,
  body: "psbt",
  fee: 10n,
  rate: 1n,
};
const spending = (unsigned: Partial<UnsignedTx> = {}): SigningRequest => ({
  id: "r",
  key: "coins",
  purpose: { kind: "transaction", unsigned: { ...UNSIGNED, ...unsigned } },
  payloads: [],
});
const saying = (statement: Statement, facts: Record<string, string>): SigningRequest => ({
  id: "r",
  key: "statements",
  purpose: { kind: "statement", statement, facts },
  payloads: [],
});
const depositFacts = { kind: "deposit", txId: TX, index: "1", height: "8", block: TX, parent: TX };
const depositStatement = (content = depositContent(ACCOUNT, ASSET, 5n)): Statement => ({
  chain: chainHash(CHAIN),
  messageId: depositId({ chain: CHAIN, destination: HOME, vault: VAULT, txId: TX, index: 1 }),
  content,
});
const tokenSaying = (attempt = 1n, of = TOKEN) =>
  saying(
    { chain: chainHash(CHAIN), messageId: tokenMessage(PAYOUT, attempt), content: tokenWord(of) },
    {
      kind: "token",
      payoutId: PAYOUT,
      attempt: attempt.toString(),
      tokenKind: of.kind,
      tokenValue: of.value,
    },
  );
const outcomeSaying = (outcome: Outcome, txId = TX, named: ConflictToken | null = TOKEN) =>
  saying(
    {
      chain: chainHash(CHAIN),
      messageId: outcomeMessage(PAYOUT, 1n),
      content: outcomeContent(outcome, txId),
    },
    {
      ...{ kind: "outcome", payoutId: PAYOUT, attempt: "1", outcome, txId },
      ...(named === null ? {} : { tokenKind: named.kind, tokenValue: named.value }),
    },
  );

describe("GatewayPolicy", () => {
  let here: World;
  beforeEach(() => {
    here = world();
  });
  const objection = (request: SigningRequest) => policyIn(here).objection(request);
  const change = (some: Partial<PayoutAtFinal>) => {
    here.payouts.set(PAYOUT, { ...here.payout, ...some });
  };

  describe("given a payout's transaction", () => {
    it("allows the one that the ledger has authorised, and weighs it", async () => {
      const policy = policyIn(here);
      const request = spending();
      expect(await policy.objection(request)).to.equal(undefined);
      expect(await policy.weigh(request)).to.deep.equal({
        window: `${CHAIN}/payouts`,
        amount: 500n,
        cap: 900n,
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
  });

  describe("given a void, or upkeep", () => {
    it("allows a void of what is authorised with that token, counted by its fee", async () => {
      here.read = { kind: "void", payoutId: PAYOUT.slice(2), token: TOKEN, fee: 9n };
      const policy = policyIn(here);
      const request = spending();
      expect(await policy.objection(request)).to.equal(undefined);
      expect(await policy.weigh(request)).to.deep.equal({ window: `${CHAIN}/upkeep`, amount: 9n, cap: 50n });
      // Also while the chain is held: voiding can't be stopped.
      here.open = false;
      expect(await objection(spending())).to.equal(undefined);
      change({ token: tokenWord(token("other")) });
      expect(await objection(spending())).to.be.a("string");
    });

    it("allows upkeep under the fee's cap, for the effect that it says", async () => {
      here.read = { kind: "upkeep", effect: PAYOUT.slice(2), token: TOKEN, fee: 9n };
      expect(await objection(spending())).to.equal(undefined);
      here.read = { ...here.read, fee: 21n };
      expect(await objection(spending())).to.be.a("string");
      here.read = { kind: "upkeep", effect: word("other").slice(2), token: TOKEN, fee: 9n };
      expect(await objection(spending())).to.be.a("string");
    });
  });

  describe("given a statement about a deposit", () => {
    it("allows what it sees itself, and weighs it", async () => {
      const policy = policyIn(here);
      const request = saying(depositStatement(), depositFacts);
      expect(await policy.objection(request)).to.equal(undefined);
      expect(await policy.weigh(request)).to.deep.equal({ window: `${CHAIN}/credits`, amount: 5n, cap: 90n });
    });

    it("refuses another account, amount, asset, output, chain or Vault", async () => {
      for (const content of [
        depositContent(VAULT, ASSET, 5n),
        depositContent(ACCOUNT, ASSET, 6n),
        depositContent(ACCOUNT, 8n, 5n),
      ]) {
        expect(await objection(saying(depositStatement(content), depositFacts))).to.be.a("string");
      }
      expect(await objection(saying(depositStatement(), { ...depositFacts, index: "2" }))).to.be.a("string");
      expect(
        await objection(saying({ ...depositStatement(), chain: chainHash("bip122:x") }, depositFacts)),
      ).to.be.a("string");
      const foreign = depositId({ chain: CHAIN, destination: HOME, vault: ACCOUNT, txId: TX, index: 1 });
      expect(await objection(saying({ ...depositStatement(), messageId: foreign }, depositFacts))).to.be.a(
        "string",
      );
    });

    it("refuses what isn't there, waits for what isn't final, and does not guess when nodes are down", async () => {
      here.deposit = undefined;
      expect(await objection(saying(depositStatement(), depositFacts))).to.be.a("string");
      here.deposit = { account: ACCOUNT, amount: 5n, final: false };
      await refuses(
        "DEPOSIT_NOT_FINAL",
        objection(saying(depositStatement(), depositFacts)).catch(withAdvice),
      );
      here.down = true;
      expect(
        (await objection(saying(depositStatement(), depositFacts)).catch((error: unknown) => error)) as Error,
      ).to.be.instanceOf(RetryableError);
    });

    it("refuses facts of no known kind", async () => {
      for (const facts of [
        {},
        { kind: "other" },
        { ...depositFacts, more: "1" },
        { ...depositFacts, index: "-1" },
      ]) {
        expect(await objection(saying(depositStatement(), facts as Record<string, string>))).to.be.a(
          "string",
        );
      }
    });
  });

  describe("given a statement that gives a payout its token", () => {
    it("allows a free token for a payout that is requested", async () => {
      change({ status: "REQUESTED", token: `0x${"00".repeat(32)}` });
      expect(await objection(tokenSaying())).to.equal(undefined);
    });

    it("refuses another attempt, a token that isn't free, a denied recipient, and what is authorised already", async () => {
      expect(await objection(tokenSaying())).to.be.a("string");
      change({ status: "REQUESTED" });
      expect(await objection(tokenSaying(2n))).to.be.a("string");
      here.free = false;
      expect(await objection(tokenSaying())).to.be.a("string");
      here.free = true;
      here.denied.add(SCRIPT);
      expect(await objection(tokenSaying())).to.be.a("string");
      here.denied.clear();
      here.tokens.push(token("former"));
      expect(await objection(tokenSaying())).to.be.a("string");
      here.tokens.pop();
      here.open = false;
      await refuses("CHAIN_CLOSED", objection(tokenSaying()));
    });

    it("refuses a statement that its facts don't make", async () => {
      change({ status: "REQUESTED" });
      const { purpose } = tokenSaying();
      if (purpose.kind !== "statement") throw new Error("not a statement");
      const other = { ...purpose.facts, tokenValue: token("other").value };
      expect(await objection(saying(purpose.statement, other))).to.be.a("string");
    });
  });

  describe("given a statement about a payout's end", () => {
    it("allows what finally happened to the authorised token, and nothing else", async () => {
      const ends = { PAID: "done", VOIDED: "impossible" } as const;
      for (const [outcome, is] of Object.entries(ends) as [Outcome, "done" | "impossible"][]) {
        here.status.set(TOKEN.value, { is, txId: TX, final: true });
        expect(await objection(outcomeSaying(outcome))).to.equal(undefined);
        expect(await objection(outcomeSaying(outcome, "66".repeat(32)))).to.be.a("string");
        const other = outcome === "PAID" ? "VOIDED" : "PAID";
        expect(await objection(outcomeSaying(other))).to.be.a("string");
        here.status.set(TOKEN.value, { is, txId: TX, final: false });
        expect(
          (await objection(outcomeSaying(outcome)).catch((error: unknown) => error)) as Error,
        ).to.be.instanceOf(RetryableError);
      }
    });

    it("never takes another token's fate for this one's", async () => {
      here.status.set(token("other").value, { is: "impossible", txId: TX, final: true });
      await refuses("TOKEN_UNKNOWN", objection(outcomeSaying("VOIDED", TX, token("other"))));
      await refuses("TOKEN_UNKNOWN", objection(outcomeSaying("VOIDED", TX, null)));
      here.tokens.push(TOKEN);
      here.status.set(TOKEN.value, { is: "impossible", txId: TX, final: true });
      expect(await objection(outcomeSaying("VOIDED", TX, null))).to.equal(undefined);
    });

    it("refuses it for a payout that isn't authorised", async () => {
      here.status.set(TOKEN.value, { is: "done", txId: TX, final: true });
      for (const status of ["NONE", "REQUESTED", "SETTLED", "VOIDED", "REFUNDED", "CANCELLED"]) {
        change({ status });
        expect(await objection(outcomeSaying("PAID")), status).to.be.a("string");
      }
    });
  });
});

/** Nothing can be done about what is only early. */
function withAdvice(error: unknown): never {
  if (error instanceof RetryableError && error.advice === undefined) {
    throw new RetryableError(error.code, error.message, { advice: "Wait." });
  }
  throw error;
}
