import { createHash } from "node:crypto";
import { expect } from "chai";
import { hexlify, randomBytes, ZeroHash } from "ethers";
import hre from "hardhat";
import type { SecretRegistry } from "../../../typechain-types/index.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** As Lightning nodes and UTXO scripts hash it. */
const sha256 = (secret: string) =>
  `0x${createHash("sha256")
    .update(Buffer.from(secret.slice(2), "hex"))
    .digest("hex")}`;

async function registered() {
  const [anna, bert] = await ethers.getSigners();
  if (anna === undefined || bert === undefined) throw new Error("the network has signers");
  const registry = (await ethers.deployContract("SecretRegistry")) as unknown as SecretRegistry;
  return { registry, anna, bert };
}

describe("SecretRegistry", () => {
  const fixture = () => networkHelpers.loadFixture(registered);
  const secret = () => hexlify(randomBytes(32));

  it("keeps when a secret was shown, and shows it to whoever waits for it elsewhere", async () => {
    const { registry, bert } = await fixture();
    const shown = secret();
    const time = (await networkHelpers.time.latest()) + 100;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await expect(registry.connect(bert).register(shown))
      .to.emit(registry, "SecretRegistered")
      .withArgs(sha256(shown), shown, time);
    expect(await registry.shownAt(sha256(shown))).to.equal(BigInt(time));
  });

  it("keeps the first time, whoever brings it again and however often", async () => {
    const { registry, anna, bert } = await fixture();
    const shown = secret();
    await registry.connect(anna).register(shown);
    const first = await registry.shownAt(sha256(shown));
    await networkHelpers.time.increase(1_000);
    await expect(registry.connect(bert).register(shown)).not.to.emit(registry, "SecretRegistered");
    await expect(registry.connect(bert).registerBatch([shown, shown])).not.to.emit(
      registry,
      "SecretRegistered",
    );
    expect(await registry.shownAt(sha256(shown))).to.equal(first);
  });

  it("answers zero for what was never shown", async () => {
    const { registry } = await fixture();
    await registry.register(secret());
    expect(await registry.shownAt(sha256(secret()))).to.equal(0n);
    expect(await registry.shownAt(ZeroHash)).to.equal(0n);
  });

  it("takes several at once, of which some stand already, and answers the hash", async () => {
    const { registry } = await fixture();
    const [known, ...fresh] = [secret(), secret(), secret()] as const;
    expect(await registry.register.staticCall(known)).to.equal(sha256(known));
    await registry.register(known);
    await networkHelpers.time.increase(10);
    const sent = registry.registerBatch([fresh[0], known, fresh[1], fresh[0]]);
    await expect(sent)
      .to.emit(registry, "SecretRegistered")
      .withArgs(sha256(fresh[0]), fresh[0], await now(sent));
    const logs = (await (await sent).wait())?.logs ?? [];
    expect(logs).to.have.length(2);
    for (const one of fresh) expect(await registry.shownAt(sha256(one))).to.equal(await now(sent));
    await expect(registry.registerBatch([])).not.to.emit(registry, "SecretRegistered");
  });

  it("knows the preimage of BOLT 3's test vectors and that of all zeros", async () => {
    const { registry } = await fixture();
    // https://github.com/lightning/bolts/blob/master/03-transactions.md, appendix C: htlc 1's preimage is 32 bytes of 0x01.
    const bolt = `0x${"01".repeat(32)}`;
    await registry.registerBatch([bolt, ZeroHash]);
    expect(
      await registry.shownAt("0x72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793"),
    ).to.be.greaterThan(0n);
    expect(
      await registry.shownAt("0x66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"),
    ).to.be.greaterThan(0n);
  });

  async function now(sent: Promise<{ getBlock(): Promise<{ timestamp: number } | null> }>): Promise<bigint> {
    return BigInt((await (await sent).getBlock())?.timestamp ?? 0);
  }
});
