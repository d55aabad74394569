import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import { taprootTweakPrivKey } from "@scure/btc-signer/utils.js";
import { expect } from "chai";
import { addressOfScript, scriptOfAddress, segwitScript } from "../../src/chains/utxo/address.ts";
import { blockHash } from "../../src/chains/utxo/block.ts";
import {
  depositScript,
  ownScript,
  taprootScript,
  tweakedKey,
} from "../../src/chains/utxo/deposit-address.ts";
import { UTXO_NETWORKS, utxoNetwork } from "../../src/chains/utxo/network.ts";
import { dustLimit } from "../../src/chains/utxo/script-kind.ts";
import { TerminalError } from "../../src/core/errors.ts";

const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

interface Bip350 {
  readonly valid: readonly { readonly address: string; readonly script: string }[];
  readonly invalid: readonly { readonly address: string; readonly why: string }[];
}
interface Bip341 {
  readonly scriptPubKey: readonly {
    readonly internalPubkey: string;
    readonly merkleRoot: string | null;
    readonly tweakedPubkey: string;
    readonly scriptPubKey: string;
    readonly bip350Address: string;
  }[];
  readonly keyPathSpending: readonly {
    readonly rawUnsignedTx: string;
    readonly utxosSpent: readonly { readonly scriptPubKey: string; readonly amountSats: number }[];
    readonly inputSpending: readonly {
      readonly txinIndex: number;
      readonly internalPrivkey: string;
      readonly merkleRoot: string | null;
      readonly hashType: number;
      readonly internalPubkey: string;
      readonly tweakedPrivkey: string;
      readonly sigHash: string;
      readonly witness: readonly string[];
    }[];
  }[];
}

const bip350 = vectors<Bip350>("bip-350-addresses");
const bip341 = vectors<Bip341>("bip-341-wallet");
const { bitcoin, bitcoinTestnet, litecoin, litecoinTestnet, litecoinRegtest } = UTXO_NETWORKS;

/** Headers of the first blocks: Bitcoin's by the fields that its source has, Litecoin's as litecoind 0.21 gives them. */
const GENESIS = {
  bitcoin: genesis(
    "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a",
    1231006505,
    0x1d00ffff,
    2083236893,
  ),
  bitcoinTestnet: genesis(
    "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a",
    1296688602,
    0x1d00ffff,
    414098458,
  ),
  bitcoinRegtest: genesis(
    "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a",
    1296688602,
    0x207fffff,
    2,
  ),
  litecoin:
    "010000000000000000000000000000000000000000000000000000000000000000000000d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6bafbdd97b9aa8e4ef0ff0f1ecd513f7c",
  litecoinTestnet:
    "010000000000000000000000000000000000000000000000000000000000000000000000d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6bafbdd97f60ba158f0ff0f1ee1790400",
  litecoinRegtest:
    "010000000000000000000000000000000000000000000000000000000000000000000000d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6bafbdd97dae5494dffff7f2000000000",
};

function genesis(merkleRoot: string, time: number, bits: number, nonce: number): string {
  const numbers = Buffer.alloc(12);
  numbers.writeUInt32LE(time, 0);
  numbers.writeUInt32LE(bits, 4);
  numbers.writeUInt32LE(nonce, 8);
  return `01000000${"00".repeat(32)}${merkleRoot}${numbers.toString("hex")}`;
}

