import { expect } from "chai";
import type { EffectExecutor } from "../../src/chains/chain.ts";
import { callOf } from "../../src/chains/evm/call-effect.ts";
import { RetryableError, TerminalError } from "../../src/core/errors.ts";
import { GATEWAY } from "../../src/gateway/abi.ts";
import { chainHash, tokenWord } from "../../src/gateway/statement.ts";
import { GatewayExecutor, submissionCall } from "../../src/relayer/gateway-executor.ts";
import { FOREIGN, NONCE, PAYOUT, TOKEN } from "./given-route.ts";

const PLACE = { gateway: `0x${"99".repeat(20)}`, account: `0x${"88".repeat(20)}` };
const ID = "cd".repeat(32);
const proof = "0x1234";
const TX = "ef".repeat(32);

describe("Submissions to the Gateway", () => {
  it("are calls of its functions, with exactly what was stated", () => {
    const account = `0x${"77".repeat(20)}`;
    const deposit = {
      depositId: PAYOUT,
      chain: FOREIGN,
      txId: TX,
      index: "3",
      account,
      asset: "7",
      amount: "300",
    };
    const expected: readonly (readonly [
      string,
      Readonly<Record<string, string>>,
      string,
      readonly unknown[],
    ])[] = [
      [
        "authorise",
        { payoutId: PAYOUT, token: tokenWord(TOKEN), proof },
        "authorise",
        [PAYOUT, tokenWord(TOKEN), proof],
      ],
      ["settle", { payoutId: PAYOUT, txId: TX, proof }, "settle", [PAYOUT, `0x${TX}`, proof]],
      ["voided", { payoutId: PAYOUT, txId: TX, proof }, "voided", [PAYOUT, `0x${TX}`, proof]],
      [
        "credit",
        { ...deposit, proof },
        "credit",
        [[chainHash(FOREIGN), `0x${TX}`, 3n, account, 7n, 300n], proof],
      ],
      ["mature", deposit, "mature", [[chainHash(FOREIGN), `0x${TX}`, 3n, account, 7n, 300n]]],
    ];
    for (const [kind, data, name, values] of expected) {
      const call = callOf(submissionCall(PLACE, { id: ID, kind, data }));
      expect(call.to.toLowerCase(), kind).to.equal(PLACE.gateway);
      expect(call.data, kind).to.equal(GATEWAY.encodeFunctionData(name, values));
      expect(call.value).to.equal(0n);
    }
  });

  it("the committee's word for which counts no more get no nonce, and say so", async () => {
    const refused = new TerminalError("CALL_REFUSED", "no", {
      facts: { reason: "Committee_EpochEnded (1)" },
    });
    const inner = { chain: "eip155:1", reserve: () => Promise.reject(refused) } as unknown as EffectExecutor;
    const data = { payoutId: PAYOUT, token: tokenWord(TOKEN), proof };
    const reserving = new GatewayExecutor(inner, PLACE).reserve({ id: ID, kind: "authorise", data }, []);
    expect(await reserving.catch((error: TerminalError) => error.code)).to.equal("PROOF_ENDED");
  });

  it("that are for nothing move nothing, from the account to itself", () => {
    const call = callOf(submissionCall(PLACE, { id: ID, kind: "void", data: {} }));
    expect(call.to.toLowerCase()).to.equal(PLACE.account);
    expect([call.data, call.value]).to.deep.equal(["0x", 0n]);
    expect(() => submissionCall(PLACE, { id: ID, kind: "drain", data: {} })).to.throw("no call for drain");
  });

  it("that are refused mean what the contract's error says", async () => {
    const meaning = async (reason: string) => {
      const refused = new TerminalError("CALL_REFUSED", "A contract refuses a call", { facts: { reason } });
      const inner = { chain: "eip155:1", build: () => Promise.reject(refused) } as unknown as EffectExecutor;
      const effect = {
        id: ID,
        kind: "mature",
        data: { chain: FOREIGN, txId: TX, index: "0", account: PLACE.account, asset: "7", amount: "1" },
      };
      try {
        await new GatewayExecutor(inner, PLACE).build(effect, NONCE, { rate: 1n, cap: 1n }, []);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const ends = [
      "Committee_EpochEnded (3, 99)",
      "Committee_BadSignature (3)",
      "Gateway_CommitteeRevoked (3)",
    ];
    for (const reason of ends) {
      expect(await meaning(reason), reason)
        .to.be.instanceOf(TerminalError)
        .and.to.include({ code: "PROOF_ENDED" })
        .and.to.have.property("message")
        .that.includes(reason.split(" ")[0]);
    }
    for (const reason of ["Gateway_NotIn (0xab, 5)", "Gateway_Consumed (0xab)"]) {
      expect(await meaning(reason), reason)
        .to.be.instanceOf(RetryableError)
        .and.to.include({ code: "GATEWAY_MOVED" });
    }
    expect(await meaning("Gateway_UnknownAsset (7)")).to.include({ code: "CALL_REFUSED" });
  });
});
