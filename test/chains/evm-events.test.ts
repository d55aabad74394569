import { expect } from "chai";
import { getAddress, hexlify, Interface, zeroPadValue } from "ethers";
import fc from "fast-check";
import { bloomBits, mayHave } from "../../src/chains/evm/bloom.ts";
import { eventDecoder } from "../../src/chains/evm/decode-event.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import { GATEWAY } from "../../src/gateway/abi.ts";
import { propertyCases } from "../../src/testing/property-cases.ts";

const CHAIN = "eip155:1";
const place = { blockHash: "ab".repeat(32), blockNumber: 7, transactionHash: "cd".repeat(32), logIndex: 3 };

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((all) => hexlify(all));
const int = (bits: number) => fc.bigInt(-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n);
const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);

describe("events of an EVM contract", () => {
  const face = new Interface([
    "event All(uint256 indexed a, address indexed b, bytes32 indexed c, uint40 d, int24 e, bool f, bytes g, string h, bytes4 i, address j)",
  ]);
  const decode = eventDecoder(CHAIN, face);
  const values = fc.tuple(
    uint(256),
    bytes(20).map(getAddress),
    bytes(32),
    uint(40),
    int(24),
    fc.boolean(),
    fc.uint8Array({ maxLength: 100 }).map((all) => hexlify(all)),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    bytes(4),
    bytes(20).map(getAddress),
  );

  it("given values of every plain type / when their event is decoded / it says what ethers was told to encode", () => {
    fc.assert(
      fc.property(values, fc.nat(9), (all, index) => {
        const { topics, data } = face.encodeEventLog("All", all);
        const event = decode({ ...place, address: "0x", topics, data }, index);
        expect(event).to.deep.equal({
          chain: CHAIN,
          txId: place.transactionHash,
          index,
          kind: "All",
          data: Object.fromEntries("abcdefghij".split("").map((name, at) => [name, String(all[at])])),
          point: { height: 7, hash: place.blockHash },
        });
      }),
      { numRuns: propertyCases() },
    );
  });

  it("given data that is cut, padded with something or points elsewhere / when it is decoded / it is refused", () => {
    const all = [
      1n,
      `0x${"11".repeat(20)}`,
      `0x${"22".repeat(32)}`,
      3n,
      -4n,
      true,
      "0x5566",
      "text",
      "0x01020304",
      `0x${"33".repeat(20)}`,
    ];
    const { topics, data } = face.encodeEventLog("All", all);
    const set = (word: number, to: string) =>
      `${data.slice(0, 2 + word * 64)}${to}${data.slice(66 + word * 64)}`;
    const ones = "f".repeat(64);
    const bad: [readonly string[], string][] = [
      [topics, "0x"],
      [topics, data.slice(0, 2 + 64 * 6)],
      [topics.slice(0, 3), data],
      [[...topics, `0x${ones}`], data],
      [[topics[0] ?? "", topics[1] ?? "", `0x${ones}`, topics[3] ?? ""], data],
      // uint40, int24, bool, the offset of bytes, bytes4, address.
      ...[0, 1, 2, 3, 4, 5, 6]
        .filter((word) => word !== 1)
        .map((word): [readonly string[], string] => [topics, set(word, ones)]),
      [topics, set(1, `${"0".repeat(56)}00800000`)],
      // The lengths of bytes and of string, and a string that is no UTF-8.
      [topics, set(7, ones)],
      [topics, set(9, ones)],
      [topics, set(10, `ff${"0".repeat(62)}`)],
    ];
    for (const [at, [given, text]] of bad.entries()) {
      expect(() => decode({ ...place, address: "0x", topics: [...given], data: text }, 0), String(at))
        .to.throw(StrongroomError)
        .with.property("code", "NODE_TALKS_NONSENSE");
    }
  });

  it("given events that can't be told as text / when they are to be decoded / they are refused", () => {
    for (const event of ["A(uint256[] a)", "B((uint256 a) b)", "C(string indexed c)", "D(uint256)"]) {
      expect(() => eventDecoder(CHAIN, new Interface([`event ${event}`])), event)
        .to.throw(StrongroomError)
        .with.property("code", "EVENT_SHAPE");
    }
  });

  it("given the Gateway's payout request / when it is decoded / account, amount, chain and script are there as text", () => {
    const word = (digit: string) => `0x${digit.repeat(64)}`;
    const account = getAddress(`0x${"1a".repeat(20)}`);
    const { topics, data } = GATEWAY.encodeEventLog("PayoutRequested", [
      word("a"),
      account,
      account,
      5n,
      6n,
      word("b"),
      "0x5120",
      1n,
    ]);
    expect(eventDecoder(CHAIN, GATEWAY)({ ...place, address: "0x", topics, data }, 0)).to.deep.include({
      kind: "PayoutRequested",
      data: {
        payoutId: word("a"),
        account,
        handle: account,
        asset: "5",
        amount: "6",
        chain: word("b"),
        script: "0x5120",
        attempt: "1",
      },
    });
    expect(
      eventDecoder(CHAIN, GATEWAY)({ ...place, address: "0x", topics: [word("c")], data: "0x" }, 0),
    ).to.equal(undefined);
  });

  it("given a bloom filter with one address / when it is asked / it knows that one, and an empty one knows none", () => {
    // Yellow Paper §4.3.1: three bits, of the first three pairs of bytes of the hash, modulo 2,048.
    const address = "0x00000000219ab540356cbb839cbe05303d7705fa";
    const bits = bloomBits(address);
    const filter = Array.from({ length: 512 }, () => 0);
    for (const [at, bit] of bits) filter[at] = (filter[at] ?? 0) | (1 << bit);
    const bloom = `0x${filter.map((digit) => digit.toString(16)).join("")}`;
    expect(mayHave(bloom, bits)).to.equal(true);
    expect(mayHave(bloom, bloomBits(zeroPadValue("0x01", 20)))).to.equal(false);
    expect(mayHave(`0x${"0".repeat(512)}`, bits)).to.equal(false);
    expect(mayHave(`0x${"f".repeat(512)}`, bits)).to.equal(true);
  });
});