const sha256 = (...parts: readonly Uint8Array[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
/** BIP-340's tagged hash, written down once more. */
const tagged = (tag: string, ...parts: readonly Uint8Array[]) =>
  sha256(sha256(Buffer.from(tag)), sha256(Buffer.from(tag)), ...parts);

function refusal(act: () => unknown): TerminalError {
  try {
    act();
  } catch (error) {
    expect(error).to.be.instanceOf(TerminalError);
    return error as TerminalError;
  }
  throw new Error("it wasn't refused");
}

describe("UTXO networks", () => {
  it("given each first block's header / when it is hashed / it is the genesis block that names the chain", () => {
    expect(Object.keys(GENESIS)).to.have.members(Object.keys(UTXO_NETWORKS));
    for (const [name, network] of Object.entries(UTXO_NETWORKS)) {
      expect(blockHash(Buffer.from(GENESIS[name as keyof typeof GENESIS], "hex")), name).to.equal(
        network.genesis,
      );
      expect(network.chain).to.equal(`bip122:${network.genesis.slice(0, 32)}`);
      expect(utxoNetwork(network.chain)).to.equal(network);
    }
  });

  it("given the published examples of CAIP-2 and CAIP-19 / when the networks are named / they have those names", () => {
    expect(bitcoin.chain).to.equal("bip122:000000000019d6689c085ae165831e93");
    expect(litecoin.chain).to.equal("bip122:12a765e31ffd4059bada1e25190f6e98");
    expect(bitcoin.asset).to.equal("bip122:000000000019d6689c085ae165831e93/slip44:0");
    expect(litecoin.asset).to.equal("bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2");
    expect(litecoinTestnet.asset).to.match(/\/slip44:1$/);
    expect(refusal(() => utxoNetwork("bip122:00")).code).to.equal("CHAIN_UNKNOWN");
  });

  it("given Core's well-known dust limits / when they are reckoned / they are those", () => {
    expect(dustLimit(bitcoin, `76a914${"00".repeat(20)}88ac`)).to.equal(546n);
    expect(dustLimit(bitcoin, `a914${"00".repeat(20)}87`)).to.equal(540n);
    expect(dustLimit(bitcoin, `0014${"00".repeat(20)}`)).to.equal(294n);
    expect(dustLimit(bitcoin, `0020${"00".repeat(32)}`)).to.equal(330n);
    expect(dustLimit(bitcoin, `5120${"00".repeat(32)}`)).to.equal(330n);
    expect(dustLimit(bitcoin, "6a20")).to.equal(0n);
    for (const network of Object.values(UTXO_NETWORKS)) {
      expect(network.anchor > dustLimit(network, `5120${"00".repeat(32)}`)).to.equal(true);
    }
  });
});

describe("UTXO addresses", () => {
  for (const { address, script } of bip350.valid) {
    it(`given BIP-350's ${address} / when it is read / it is its script`, () => {
      const network = /^bc/i.test(address) ? bitcoin : bitcoinTestnet;
      expect(segwitScript(network.bech32, address)).to.equal(script);
      // Versions that mean nothing yet are read, and not paid.
      if (!/^(00|51)/.test(script) || (script.startsWith("51") && script.length !== 68)) {
        expect(refusal(() => scriptOfAddress(network, address)).message).to.contain("witness version");
        return;
      }
      expect(scriptOfAddress(network, address)).to.equal(script);
      expect(addressOfScript(network, script)).to.equal(address.toLowerCase());
    });
  }

  for (const { address, why } of bip350.invalid) {
    it(`given BIP-350's ${address} (${why}) / when it is read / it is refused`, () => {
      for (const network of Object.values(UTXO_NETWORKS)) {
        expect(segwitScript(network.bech32, address)).to.equal(undefined);
        expect(refusal(() => scriptOfAddress(network, address)).code).to.equal("ADDRESS_INVALID");
      }
    });
  }

  it("given each kind of script / when its address is read again / it is the script, on every network", () => {
    for (const network of Object.values(UTXO_NETWORKS)) {
      for (const script of [
        `76a914${"1a".repeat(20)}88ac`,
        `a914${"2b".repeat(20)}87`,
        `0014${"3c".repeat(20)}`,
        `0020${"4d".repeat(32)}`,
        `5120${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}`,
      ]) {
        expect(scriptOfAddress(network, addressOfScript(network, script) ?? "")).to.equal(script);
      }
      expect(addressOfScript(network, `6a20${"00".repeat(32)}`)).to.equal(undefined);
    }
  });

  it("given addresses of the first blocks' time / when they are read / they are the scripts that everybody knows", () => {
    // The genesis block's own; BIP-16's example; the same hash as Litecoin writes it.
    expect(scriptOfAddress(bitcoin, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")).to.equal(
      "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac",
    );
    expect(scriptOfAddress(bitcoin, "3P14159f73E4gFr7JterCCQh9QjiTjiZrG")).to.equal(
      "a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87",
    );
    expect(addressOfScript(litecoin, "a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87")).to.match(/^M/);
  });

  it("given another network's address / when it is read / the refusal names that network", () => {
    const wrong = refusal(() => scriptOfAddress(litecoin, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
    expect(wrong.code).to.equal("ADDRESS_OF_OTHER_NETWORK");
    expect(wrong.message).to.match(/is of Bitcoin, not of Litecoin$/);
    const shared = refusal(() =>
      scriptOfAddress(bitcoin, addressOfScript(litecoinRegtest, `76a914${"00".repeat(20)}88ac`) ?? ""),
    );
    expect(shared.message).to.contain(
      "Bitcoin testnet or Bitcoin regtest or Litecoin testnet or Litecoin regtest",
    );
  });

  it("given Litecoin's former form, an MWEB address or a slip of the pen / when it is read / it is refused with what to do", () => {
    const former = refusal(() => scriptOfAddress(litecoin, "3P14159f73E4gFr7JterCCQh9QjiTjiZrG"));
    expect(former.message).to.contain("another coin's too");
    const mweb = refusal(() =>
      scriptOfAddress(litecoin, "ltcmweb1qqtvtcykrkxs5jqhnlvj6kyfcs66tw39c0v6snklnnpjg83wggsmssq"),
    );
    expect(mweb.message).to.contain("extension block");
    // As litecoind's regtest gives them.
    const regtest =
      "tmweb1qqwdxslr77x39e64hjulatqafmqrfep58gkcxv4g0a2xt0hrahhltuq7fq53yua7nffvpez5p73hqs6eh5mnh43029llgxng95e0x86r07v5cqr2u";
    expect(refusal(() => scriptOfAddress(litecoinRegtest, regtest)).message).to.contain("extension block");
    const slip = refusal(() => scriptOfAddress(bitcoin, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
    expect([slip.code, slip.advice !== undefined]).to.deep.equal(["ADDRESS_INVALID", true]);
  });
});

describe("taproot keys", () => {
  it("given BIP-341's keys and trees / when they are tweaked / key, script and address are the published ones", () => {
    for (const {
      internalPubkey,
      merkleRoot,
      tweakedPubkey,
      scriptPubKey,
      bip350Address,
    } of bip341.scriptPubKey) {
      expect(tweakedKey(internalPubkey, merkleRoot ?? "")).to.equal(tweakedPubkey);
      expect(taprootScript(internalPubkey, merkleRoot ?? "")).to.equal(scriptPubKey);
      expect(addressOfScript(bitcoin, scriptPubKey)).to.equal(bip350Address);
    }
  });

  it("given BIP-341's transaction / when its key-path inputs are signed / digests and signatures are the published ones", () => {
    let seen = 0;
    for (const { rawUnsignedTx, utxosSpent, inputSpending } of bip341.keyPathSpending) {
      const transaction = Transaction.fromRaw(hex.decode(rawUnsignedTx), {
        allowUnknownInputs: true,
        allowUnknownOutputs: true,
        disableScriptCheck: true,
      });
      const scripts = utxosSpent.map(({ scriptPubKey }) => hex.decode(scriptPubKey));
      const amounts = utxosSpent.map(({ amountSats }) => BigInt(amountSats));
      for (const input of inputSpending) {
        const digest = transaction.preimageWitnessV1(input.txinIndex, scripts, input.hashType, amounts);
        expect(hex.encode(digest), `input ${input.txinIndex}`).to.equal(input.sigHash);
        const secret = taprootTweakPrivKey(
          hex.decode(input.internalPrivkey),
          hex.decode(input.merkleRoot ?? ""),
        );
        expect(hex.encode(secret)).to.equal(input.tweakedPrivkey);
        const signature = hex.decode((input.witness[0] ?? "").slice(0, 128));
        expect(
          schnorr.verify(
            signature,
            digest,
            hex.decode(tweakedKey(input.internalPubkey, input.merkleRoot ?? "")),
          ),
        ).to.equal(true);
        seen++;
      }
    }
    expect(seen).to.equal(7);
  });

  it("given an account / when its deposit address is made / it is the one that the rule says, reckoned apart", () => {
    const groupKey = bip341.scriptPubKey[0]?.internalPubkey ?? "";
    const [vault, account] = [`0x${"5A".repeat(20)}`, `0x${"c3".repeat(20)}`];
    const root = tagged(
      "strongroom/deposit",
      Buffer.from(groupKey, "hex"),
      sha256(Buffer.from(litecoin.chain, "utf8")),
      sha256(Buffer.from("eip155:1", "utf8")),
      Buffer.from(vault.slice(2), "hex"),
      Buffer.from(account.slice(2), "hex"),
    );
    const tweak = BigInt(`0x${tagged("TapTweak", Buffer.from(groupKey, "hex"), root).toString("hex")}`);
    const point = schnorr.utils.lift_x(BigInt(`0x${groupKey}`)).add(secp256k1.Point.BASE.multiply(tweak));
    const script = `5120${point.toAffine().x.toString(16).padStart(64, "0")}`;
    const terms = { groupKey, chain: litecoin.chain, home: "eip155:1", vault, account };
    expect(depositScript(terms)).to.equal(script);
    expect(depositScript({ ...terms, account: account.toUpperCase().replace("0X", "0x") })).to.equal(script);
  });

  it("given another account, Vault, chain on either side or key / when the address is made / it is another one, and never the wallet's own", () => {
    const groupKey = bip341.scriptPubKey[0]?.internalPubkey ?? "";
    const terms = {
      groupKey,
      chain: litecoin.chain,
      home: "eip155:1",
      vault: `0x${"01".repeat(20)}`,
      account: `0x${"02".repeat(20)}`,
    };
    const scripts = [
      depositScript(terms),
      depositScript({ ...terms, account: terms.vault, vault: terms.account }),
      depositScript({ ...terms, chain: bitcoin.chain }),
      depositScript({ ...terms, home: "eip155:10" }),
      depositScript({ ...terms, groupKey: bip341.scriptPubKey[1]?.internalPubkey ?? "" }),
      ownScript(groupKey),
    ];
    expect(new Set(scripts).size).to.equal(scripts.length);
  });

  it("given a key that is none, or addresses that are none / when an address is made / it is refused", () => {
    const groupKey = bip341.scriptPubKey[0]?.internalPubkey ?? "";
    const terms = {
      groupKey,
      chain: litecoin.chain,
      home: "eip155:1",
      vault: `0x${"01".repeat(20)}`,
      account: `0x${"02".repeat(20)}`,
    };
    // Not the x of any point: x = 5.
    for (const bad of ["05".padStart(64, "0"), `02${groupKey}`, groupKey.toUpperCase(), ""]) {
      expect(refusal(() => ownScript(bad)).code, bad).to.equal("KEY_INVALID");
    }
    expect(refusal(() => depositScript({ ...terms, account: "0x01" })).code).to.equal("ADDRESS_INVALID");
    expect(refusal(() => depositScript({ ...terms, vault: "01".repeat(20) })).code).to.equal(
      "ADDRESS_INVALID",
    );
  });
});
