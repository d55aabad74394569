import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Contract, concat, id, TypedDataEncoder, ZeroAddress } from "ethers";
import hre from "hardhat";
import type { SafeTransaction } from "../../../src/governance/safe.ts";
import { safeArtifact } from "../../../src/governance/safe-contracts.ts";
import {
  asOnLedger,
  DOMAIN_TYPEHASH,
  SAFE_TX_TYPEHASH,
  SAFE_TX_TYPES,
  safeHashes,
} from "../../../src/governance/wallets/safe-hashes.ts";
import { realSafes } from "../../support/realSafes.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function oneSafe() {
  const [relayer, anna, bert] = await ethers.getSigners();
  if (!relayer || !anna || !bert) throw new Error("too few signers");
  const safe = await (await realSafes(ethers, relayer)).make([anna, bert], 2);
  const handler = new Contract(safe.address, safeArtifact("fallbackHandler").abi as never, relayer);
  return { safe, handler, anna };
}

/** The arguments of the contract's own functions that hash. */
function words(transaction: SafeTransaction): unknown[] {
  const { to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce } =
    transaction;
  return [to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce];
}

describe("the hashes of a Safe's transaction", () => {
  const setup = () => networkHelpers.loadFixture(oneSafe);

  it("are those that an independent tool and a Ledger showed for a transaction of Arbitrum", () => {
    const vector = JSON.parse(readFileSync("test/vectors/safe-transaction-hashes.json", "utf8"));
    const { domain, message, safeTx } = safeHashes(vector.transaction, {
      chainId: BigInt(vector.chainId),
      safe: vector.safe,
    });
    expect(asOnLedger(domain)).to.equal(vector.domainHash);
    expect(asOnLedger(message)).to.equal(vector.messageHash);
    expect(safeTx).to.equal(vector.safeTxHash);
  });

  it("stand on the type hashes that Safe.sol names", () => {
    expect(id("EIP712Domain(uint256 chainId,address verifyingContract)")).to.equal(DOMAIN_TYPEHASH);
    expect(id(TypedDataEncoder.from(SAFE_TX_TYPES).encodeType("SafeTx"))).to.equal(SAFE_TX_TYPEHASH);
  });

  for (const [what, call, nonce] of [
    ["a bare call", { to: "0x00000000000000000000000000000000000000A1", data: "0x" }, 0n],
    ["a call with value and data", { to: ZeroAddress, data: "0xdeadbeef", value: 5n }, 7n],
    [
      "data that fills no word, and a large nonce",
      { to: ZeroAddress, data: `0x${"ab".repeat(1001)}` },
      2n ** 200n,
    ],
  ] as const) {
    it(`given ${what}, agree with the Safe's own functions`, async () => {
      const { safe, handler } = await setup();
      const transaction = await safe.build(call, nonce);
      const { domain, message, safeTx } = safeHashes(transaction, safe.account);
      expect(await safe.contract.getFunction("domainSeparator").staticCall()).to.equal(domain);
      expect(
        await safe.contract.getFunction("getTransactionHash").staticCall(...words(transaction)),
      ).to.equal(safeTx);
      const encoded = await handler.getFunction("encodeTransactionData").staticCall(...words(transaction));
      expect(encoded).to.equal(concat(["0x1901", domain, message]));
      expect(safe.hash(transaction)).to.equal(safeTx);
    });
  }

  it("differ in the domain alone on another chain or for another Safe", async () => {
    const { safe, anna } = await setup();
    const transaction = await safe.build({ to: anna.address, data: "0x" });
    const here = safeHashes(transaction, safe.account);
    for (const account of [
      { ...safe.account, chainId: 1n },
      { ...safe.account, safe: anna.address },
    ]) {
      const there = safeHashes(transaction, account);
      expect(there.message).to.equal(here.message);
      expect(there.domain).not.to.equal(here.domain);
      expect(there.safeTx).not.to.equal(here.safeTx);
    }
  });
});
