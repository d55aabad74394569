import { expect } from "chai";
import { AbiCoder, concat, type HDNodeWallet, id as hashOf, Wallet } from "ethers";
import { localKeys } from "../../../deploy/config/local-keys.ts";
import { type Statement, statementDigest } from "../../../src/gateway/statement.ts";
import { Committee__factory } from "../../../typechain-types/factories/contracts/gateway/Committee__factory.ts";
import { Gateway__factory } from "../../../typechain-types/factories/contracts/gateway/Gateway__factory.ts";
import type { Stage } from "../stage.ts";
import type { Story } from "../stories.ts";
import { assetId, DAY, heldUntil, payer, refusal } from "../world.ts";

const rising = <T extends { readonly address: string }>(keys: readonly T[]): T[] =>
  [...keys].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
const THIEVES: readonly HDNodeWallet[] = rising(localKeys.committee).slice(0, 2);
const MEMBERS = rising(Array.from({ length: 3 }, () => Wallet.createRandom()));
/** What is said of a message. */
const CONTENTS = [hashOf("it arrived"), hashOf("it did not")] as const;

function contracts({ addresses, connection }: Stage) {
  const { provider } = connection.ethers;
  return {
    gateway: Gateway__factory.connect(addresses.gateway, provider),
    committee: Committee__factory.connect(addresses.committee, provider),
  };
}

/** A statement's proof, by some keys of an epoch. */
function proof(stage: Stage, keys: readonly HDNodeWallet[], epoch: number, statement: Statement): string {
  const { chainId, committee } = stage.addresses;
  const digest = statementDigest(statement, BigInt(chainId), committee);
  const signatures = keys.map((key) => key.signingKey.sign(digest).serialized);
  return AbiCoder.defaultAbiCoder().encode(["uint32", "bytes"], [epoch, concat(signatures)]);
}

/** Two of a committee contradict themselves about a message, and anyone shows it. */
function contradiction(stage: Stage, keys: readonly HDNodeWallet[], epoch: number, message: string) {
  const chain = stage.words.get("CHAIN") ?? "";
  const said = CONTENTS.map((content) => [
    content,
    proof(stage, keys, epoch, { chain, messageId: message, content }),
  ]);
  const [[contentA = "", proofA = ""] = [], [contentB = "", proofB = ""] = []] = said;
  return [chain, message, contentA, proofA, contentB, proofB] as const;
}

export const committeeStolen: Story = {
  title: "the chain is open again, under a committee of other keys, and the thieves' word counts no more",

  async given(stage) {
    const { gateway, committee } = contracts(stage);
    const { chain } = await gateway.foreignOf(assetId(stage, "ltc"));
    stage.words.set("CHAIN", chain);
    const message = hashOf("a message");
    const shown = contradiction(stage, THIEVES, 1, message);
    await (await gateway.connect(await payer(stage)).proveEquivocation(...shown)).wait();
    stage.edit("hold-chain.yaml", { CHAIN_ACCOUNT: await gateway.chainAccount(chain) });
    stage.edit("replace-committee.yaml", {
      ...Object.fromEntries(MEMBERS.map(({ address }, at) => [`MEMBER_${at + 1}`, address])),
      ...{ HALTED_BY: message, '"CHAIN"': `"${chain}"`, UNTIL: String((await stage.now()) + 30 * DAY) },
      EPOCH: String(await committee.current()),
    });
    stage.edit("revoke-committee.yaml", { "[EPOCH]": "[1]" });
  },

  tests: {
    async held(stage) {
      const { gateway } = contracts(stage);
      const chain = stage.words.get("CHAIN") ?? "";
      expect(await gateway.isOpen(chain)).to.equal(false);
      const account = await gateway.chainAccount(chain);
      expect(await heldUntil(stage, account)).to.be.greaterThan((await stage.now()) + 6 * DAY);
    },
    async rotated(stage) {
      const { gateway, committee } = contracts(stage);
      expect(await committee.current()).to.equal(2n);
      expect(await gateway.haltOf(stage.words.get("CHAIN") ?? "")).to.equal(`0x${"00".repeat(32)}`);
      // Held still, whatever the halt.
      expect(await gateway.isOpen(stage.words.get("CHAIN") ?? "")).to.equal(false);
      const again = contradiction(stage, THIEVES, 1, hashOf("another message"));
      expect(await refusal(gateway.proveEquivocation.staticCall(...again), committee)).to.equal(
        "Committee_EpochEnded",
      );
    },
    async revoked(stage) {
      const { gateway, committee } = contracts(stage);
      expect((await committee.epochOf(1)).revoked).to.equal(true);
      const again = contradiction(stage, THIEVES, 1, hashOf("another message"));
      expect(await refusal(gateway.proveEquivocation.staticCall(...again), committee)).to.equal(
        "Committee_EpochRevoked",
      );
    },
    async open(stage) {
      const { gateway, committee } = contracts(stage);
      const chain = stage.words.get("CHAIN") ?? "";
      expect(await gateway.isOpen(chain)).to.equal(true);
      const statement = { chain, messageId: hashOf("a third message"), content: CONTENTS[0] };
      const said = proof(stage, MEMBERS.slice(0, 2), 2, statement);
      expect(await committee.verify(statement, said)).to.equal(2n);
    },
  },
};
