import { hex } from "@scure/base";
import { Address, OutScript, p2wpkh, Transaction } from "@scure/btc-signer";
import { pubECDSA, sha256 } from "@scure/btc-signer/utils.js";
import type { Hex } from "../chains/chain.ts";
import { type LitecoinNode, sameBlock } from "./litecoin-node.ts";

const NETWORK = { bech32: "rltc", pubKeyHash: 0x6f, scriptHash: 0x3a, wif: 0xef };
const MATURITY = 100;
/** Litoshi that each payment of the bank's pays the network. */
const FEE = 10_000n;

/** Somebody rich who isn't us: mines the blocks, and sends coins to whom a test likes. */
export interface LitecoinBank {
  readonly address: string;
  /** Sends one transaction with these outputs to all nodes, unmined; its id. The output numbers are as given. */
  send(outputs: readonly { readonly script: Hex; readonly amount: bigint }[], fee?: bigint): Promise<Hex>;
  /** An output script that nobody used yet. */
  freshScript(): Hex;
  /** An address that nobody used yet: blocks that are mined to it are like no others. */
  freshAddress(): string;
}

/** Mines enough blocks for `payments` payments by it, and then so many that these are mature. */
export async function openLitecoinBank(
  nodes: readonly LitecoinNode[],
  payments: number,
): Promise<LitecoinBank> {
  const [miner] = nodes;
  if (miner === undefined) throw new RangeError("a bank needs a node");
  const key = sha256(new TextEncoder().encode("strongroom test bank"));
  const payment = p2wpkh(pubECDSA(key), NETWORK);
  const address = payment.address ?? "";
  const hashes = (await miner.ask("generatetoaddress", payments, address)) as string[];
  await miner.mine(MATURITY, address);
  await sameBlock(nodes);
  let scripts = 0;

  const freshHash = () => sha256(Uint8Array.of(scripts >> 8, scripts++ & 0xff)).slice(0, 20);

  return {
    address,
    freshScript: () => hex.encode(OutScript.encode({ type: "wpkh", hash: freshHash() })),
    freshAddress: () => Address(NETWORK).encode({ type: "wpkh", hash: freshHash() }),
    send: async (outputs, fee = FEE) => {
      const hash = hashes.shift();
      if (hash === undefined) throw new RangeError("the bank has made all payments that it was opened for");
      const { tx } = (await miner.ask("getblock", hash, 2)) as {
        tx: { txid: string; vout: { value: number }[] }[];
      };
      const amount = BigInt(Math.round((tx[0]?.vout[0]?.value ?? 0) * 1e8));
      const transaction = new Transaction({ allowUnknownOutputs: true });
      transaction.addInput({
        txid: hex.decode(tx[0]?.txid ?? ""),
        index: 0,
        sequence: 0xff_ff_ff_fd,
        witnessUtxo: { amount, script: payment.script },
      });
      let left = amount - fee;
      for (const { script, amount } of outputs) {
        transaction.addOutput({ script: hex.decode(script), amount });
        left -= amount;
      }
      transaction.addOutput({ script: payment.script, amount: left });
      transaction.sign(key);
      transaction.finalize();
      for (const node of nodes) await node.ask("sendrawtransaction", transaction.hex, 0);
      return transaction.id;
    },
  };
}
