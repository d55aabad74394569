import { readFileSync } from "node:fs";
import { schnorr } from "@noble/curves/secp256k1.js";
import { base64, hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import { taprootTweakPrivKey } from "@scure/btc-signer/utils.js";
import { expect } from "chai";
import fc from "fast-check";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import {
  type LaneContent,
  laneOutputs,
  noteScript,
  type PayoutTransaction,
  readPayoutTransaction,
} from "../../src/chains/utxo/payout-transaction.ts";
import { dustLimit } from "../../src/chains/utxo/script-kind.ts";
import { signedTaproot, taprootPayloads } from "../../src/chains/utxo/taproot-signing.ts";
import {
  readUpkeepTransaction,
  UPKEEP_MARKS,
  type UpkeepKind,
  upkeepOutputs,
} from "../../src/chains/utxo/upkeep-transaction.ts";
import {
  MAX_INPUTS,
  psbtText,
  toPsbt,
  type UtxoWallet,
  type WalletInput,
  type WalletOutput,
  walletScript,
} from "../../src/chains/utxo/wallet-transaction.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import { propertyCases } from "../../src/testing/property-cases.ts";

const SECRET = hex.decode("0123456789abcdef".repeat(4));
const network = UTXO_NETWORKS.litecoin;
const wallet: UtxoWallet = {
  network,
  groupKey: hex.encode(schnorr.getPublicKey(SECRET)),
  home: "eip155:31337",
  vault: `0x${"5a".repeat(20)}`,
};
const own = walletScript(wallet, undefined).script;
const account = `0x${"ab".repeat(20)}`;
const payoutId = "c1".repeat(32);
const recipientScript = `0014${"d2".repeat(20)}`;
const outpoint = (n: number) => `${n.toString(16).padStart(64, "0")}:${n}`;

const anchor: WalletInput = { outpoint: outpoint(1), amount: network.anchor, account: undefined };
const inputs: readonly WalletInput[] = [
  anchor,
  { outpoint: outpoint(2), amount: 3_000_000n, account },
  { outpoint: outpoint(3), amount: 2_000_000n, account: undefined },
];
const payout: LaneContent = { kind: "payout", payoutId, recipientScript, amount: 4_000_000n };
const outputs = laneOutputs(wallet, payout, 990_000n);
const body = psbtText(wallet, { inputs, outputs });

/** What is said of a transaction with these changed; fails where it is taken. */
function refused(change: { inputs?: readonly WalletInput[]; outputs?: readonly WalletOutput[] }): string {
  return refusedText(psbtText(wallet, { inputs, outputs, ...change }));
}

function refusedText(
  text: string,
  read: (body: string, wallet: UtxoWallet) => unknown = readPayoutTransaction,
): string {
  try {
    read(text, wallet);
  } catch (error) {
    expect(error).to.be.instanceOf(StrongroomError);
    expect((error as StrongroomError).code).to.equal("TRANSACTION_UNACCEPTABLE");
    return (error as StrongroomError).message;
  }
  throw new Error("it was taken");
}

/** The honest transaction as the library has it, for changing what our own writer can't. */
const altered = (alter: (psbt: Transaction) => void): string => {
  const psbt = toPsbt(wallet, { inputs, outputs });
  alter(psbt);
  return base64.encode(psbt.toPSBT());
};

describe("reading a payout's transaction", () => {
  it("given one as it is laid out / when it is read / everything in it is said", () => {
    const read = readPayoutTransaction(body, wallet) as PayoutTransaction;
    const { txId, size, rate, ...rest } = read;
    expect(rest).to.deep.equal({
      kind: "payout",
      payoutId,
      recipientScript,
      amount: 4_000_000n,
      token: { chain: network.chain, kind: "outpoint", value: anchor.outpoint },
      anchor: { outpoint: `${txId}:0`, amount: network.anchor },
      change: 990_000n,
      fee: 10_000n,
      inputs,
    });
    expect(rate).to.equal((10_000n * 1_000n) / BigInt(size));
  });

  it("given one without change, and one that voids / when they are read / they are that", () => {
    const bare = laneOutputs(wallet, payout, 0n);
    expect(readPayoutTransaction(psbtText(wallet, { inputs, outputs: bare }), wallet)).to.include({
      kind: "payout",
      change: 0n,
      fee: 1_000_000n,
    });
    const voided = laneOutputs(wallet, { kind: "void", payoutId }, 4_900_000n);
    const read = readPayoutTransaction(psbtText(wallet, { inputs, outputs: voided }), wallet);
    expect(read).to.include({ kind: "void", payoutId, change: 4_900_000n, fee: 100_000n });
    expect(read).not.to.have.property("recipientScript");
  });

  it("given signatures / when it is signed / its size and id are those that were said before", () => {
    const read = readPayoutTransaction(body, wallet);
    const signatures = taprootPayloads(wallet, body).map(({ digest, merkleRoot }) =>
      hex.encode(schnorr.sign(hex.decode(digest), taprootTweakPrivKey(SECRET, hex.decode(merkleRoot ?? "")))),
    );
    const signed = signedTaproot(wallet, body, signatures);
    expect(signed.txId).to.equal(read.txId);
    expect(Transaction.fromRaw(hex.decode(signed.raw), { allowUnknownOutputs: true }).vsize).to.equal(
      read.size,
    );
    // An amount that isn't the coin's is in the digest, so a signature over it is worth nothing on the chain.
    const lied = psbtText(wallet, {
      inputs: inputs.map((input, at) => (at === 2 ? { ...input, amount: 2_000_001n } : input)),
      outputs,
    });
    for (const [at, { digest }] of taprootPayloads(wallet, lied).entries()) {
      expect(digest).not.to.equal(taprootPayloads(wallet, body)[at]?.digest);
    }
    expect(() => signedTaproot(wallet, lied, signatures)).to.throw(StrongroomError, "signature of input 0");
  });

  it("given another wallet's key or Vault / when it is read / its inputs aren't this wallet's", () => {
    for (const other of [
      { ...wallet, groupKey: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" },
      { ...wallet, vault: account },
      { ...wallet, network: UTXO_NETWORKS.bitcoin },
    ]) {
      expect(() => readPayoutTransaction(body, other)).to.throw(StrongroomError, "isn't this wallet's");
    }
  });

  it("given inputs that may not be / when it is read / it is refused", () => {
    expect(refused({ inputs: inputs.slice(1), outputs: laneOutputs(wallet, payout, 980_000n) })).to.contain(
      "first input is no anchor",
    );
    expect(refused({ inputs: [{ ...anchor, account }, ...inputs.slice(1)] })).to.contain(
      "first input is no anchor",
    );
    expect(refused({ inputs: [...inputs, { ...anchor, outpoint: outpoint(9) }] })).to.contain(
      "another payout's anchor",
    );
    expect(
      refusedText(
        altered((psbt) =>
          psbt.addInput({
            ...psbt.getInput(1),
            index: 77,
            witnessUtxo: { amount: 1n, script: hex.decode(`5120${wallet.groupKey}`) },
          }),
        ),
      ),
    ).to.contain("isn't this wallet's");
    const many = Array.from(
      { length: MAX_INPUTS },
      (_, n): WalletInput => ({ outpoint: outpoint(n + 10), amount: 1_000n, account }),
    );
    expect(refused({ inputs: [anchor, ...many] })).to.contain("inputs");
  });

  it("given outputs that may not be / when it is read / it is refused", () => {
    const [next, recipient, note, change] = outputs as [
      WalletOutput,
      WalletOutput,
      WalletOutput,
      WalletOutput,
    ];
    for (const wrong of [
      [],
      [next],
      [next, recipient],
      [recipient, next, note, change],
      [next, note, recipient, change],
      [next, recipient, change, note],
      [{ ...next, amount: next.amount - 1n }, recipient, note, change],
      [{ ...next, script: recipientScript }, recipient, note, change],
      [next, recipient, note, { ...change, script: recipientScript }],
      [next, recipient, note, change, change],
      [next, recipient, { ...note, amount: 1n }, change],
      [next, recipient, { ...note, script: noteScript(`${payoutId}00`) }, change],
      [next, recipient, { ...note, script: noteScript(payoutId.slice(2)) }, change],
      [next, recipient, { ...note, script: `6a4c20${payoutId}` }, change],
      [next, { script: noteScript(`${payoutId}57`), amount: 0n }, change],
      [next, { script: noteScript(`${payoutId}56`), amount: 1n }, change],
    ]) {
      refused({ outputs: wrong });
    }
  });

  it("given amounts that may not be / when it is read / it is refused", () => {
    const dust = dustLimit(network, recipientScript);
    expect(
      refused({ outputs: laneOutputs(wallet, { ...payout, amount: dust - 1n }, 4_900_000n) }),
    ).to.contain("less than nodes relay");
    expect(refused({ outputs: laneOutputs(wallet, payout, dustLimit(network, own) - 1n) })).to.contain(
      "dust",
    );
    expect(refused({ outputs: laneOutputs(wallet, payout, network.anchor) })).to.contain(
      "pass for an anchor",
    );
    expect(refused({ outputs: laneOutputs(wallet, payout, 1_000_000n) })).to.contain("pays out more");
    const rich = inputs.map((input, at) =>
      at === 1 ? { ...input, amount: 3_000_000n + network.feeCap } : input,
    );
    expect(refused({ inputs: rich })).to.contain("more than any transaction may");
    for (const script of [`5220${"00".repeat(32)}`, "51", "", `51024e73`, `6a20${"00".repeat(32)}`]) {
      refused({ outputs: laneOutputs(wallet, { ...payout, recipientScript: script }, 990_000n) });
    }
  });

  it("given anything more in the text than the layout has / when it is read / it is refused", () => {
    const unknown: [{ type: number; key: Uint8Array }, Uint8Array][] = [
      [{ type: 0x77, key: new Uint8Array() }, Uint8Array.of(1)],
    ];
    for (const alter of [
      (psbt: Transaction) => psbt.updateInput(1, { sighashType: 1 }),
      (psbt: Transaction) => psbt.updateInput(1, { sighashType: 0x83 }),
      (psbt: Transaction) => psbt.updateInput(1, { sequence: 0xff_ff_ff_ff }),
      (psbt: Transaction) => psbt.updateInput(0, { sequence: 1 }),
      (psbt: Transaction) => psbt.updateInput(1, { tapKeySig: new Uint8Array(64).fill(1) }),
      (psbt: Transaction) =>
        psbt.updateInput(1, { proprietary: [[Uint8Array.of(1, 0x61, 0), Uint8Array.of(1)]] }),
      (psbt: Transaction) => psbt.updateOutput(3, { tapInternalKey: hex.decode(wallet.groupKey) }),
    ]) {
      refusedText(altered(alter));
    }
    const raw = base64.decode(body);
    for (const options of [{ version: 1 }, { lockTime: 5 }]) {
      const other = new Transaction({
        version: 2,
        allowUnknownOutputs: true,
        unknown: "ignore",
        proprietary: "ignore",
        ...options,
      });
      const honest = toPsbt(wallet, { inputs, outputs });
      for (let at = 0; at < inputs.length; at++) other.addInput(honest.getInput(at));
      for (let at = 0; at < outputs.length; at++) other.addOutput(honest.getOutput(at));
      refusedText(base64.encode(other.toPSBT()));
    }
    const withUnknown = Transaction.fromPSBT(raw, {
      allowUnknownOutputs: true,
      unknown: "ignore",
      proprietary: "ignore",
    });
    withUnknown.updateInput(0, { unknown } as Parameters<Transaction["updateInput"]>[1]);
    expect(base64.encode(withUnknown.toPSBT())).not.to.equal(body);
    refusedText(base64.encode(withUnknown.toPSBT()));
    refusedText(base64.encode(toPsbt(wallet, { inputs, outputs }).toPSBT(2)));
    for (const text of ["", "no base64", ` ${body}`, `${body}\n`, body.slice(0, -4), hex.encode(raw)])
      refusedText(text);
  });

  it("given any bytes changed in it / when it is read / it is refused, or said to be what it then is", () => {
    const raw = base64.decode(body);
    const honest = JSON.stringify(readPayoutTransaction(body, wallet), (_, value) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(raw);
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          const read = readPayoutTransaction(base64.encode(changed), wallet);
          taken++;
          expect(
            JSON.stringify(read, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
          ).not.to.equal(honest);
        } catch (error) {
          expect(error).to.be.instanceOf(StrongroomError);
        }
      }),
      { numRuns: Math.min(propertyCases(), 2_000) },
    );
    // Outpoints, amounts and the recipient may be others and the form still right: some are taken.
    expect(taken).to.be.greaterThan(0);
  });

  it("given every published PSBT / when it is read / none is this wallet's, and the library takes the valid ones only", () => {
    type Cases = readonly { readonly case: string; readonly base64: string }[];
    const { bip174, bip371 } = JSON.parse(
      readFileSync(new URL("../vectors/psbt.json", import.meta.url), "utf8"),
    ) as Record<"bip174" | "bip371", { readonly valid: Cases; readonly invalid: Cases }>;
    const parse = (text: string) =>
      Transaction.fromPSBT(base64.decode(text), { allowUnknownOutputs: true, unknown: "ignore" });
    for (const { valid, invalid } of [bip174, bip371]) {
      for (const { base64: text } of [...valid, ...invalid]) {
        refusedText(text);
        refusedText(text, readUpkeepTransaction);
      }
      for (const { case: name, base64: text } of invalid) expect(() => parse(text), name).to.throw();
      // Written again they are the same maps: read once more, the same transaction.
      for (const { base64: text } of valid)
        expect(
          Transaction.fromPSBT(parse(text).toPSBT(), { allowUnknownOutputs: true }).inputsLength,
        ).to.equal(parse(text).inputsLength);
    }
    expect([
      bip174.invalid.length,
      bip174.valid.length,
      bip371.invalid.length,
      bip371.valid.length,
    ]).to.deep.equal([20, 10, 11, 6]);
  });

  it("given our own text / when its rows are read by BIP-174's rules / each input has BIP-371's rows and the account, and no other", () => {
    const bytes = base64.decode(body);
    let at = 5;
    const size = () => {
      const first = bytes[at++] ?? 0;
      if (first < 0xfd) return first;
      at += 2;
      return (bytes[at - 2] ?? 0) | ((bytes[at - 1] ?? 0) << 8);
    };
    const map = () => {
      const types: number[] = [];
      for (let key = size(); key !== 0; key = size()) {
        types.push(bytes[at] ?? -1);
        at += key;
        const value = size();
        at += value;
      }
      return types;
    };
    expect(hex.encode(bytes.slice(0, 5))).to.equal("70736274ff");
    expect(map()).to.deep.equal([0x00]);
    // WITNESS_UTXO 0x01, TAP_INTERNAL_KEY 0x17, TAP_MERKLE_ROOT 0x18, proprietary 0xfc.
    expect(map()).to.deep.equal([0x01, 0x17]);
    expect(map()).to.deep.equal([0x01, 0x17, 0x18, 0xfc]);
    expect(map()).to.deep.equal([0x01, 0x17]);
    for (const _ of outputs) expect(map()).to.deep.equal([]);
    expect(at).to.equal(bytes.length);
  });
});

