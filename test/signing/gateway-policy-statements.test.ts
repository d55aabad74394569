import { expect } from "chai";
import { RetryableError } from "../../src/core/errors.ts";
import { chainHash, depositContent, depositId, type Outcome } from "../../src/gateway/statement.ts";
import type { PayoutAtFinal } from "../../src/signing/gateway-view.ts";
import type { SigningRequest } from "../../src/signing/signer.ts";
import { refuses } from "../support/refusal.ts";
import {
  ACCOUNT,
  ASSET,
  depositFacts,
  depositStatement,
  HOME,
  outcomeSaying,
  PAYOUT,
  policyIn,
  SCRIPT,
  saying,
  TOKEN,
  TX,
  token,
  tokenSaying,
  VAULT,
  type World,
  world,
} from "./gateway-world.ts";
import { CHAIN } from "./signing-stage.ts";

describe("GatewayPolicy, asked for statements", () => {
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

  describe("given a statement about a deposit", () => {
    it("allows what it sees itself, and weighs it", async () => {
      expect(await policyIn(here).judge(saying(depositStatement(), depositFacts))).to.deep.equal({
        spend: { window: `${CHAIN}/credits`, amount: 5n, cap: 90n },
      });
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
