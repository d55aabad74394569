import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  concat,
  dataSlice,
  getAddress,
  getCreate2Address,
  getCreateAddress,
  Interface,
  id,
  keccak256,
  Transaction,
  zeroPadValue,
} from "ethers";
import { TerminalError } from "../../src/core/errors.ts";
import { DEVELOPMENT_CHAINS } from "../chains.ts";
import type { DeployingChain } from "./deploying-chain.ts";

/** Where CreateX stands on every chain that has it (createx.rocks): its signer's first creation. */
export const CREATEX = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";
/** keccak-256 of the code there. */
export const CREATEX_CODE_HASH = "0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f";
/** The transaction that made it, signed once for all chains. */
const PRESIGNED_HASH = "0xb6274b80bc7cda162df89894c7748a5cb7ba2eaa6004183c41a1837c3b072f1e";
/** keccak-256 of the proxy's creation code, the same for every CREATE3 of CreateX. */
const CREATE3_PROXY_HASH = "0x21c35dbe1b344a2488cf3321d6ce542f8e9f305544ff09e4993a62319a497c1f";
/** `deployCreate3` may be called by the account in the salt only, and gives the same address on every chain. */
const SAME_ON_EVERY_CHAIN = "0x00";

const FACE = new Interface([
  "function deployCreate3(bytes32 salt, bytes initCode) payable returns (address)",
]);

/**
 * A salt that CreateX accepts from one account alone: its first 20 bytes are that account, the 21st says that the chain id
 * does not matter, and the last 11 are a name's hash.
 */
export function guardedSalt(deployer: string, name: string): string {
  return concat([deployer, SAME_ON_EVERY_CHAIN, dataSlice(id(name), 0, 11)]);
}

/**
 * Where CreateX puts what `deployer` creates under a name: code and constructor arguments don't matter.
 *
 * @example
 * create3Address(deployer.address, "strongroom/1/Vault");
 */
export function create3Address(deployer: string, name: string): string {
  const salt = keccak256(concat([zeroPadValue(deployer, 32), guardedSalt(deployer, name)]));
  const proxy = getCreate2Address(CREATEX, salt, CREATE3_PROXY_HASH);
  return getCreateAddress({ from: proxy, nonce: 1 });
}

/** The call of CreateX that creates it. */
export function create3Call(deployer: string, name: string, creation: string): { to: string; data: string } {
  return {
    to: CREATEX,
    data: FACE.encodeFunctionData("deployCreate3", [guardedSalt(deployer, name), creation]),
  };
}

/** The authors' own signed transaction, from Hardhat's copy of it. */
async function presigned(): Promise<Transaction> {
  const load = createRequire(import.meta.url);
  const home = dirname(load.resolve("@nomicfoundation/ignition-core/package.json"));
  const file = join(home, "dist/src/internal/execution/strategy/createx-artifact.js");
  if (existsSync(file)) {
    const { presignedTx } = (await import(pathToFileURL(file).href)) as { presignedTx?: string };
    const transaction = presignedTx === undefined ? undefined : Transaction.from(presignedTx);
    if (transaction?.hash === PRESIGNED_HASH) return transaction;
  }
  throw new TerminalError("CREATEX_UNKNOWN", "CreateX's presigned transaction is not where it was", {
    facts: { file },
    advice: "Install the locked dependencies again.",
  });
}

/**
 * Sees to it that CreateX stands. A development node gets it by the authors' presigned transaction; where the node refuses
 * that (a base fee above its 100 gwei, say), the code is put there.
 *
 * @throws TerminalError `CREATEX_MISSING` where it does not stand on another chain, `CREATEX_FOREIGN` for other code.
 */
export async function ensureCreateX({ provider, signer, chainId }: DeployingChain): Promise<void> {
  let code = await provider.getCode(CREATEX);
  if (code === "0x" && DEVELOPMENT_CHAINS.has(chainId)) {
    const transaction = await presigned();
    const maker = getAddress(transaction.from ?? CREATEX);
    const creation = transaction.data;
    const left = await provider.call({ from: maker, data: creation });
    try {
      const needed = transaction.gasLimit * (transaction.gasPrice ?? 0n) - (await provider.getBalance(maker));
      if (needed > 0n) await (await signer.sendTransaction({ to: maker, value: needed })).wait();
      const hash = String(await provider.send("eth_sendRawTransaction", [transaction.serialized]));
      await provider.waitForTransaction(hash, 1, 10_000);
    } catch {
      // Other code is left where another deployer's has just been mined: CreateX knows its own address, and it stands.
      if (keccak256(left) === CREATEX_CODE_HASH) await provider.send("hardhat_setCode", [CREATEX, left]);
    }
    code = await provider.getCode(CREATEX);
  }
  if (code === "0x") {
    throw new TerminalError("CREATEX_MISSING", "CreateX does not stand on this chain", {
      facts: { chainId, address: CREATEX },
      advice:
        "Have it deployed (createx.rocks says how; anyone may send its presigned transaction), and run the same command again.",
    });
  }
  if (keccak256(code) !== CREATEX_CODE_HASH) {
    throw new TerminalError("CREATEX_FOREIGN", "What stands at CreateX's address is not CreateX", {
      facts: { chainId, address: CREATEX, found: keccak256(code), expected: CREATEX_CODE_HASH },
      advice: "Do not deploy here: addresses would not be what they are elsewhere.",
    });
  }
}
