import { concat, type HDNodeWallet } from "ethers";
import {
  chainHash,
  depositContent,
  depositId,
  type Statement,
  statementDigest,
} from "../../src/gateway/statement.ts";
import { ethers, type Scene } from "./scene.ts";

/** One whole litecoin, litoshi. */
export const COIN = 100_000_000n;
const TX = "c1".repeat(32);

/** What two of the deployed committee say. */
export async function attest(s: Scene, statement: Statement): Promise<string> {
  const digest = statementDigest(statement, BigInt(s.addresses.chainId), s.addresses.committee);
  const keys = [...(s.keys.committee as unknown as readonly HDNodeWallet[])].sort((a, b) =>
    BigInt(a.address) < BigInt(b.address) ? -1 : 1,
  );
  const signatures = keys.slice(0, 2).map((key) => key.signingKey.sign(digest).serialized);
  return ethers.AbiCoder.defaultAbiCoder().encode(["uint32", "bytes"], [1, concat(signatures)]);
}

/** Credits litecoin that the committee has seen arrive, by a transaction that is the same each time: once for each scene. */
export async function creditLitecoin(s: Scene, account: string, amount: bigint) {
  const [{ chain: name } = { chain: "" }] = s.config.gateway.chains;
  const chain = chainHash(name);
  const asset = s.assets.ltc ?? 0n;
  const messageId = depositId({
    ...{ chain: name, destination: BigInt(s.addresses.chainId), vault: s.addresses.vault },
    ...{ txId: TX, index: 0 },
  });
  const content = depositContent(account, asset, amount);
  const deposit = { chain, txId: `0x${TX}`, index: 0n, account, asset, amount };
  await s.contracts.gateway.credit(deposit, await attest(s, { chain, messageId, content }));
  return { name, chain, asset };
}
