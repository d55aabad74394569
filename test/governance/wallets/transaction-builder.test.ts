import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { SafeTransaction } from "../../../src/governance/safe.ts";
import { builderChecksum } from "../../../src/governance/wallets/builder-checksum.ts";
import {
  type BuilderFile,
  builderCalls,
  builderFile,
  builderText,
  parseBuilderFile,
} from "../../../src/governance/wallets/transaction-builder.ts";
import { refuses } from "../../support/refusal.ts";

const SAFE = "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa";
const account = { chainId: 11_155_111n, safe: SAFE };
const meta = { name: "Raise tier 2", description: "Proposal 7", createdAt: new Date("2026-11-26T00:00:00Z") };
const transaction: SafeTransaction = {
  to: "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
  value: 10n ** 20n,
  data: "0x42f45790",
  operation: 0,
  safeTxGas: 0n,
  baseGas: 0n,
  gasPrice: 0n,
  gasToken: ZeroAddress,
  refundReceiver: ZeroAddress,
  nonce: 12n,
};
const vector = JSON.parse(readFileSync("test/vectors/safe-transaction-builder.json", "utf8"));

/** A file with changes under a checksum that fits them. */
function resealed(change: (file: Record<string, unknown>) => void): string {
  const file = JSON.parse(builderText(builderFile([transaction], account, meta)));
  change(file);
  const { checksum: _, ...rest } = file.meta;
  file.meta.checksum = builderChecksum({ ...file, meta: rest });
  return JSON.stringify(file);
}
const parse = (text: string) => parseBuilderFile(text, "batch.json", account);

describe("files of Safe's Transaction Builder", () => {
  it("carry the checksum that Safe's own test expects, in whatever order the keys come", () => {
    expect(builderChecksum(vector.batch)).to.equal(vector.checksum);
    const reversed = Object.fromEntries(Object.entries(vector.batch).reverse()) as typeof vector.batch;
    expect(builderChecksum(reversed)).to.equal(vector.checksum);
    const renamed = { ...vector.batch, meta: { ...vector.batch.meta, name: "another" } };
    expect(builderChecksum(renamed)).to.equal(vector.checksum);
  });

  it("are the same bytes for the same proposal, and give its calls back", () => {
    const text = builderText(builderFile([transaction], account, meta));
    expect(text).to.equal(builderText(builderFile([{ ...transaction }], account, { ...meta })));
    const [call, ...more] = builderCalls(parse(text));
    expect(more).to.deep.equal([]);
    expect(call).to.deep.equal({ to: transaction.to, value: transaction.value, data: transaction.data });
  });

  it("of Safe's own vector are read, transactions with methods alone refused as bytes", async () => {
    const { checksum: _, ...bare } = vector.batch.meta;
    const batch = { ...vector.batch, meta: bare };
    const sealed = { ...batch, meta: { ...bare, checksum: builderChecksum(batch) } };
    const file = parseBuilderFile(JSON.stringify(sealed), "vector", { chainId: 4n, safe: SAFE });
    expect(file.transactions.map(({ value }) => value)).to.deep.equal(["0", "0", "2000000000000000000"]);
    await refuses("BUILDER_NEEDS_DATA", () => builderCalls(file));
  });

  it("that were changed are refused: target, value, data, order, chain", async () => {
    const two = [transaction, { ...transaction, data: "0x" }];
    const text = builderText(builderFile(two, account, meta));
    const changes: ((file: BuilderFile) => void)[] = [
      (file) => Object.assign(file.transactions[0] ?? {}, { to: SAFE }),
      (file) => Object.assign(file.transactions[0] ?? {}, { value: "1" }),
      (file) => Object.assign(file.transactions[0] ?? {}, { data: "0x42f45791" }),
      (file) => file.transactions.reverse(),
      (file) => Object.assign(file, { chainId: "1" }),
      (file) => Object.assign(file.meta, { createdFromSafeAddress: ZeroAddress }),
    ];
    for (const change of changes) {
      const file = JSON.parse(text) as BuilderFile;
      change(file);
      await refuses("BUILDER_CHECKSUM", () => parse(JSON.stringify(file)));
    }
  });

  it("for another chain or another Safe are refused though their checksum fits", async () => {
    await refuses("BUILDER_OTHER_CHAIN", () =>
      parse(resealed((file) => Object.assign(file, { chainId: "1" }))),
    );
    const other = resealed((file) =>
      Object.assign(file.meta as object, { createdFromSafeAddress: ZeroAddress }),
    );
    await refuses("BUILDER_OTHER_SAFE", () => parse(other));
  });

  it("with an unknown field, a number for a value, a bad address or no transaction are refused by the field's name", async () => {
    const cases: [string, (file: Record<string, unknown>) => void][] = [
      ["operation", (file) => Object.assign((file.transactions as object[])[0] ?? {}, { operation: 1 })],
      [
        "transactions.0.value",
        (file) => Object.assign((file.transactions as object[])[0] ?? {}, { value: 5 }),
      ],
      [
        "transactions.0.to",
        (file) => Object.assign((file.transactions as object[])[0] ?? {}, { to: SAFE.replace("DF", "df") }),
      ],
      ["transactions", (file) => Object.assign(file, { transactions: [] })],
      ["version", (file) => Object.assign(file, { version: "2.0" })],
    ];
    for (const [field, change] of cases) {
      const error = await refuses("BUILDER_FILE_INVALID", () => parse(resealed(change)));
      expect(error.message).to.contain(field);
    }
    await refuses("BUILDER_FILE_INVALID", () => parse("not JSON"));
  });

  it("can't express a delegatecall, gas or a refund, which is said", async () => {
    for (const odd of [{ operation: 1 }, { safeTxGas: 1n }, { gasPrice: 1n }, { refundReceiver: SAFE }]) {
      const odder = { ...transaction, ...odd } as SafeTransaction;
      await refuses("BUILDER_NOT_EXPRESSIBLE", () => builderFile([odder], account, meta));
    }
  });
});
