import { expect } from "chai";
import { id as hashOf } from "ethers";
import { handleOf } from "../../src/gateway/destination.ts";
import {
  chainHash,
  outcomeContent,
  outcomeMessage,
  tokenMessage,
  tokenWord,
} from "../../src/gateway/statement.ts";
import { payoutIn } from "../support/gatewayFixture.ts";
import { attest, COIN, creditLitecoin } from "./foreign.ts";
import { connection, DAY, scene } from "./scene.ts";

/** Small enough for the asset's lane to let it pass within a day. */
const PART = COIN / 20n;
const SCRIPT = `5120${"ab".repeat(32)}`;
const TX = "c1".repeat(32);

describe("The deployed gateway", () => {
  it("credits litecoin, limits it like any other asset, and pays it out once", async () => {
    const s = await scene();
    const { gateway, vault } = s.contracts;
    const account = s.mallory.address;
    const { name, chain, asset: ltc } = await creditLitecoin(s, account, 3n * COIN);
    expect(await vault.balanceOf(account, ltc)).to.equal(3n * COIN);

    await gateway.registerDestination(account, chain, `0x${SCRIPT}`);
    const handle = handleOf({ account, chain: name, script: SCRIPT });
    const owner = vault.connect(s.mallory);
    const receipt = await (await owner.withdraw(ltc, PART, handle)).wait();
    const queued = receipt?.logs
      .map((log) => vault.interface.parseLog(log))
      .find((log) => log?.name === "Queued");
    // Fresh, to a new destination, by an unverified customer: it waits.
    const exit = queued?.args.exit.toArray();
    await connection.networkHelpers.time.increase(9n * DAY);
    let released = vault.release(exit);
    if (((await (await released).wait())?.logs.length ?? 0) < 2) {
      await connection.networkHelpers.time.increase(9n * DAY);
      released = vault.release(exit);
    }
    const { id } = await payoutIn(gateway, released);
    const token = tokenWord({ kind: "outpoint", value: `${"aa".repeat(32)}:0` });
    const said = await attest(s, { chain, messageId: tokenMessage(id, 1n), content: token });
    await gateway.authorise(id, token, said);
    const paid = await attest(s, {
      chain,
      messageId: outcomeMessage(id, 1n),
      content: outcomeContent("PAID", TX),
    });
    await gateway.settle(id, `0x${TX}`, paid);
    await expect(gateway.settle(id, `0x${TX}`, paid)).to.be.revertedWithCustomError(gateway, "Gateway_NotIn");
    expect(await vault.balanceOf(account, ltc)).to.equal(3n * COIN - PART);
    expect((await vault.assetOf(ltc)).liabilities).to.equal(3n * COIN - PART);
  });

  it("serves nobody but who the role graph names", async () => {
    const s = await scene();
    const { gateway, committee } = s.contracts;
    const chain = chainHash(s.config.gateway.chains[0]?.chain ?? "");
    const none = { chain, txId: hashOf("transaction"), index: 0n, account: s.mallory, asset: 0n, amount: 1n };
    const stranger = { gateway: gateway.connect(s.mallory), committee: committee.connect(s.mallory) };
    const calls: readonly (() => Promise<unknown>)[] = [
      () => stranger.gateway.addAsset(s.assets.usd ?? 0n),
      () => stranger.gateway.refuse(none),
      () => stranger.gateway.recall(hashOf("payout")),
      () => stranger.gateway.resume(chain, hashOf("message")),
      () => stranger.gateway.succeed(s.mallory),
      () => stranger.gateway.set(hashOf("key"), 0, 0, 0),
      () => stranger.gateway.tighten(hashOf("key"), 0),
      () => stranger.committee.rotate(1, s.mallory, 0, 0),
      () => stranger.committee.revoke(1),
    ];
    for (const call of calls) {
      await expect(call()).to.be.revertedWithCustomError(gateway, "AccessManagedUnauthorized");
    }
  });
});
