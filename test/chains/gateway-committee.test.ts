import { schnorr } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { expect } from "chai";
import { AbiCoder, getBytes, id as hashOf, hexlify, type Wallet } from "ethers";
import hre from "hardhat";
import { type OpenEvm, openEvm } from "../../src/chains/evm/open-evm.ts";
import { RetryableError } from "../../src/core/errors.ts";
import { depositContent, type Statement } from "../../src/gateway/statement.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { GatewayCommittee, type StatementSigners } from "../../src/relayer/gateway-committee.ts";
import { GatewayExecutor } from "../../src/relayer/gateway-executor.ts";
import { Hands } from "../../src/relayer/hands.ts";
import type { RouteDesk } from "../../src/relayer/route-desk.ts";
import type { LoadedStream, StreamStore } from "../../src/relayer/stream-store.ts";
import type { MultisigVerifier, SchnorrVerifier } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { DAY, NEVER } from "../support/deployCore.ts";
import {
  committeeOf,
  type DepositTerms,
  deployGateway,
  type GatewayFixture,
  LITECOIN,
  signedBy,
} from "../support/gatewayFixture.ts";
import { type RpcServer, serveRpc } from "../support/rpc-server.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** Two of a committee's members, as a relayer has them configured. */
function multisig(key: string, keys: readonly Wallet[]): StatementSigners {
  return {
    ...{ key, scheme: "ecdsa" },
    sign: async ({ payloads }) =>
      payloads.map(({ digest }) => signedBy(keys.slice(0, 2), `0x${digest}`).slice(2)),
  };
}

const SECRET = getBytes(hashOf("a group's secret, which nobody has"));
/** A FROST group as its coordinator has it. */
const FROST: StatementSigners = {
  ...{ key: "statements-2", scheme: "bip340" },
  sign: async ({ payloads }) =>
    payloads.map(({ digest }) => bytesToHex(schnorr.sign(hexToBytes(digest), SECRET))),
};

interface Fixture extends GatewayFixture {
  readonly committeeAddress: string;
  readonly frost: SchnorrVerifier;
  readonly third: MultisigVerifier;
}

async function deployed(): Promise<Fixture> {
  const d = await deployGateway(ethers, networkHelpers);
  const frost = await deployAs<SchnorrVerifier>(ethers, "SchnorrVerifier", [
    BigInt(hexlify(schnorr.getPublicKey(SECRET))),
  ]);
  const addresses = committeeOf("third", 3).map(({ address }) => address);
  const third = await deployAs<MultisigVerifier>(ethers, "MultisigVerifier", [addresses, 2]);
  return { ...d, committeeAddress: await d.committee.getAddress(), frost, third };
}

