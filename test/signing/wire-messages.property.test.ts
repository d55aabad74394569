import { expect } from "chai";
import fc from "fast-check";
import { StrongroomError, type TerminalError } from "../../src/core/errors.ts";
import { FrameReader, frame } from "../../src/signing/transport/frames.ts";
import { RateLimit } from "../../src/signing/transport/rate-limit.ts";
import { METHODS, type Method, wireText } from "../../src/signing/wire-messages.ts";
import { propertyCases } from "../../src/testing/property-cases.ts";
import { person } from "./group-fixture.ts";
import { stagedSigner, transaction, transactionRequest } from "./signing-stage.ts";

describe("messages on the wire", () => {
  it("come out as they went in, in whatever pieces they arrive", () => {
    fc.assert(
      fc.property(
        fc.array(fc.json(), { maxLength: 6 }),
        fc.array(fc.nat(40), { minLength: 1 }),
        (texts, cuts) => {
          const bytes = Buffer.concat(texts.map((text) => frame(text)));
          const reader = new FrameReader();
          const got: unknown[] = [];
          let at = 0;
          for (let turn = 0; at < bytes.length; turn++) {
            const size = 1 + (cuts[turn % cuts.length] ?? 0);
            got.push(...reader.read(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(JSON.stringify(got)).to.equal(
            JSON.stringify(texts.map((text) => JSON.parse(text) as unknown)),
          );
          expect(reader.waiting).to.equal(false);
        },
      ),
      { numRuns: propertyCases() },
    );
  });

  it("either come out or are refused with a reason, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          for (const message of new FrameReader().read(Buffer.from(bytes)))
            expect(message).not.to.equal(undefined);
        } catch (error) {
          expect((error as TerminalError).code).to.match(/^FRAME_(TOO_LONG|MALFORMED)$/);
        }
      }),
      { numRuns: propertyCases() },
    );
  });

  it("are parsed or refused as questions, whatever they hold", () => {
    const methods = Object.keys(METHODS) as Method[];
    fc.assert(
      fc.property(fc.constantFrom(...methods), fc.anything({ maxDepth: 4 }), (method, params) => {
        expect(METHODS[method].ask.safeParse(params).success).to.be.a("boolean");
      }),
      { numRuns: propertyCases() },
    );
  });

  it("get an error that says what to do, or an answer, from a signer: whatever is asked", async () => {
    const anna = await stagedSigner(person("anna"));
    const methods = Object.keys(METHODS) as Method[];
    const request = transactionRequest(transaction("p"));
    const half = fc.oneof(
      fc.anything({ maxDepth: 3 }),
      fc.record({
        request: fc.oneof(fc.constant(JSON.parse(wireText(request))), fc.anything()),
        generation: fc.string(),
      }),
      fc.record({ session: fc.string(), commitments: fc.anything() }),
      fc.record({
        ceremony: fc.string(),
        session: fc.string(),
        openings: fc.anything(),
        shares: fc.anything(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), half, async (method, params) => {
        const failure = await anna.service.answer("relayer", method, params).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure !== undefined) expect(failure).to.be.instanceOf(StrongroomError);
        expect(anna.policy.asked).to.equal(0);
      }),
      { numRuns: propertyCases() },
    );
    await anna.close();
  });

  it("are bounded in number as time goes", () => {
    let now = 0;
    const limit = new RateLimit({ burst: 2, perSecond: 1 }, () => now);
    expect([1, 2, 3].map(() => limit.allows("a"))).to.deep.equal([true, true, false]);
    expect(limit.allows("b")).to.equal(true);
    now = 1_000;
    expect([1, 2].map(() => limit.allows("a"))).to.deep.equal([true, false]);
  });
});