describe("reading a transaction of upkeep", () => {
  const coins: readonly WalletInput[] = inputs.slice(1);
  const text = (kind: UpkeepKind, anchors: number, change: bigint, from = coins) =>
    psbtText(wallet, { inputs: from, outputs: upkeepOutputs(wallet, kind, payoutId, anchors, change) });

  it("given each kind / when it is read / it is that, and pays nobody else", () => {
    for (const kind of Object.keys(UPKEEP_MARKS) as UpkeepKind[]) {
      const anchors = kind === "anchors" ? 3 : 0;
      const change = 4_990_000n - BigInt(anchors) * network.anchor;
      const read = readUpkeepTransaction(text(kind, anchors, change), wallet);
      expect(read).to.deep.include({ kind, effect: payoutId, anchors, change, fee: 10_000n, inputs: coins });
      expect(read.token.value).to.equal(coins[0]?.outpoint);
    }
  });

  it("given anything else / when it is read / it is refused", () => {
    refusedText(text("bump", 0, 4_990_000n, [anchor, ...coins]), readUpkeepTransaction);
    refusedText(text("bump", 2, 4_900_000n), readUpkeepTransaction);
    refusedText(text("anchors", 0, 4_990_000n), readUpkeepTransaction);
    refusedText(text("anchors", 101, 3_000_000n), readUpkeepTransaction);
    refusedText(text("consolidate", 0, 100n), readUpkeepTransaction);
    refusedText(body, readUpkeepTransaction);
    refusedText(text("void", 0, 4_990_000n));
    const [note, back] = upkeepOutputs(wallet, "bump", payoutId, 0, 4_990_000n) as [
      WalletOutput,
      WalletOutput,
    ];
    for (const wrong of [
      [back],
      [back, note],
      [note, { ...back, script: recipientScript }],
      [note, back, back],
    ]) {
      refusedText(psbtText(wallet, { inputs: coins, outputs: wrong }), readUpkeepTransaction);
    }
  });
});
