import { expect } from "chai";
import type { ConflictToken } from "../../src/chains/chain.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { tokenStream } from "../../src/relayer/stream-names.ts";
import type { StreamStore } from "../../src/relayer/stream-store.ts";
import { tokenGaps } from "../../src/relayer/token-gaps.ts";
import { brought, FOREIGN, final, HOME, PAYOUT, sighting, stores, TOKEN } from "./given-route.ts";

const REQUEST = final(
  sighting("PayoutRequested", { payoutId: PAYOUT, amount: "5", script: "0x", attempt: "1" }),
);
const CANCELLED = final(sighting("PayoutCancelled", { payoutId: PAYOUT }, 20));
const REFUSED: Command = {
  is: "failed",
  reason: { code: "CALL_REFUSED", why: "a test" },
  kind: "permanent",
};
const nonce = (value: number): ConflictToken => ({ chain: HOME, kind: "nonce", value: `0xabc:${value}` });
const [reserved, built, signed, sent] = brought("payment", TOKEN) as [Command, Command, Command, Command];
const IN_POOL: Command = { is: "looked", part: "payment", status: { is: "pending" }, at: 0 };

describe("Gaps of tokens", () => {
  /** A route's first store, what it is told, and its gaps: an output's chain, and an account's with its next nonce. */
  async function given() {
    const { journal, names, all } = await stores(1);
    const [store] = all as [StreamStore];
    return {
      names,
      store,
      close: () => journal.close(),
      async tell(stream: string, ...commands: readonly Command[]) {
        for (const command of commands) await store.tell(stream, command);
      },
      lanes: (of = store) => tokenGaps(of, names, FOREIGN, { free: [], balance: 0n }),
      nonces: (next: number) => tokenGaps(store, names, HOME, { free: [nonce(next)], balance: 0n }),
    };
  }

  it("given payouts on their way and one that is paid, are none", async () => {
    const { tell, lanes, nonces, close } = await given();
    await tell("r/out/1", ...REQUEST, reserved, ...brought("authorise", nonce(7)).slice(0, -1));
    await tell("r/out/2", ...REQUEST, ...brought("payment", { ...TOKEN, value: "paid:0" }));
    expect(await lanes()).to.equal(0);
    expect(await nonces(7)).to.equal(0);
    await close();
  });

  it("given a dead letter with a nonce for which no node has anything, are one, which the next ones wait behind", async () => {
    const { tell, nonces, close } = await given();
    const [reservedNonce, ...made] = brought("authorise", nonce(7)).slice(0, 3) as [Command, ...Command[]];
    await tell("r/out/1", ...REQUEST, reserved, reservedNonce, ...made, REFUSED);
    const other = { ...TOKEN, value: "other:0" };
    const later = brought("authorise", nonce(8)).slice(0, -1);
    await tell("r/out/2", ...REQUEST, { ...reserved, token: other } as Command, ...later);
    expect(await nonces(7)).to.equal(1);
    await close();
  });

  it("given a dead letter of whose nonce nothing was made, are none: that is spent on nothing", async () => {
    const { tell, nonces, close } = await given();
    await tell("r/out/1", ...REQUEST, reserved, brought("authorise", nonce(7))[0] as Command, REFUSED);
    expect(await nonces(7)).to.equal(0);
    await close();
  });

  it("given a dead letter's payment, are one until a node has it", async () => {
    const { tell, lanes, close } = await given();
    await tell("r/out/1", ...REQUEST, reserved, built, signed, sent, REFUSED);
    expect(await lanes()).to.equal(1);
    await tell("r/out/1", IN_POOL);
    expect(await lanes()).to.equal(0);
    await close();
  });

  it("given a token that was given up, are none while it is being spent on nothing, and one once that is a dead letter", async () => {
    const { tell, lanes, store, close } = await given();
    await tell("r/out/1", ...REQUEST, reserved, ...CANCELLED);
    expect(await lanes()).to.equal(0);
    await store.load(tokenStream(TOKEN));
    expect(await lanes(), "as a worker has it").to.equal(0);
    await tell(tokenStream(TOKEN), REFUSED);
    expect(await lanes()).to.equal(1);
    await close();
  });

  it("given a worker that has read nothing yet, are what the journal says", async () => {
    const { journal, names, all } = await stores(2);
    const [store, fresh] = all as [StreamStore, StreamStore];
    for (const command of [...REQUEST, reserved]) await store.tell("r/out/1", command);
    const report = { free: [], balance: 0n };
    expect(await tokenGaps(fresh, names, FOREIGN, report)).to.equal(0);
    await store.tell("r/out/1", REFUSED);
    expect(await tokenGaps(fresh, names, FOREIGN, report)).to.equal(1);
    expect([...fresh.loaded()], "nothing is kept of it").to.deep.equal([]);
    await journal.close();
  });

  it("given a token that nobody's stream has, are one; given another route's, none", async () => {
    const { journal, names, all, lease } = await stores(1);
    const [store] = all as [StreamStore];
    const taken = (stream: string, token: ConflictToken) =>
      journal.commit({
        appends: [
          {
            ...{ stream: tokenStream(token), expected: 0, open: true },
            events: [
              {
                type: "TokenTaken",
                data: { side: "foreign", token, effect: { id: "", kind: "", data: {} }, stream },
              },
            ],
          },
        ],
        lease,
      });
    await taken("r2/out/1", TOKEN);
    const count = () => tokenGaps(store, names, FOREIGN, { free: [], balance: 0n });
    expect(await count()).to.equal(0);
    await taken("r/out/1", { ...TOKEN, value: "lost:0" });
    expect(await count()).to.equal(1);
    await journal.close();
  });

  it("given nonces that were never taken below one that is, are as many", async () => {
    const { tell, nonces, close } = await given();
    await tell("r/out/1", ...REQUEST, reserved, ...brought("authorise", nonce(9)).slice(0, -1));
    expect(await nonces(9)).to.equal(0);
    expect(await nonces(7)).to.equal(2);
    expect(await nonces(10), "mined, and not final yet").to.equal(0);
    await close();
  });
});