describe("the committee through nodes", () => {
  const servers: RpcServer[] = [];
  let d: Fixture;
  let open: OpenEvm;
  let first: GatewayCommittee;
  let second: GatewayCommittee;
  before(async () => {
    for (let n = 0; n < 2; n++) servers.push(await serveRpc(connection.provider));
  });
  after(() => Promise.all(servers.map((server) => server.close())));
  beforeEach(async () => {
    d = await networkHelpers.loadFixture(deployed);
    open = openEvm(
      {
        ...{ chain: "eip155:31337", nodes: servers.map(({ url }) => ({ url })), gateway: d.gatewayAddress },
        ...{ finality: { by: "depth", blocks: 0 }, since: 0 },
      },
      { account: d.mallory.address, rate: "500000000000", total: "1000000000000000000", gas: "2000000" },
    );
    first = committee(multisig("statements", d.keys));
    second = committee(FROST);
  });

  function committee(signers: StatementSigners, address = d.committeeAddress): GatewayCommittee {
    return new GatewayCommittee(open.view, { chainId: 31_337n, address }, signers);
  }
  const statementOf = async (deposit: DepositTerms): Promise<Statement> => ({
    ...{ chain: d.chain, messageId: await d.depositId(deposit) },
    content: depositContent(deposit.account, deposit.asset, deposit.amount),
  });
  const epochIn = (proof: string): bigint =>
    AbiCoder.defaultAbiCoder().decode(["uint32", "bytes"], proof)[0] as bigint;
  /** That the Gateway credits a deposit by what this committee says of it, claimed for an epoch. */
  const credits = async (by: GatewayCommittee, epoch: bigint) => {
    const deposit = d.depositOf();
    const proof = await by.prove(await statementOf(deposit), {});
    expect(epochIn(proof)).to.equal(epoch);
    const { executor } = open;
    if (executor === undefined) throw new Error("An account was given");
    const submissions = new GatewayExecutor(executor, {
      ...{ gateway: d.gatewayAddress, account: d.mallory.address },
    });
    const data = {
      ...{ chain: LITECOIN, txId: deposit.txId.slice(2), index: "0", account: deposit.account },
      ...{ asset: deposit.asset.toString(), amount: deposit.amount.toString(), proof },
    };
    const effect = { id: "cd".repeat(32), kind: "credit", data };
    const token = await submissions.reserve(effect, []);
    // Built only where the whole call would succeed.
    await submissions.build(effect, token, await submissions.fee("normal"), []);
    await d.gateway.credit(deposit, proof);
  };
  const refusal = async (by: GatewayCommittee): Promise<RetryableError> => {
    const statement = await statementOf(d.depositOf());
    const said: unknown = await by.prove(statement, {}).then(
      () => new Error("It is proved"),
      (error: unknown) => error,
    );
    if (!(said instanceof RetryableError)) throw said;
    return said;
  };
  const rotate = async (expected: bigint, to: SchnorrVerifier | MultisigVerifier, overlap: bigint) =>
    d.committee.rotate(expected, to, overlap, NEVER);

  it("given one epoch / when its committee is asked / it is claimed", async () => {
    await credits(first, 1n);
  });

  it("given a rotation with an overlap / when the former committee is still the one that is asked / its own epoch is claimed, and credits", async () => {
    await rotate(1n, d.frost, DAY);
    await credits(first, 1n);
    await d.goTo((await d.now()) + DAY - 100n);
    await credits(first, 1n);
  });

  it("given a rotation with an overlap / when the new committee is asked / the new epoch is claimed, and credits", async () => {
    await rotate(1n, d.frost, DAY);
    await credits(second, 2n);
    await d.goTo((await d.now()) + DAY);
    await credits(second, 2n);
  });

  it("given that the overlap has ended / when the former committee is asked / it is to be waited, with what is configured and what counts", async () => {
    await rotate(1n, d.frost, DAY);
    await d.goTo((await d.now()) + DAY);
    const said = await refusal(first);
    expect(said.code).to.equal("KEY_NOT_IN_OFFICE");
    expect(said.message)
      .to.include("by statements: epoch 2 has another key, epoch 1 has ended")
      .and.to.include("Configure the committee of epoch 2");
    expect(said.facts).to.deep.include({ key: "statements", current: 2n });
  });

  it("given that the former epoch is revoked / when its committee is asked / it is refused, though the overlap goes on", async () => {
    await rotate(1n, d.frost, DAY);
    await d.committee.connect(d.riskOfficer).revoke(1n);
    expect((await refusal(first)).message).to.include("epoch 1 is revoked");
    await credits(second, 2n);
  });

  it("given that the rotation isn't executed yet / when the new committee is asked / it is to be waited, and then it counts", async () => {
    const said = await refusal(second);
    expect(said.code).to.equal("KEY_NOT_IN_OFFICE");
    expect(said.message)
      .to.include("by statements-2: epoch 1 has another key")
      .and.to.include("wait until the rotation to statements-2 is executed");
    await rotate(1n, d.frost, DAY);
    await credits(second, 2n);
  });

  it("given that one committee had followed another and was replaced at once / when each is asked / those count that the chain still takes", async () => {
    await rotate(1n, d.frost, 7n * DAY);
    await rotate(2n, d.third, 0n);
    await credits(first, 1n);
    await credits(committee(multisig("statements-3", committeeOf("third", 3))), 3n);
    expect((await refusal(second)).message).to.include("epoch 3 has another key, epoch 2 has ended");
  });

  it("given a signature of something else / when a statement is asked for / no epoch is claimed for it", async () => {
    await rotate(1n, d.frost, DAY);
    const other = multisig("statements", d.keys);
    const cheat: StatementSigners = {
      ...other,
      sign: (request) =>
        other.sign({
          ...request,
          payloads: [{ scheme: "ecdsa", digest: hashOf("something else").slice(2) }],
        }),
    };
    expect((await refusal(committee(cheat))).message).to.include("epoch 2 has another key, epoch 1 has");
  });

  it("given a proof by a former epoch / when another statement is shown with it / the chain doesn't take it", async () => {
    await rotate(1n, d.frost, DAY);
    const [one, other] = [await statementOf(d.depositOf()), await statementOf(d.depositOf())];
    const proof = await first.prove(one, {});
    expect(await d.committee.verify(one, proof)).to.equal(1n);
    for (const statement of [other, { ...one, content: hashOf("another content") }]) {
      await expect(d.committee.verify(statement, proof)).to.be.revertedWithCustomError(
        d.committee,
        "Committee_BadSignature",
      );
    }
  });

  it("given a key that isn't in office / when a message is worked on / nothing is stored of it", async () => {
    const told: Command[] = [];
    const store = { tell: async (_: string, command: Command) => told.push(command) > 0 };
    const handsOf = (by: GatewayCommittee) =>
      new Hands({
        desk: { committee: by } as unknown as RouteDesk,
        store: store as unknown as StreamStore,
        check: () => {},
        isLedgerRead: () => true,
      });
    const statement = await statementOf(d.depositOf());
    const intention = { do: "prove", what: "deposit", statement, facts: {} } as const;
    const stream = { stream: "ltc/in/1" } as LoadedStream;
    const said: unknown = await handsOf(second)
      .perform(stream, intention)
      .catch((error: unknown) => error);
    expect(said).to.include({ code: "KEY_NOT_IN_OFFICE", retryable: true });
    expect(told).to.deep.equal([]);
    await handsOf(first).perform(stream, intention);
    expect(told.map(({ is }) => is)).to.deep.equal(["proved"]);
  });

  it("given an address that is no Committee's / when it is asked / it is to be waited until that is mended", async () => {
    for (const address of [d.vaultAddress, d.anna.address]) {
      expect((await refusal(committee(multisig("statements", d.keys), address))).code).to.equal(
        "COMMITTEE_SILENT",
      );
    }
  });
});
