import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import ts from "typescript";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { RECORD_FORMAT } from "../../deploy/record.ts";
import { explain, type TerminalError } from "../../src/core/errors.ts";
import { abiModule } from "../../src/package/abi-module.ts";
import { addressesModule, recordedAddresses } from "../../src/package/addresses-module.ts";
import { compile } from "../../src/package/compile.ts";
import { ENTRY_POINTS, GENERATED } from "../../src/package/entry-points.ts";
import { manifestOf, type ProjectManifest, packagesOf } from "../../src/package/manifest.ts";
import { pack } from "../../src/package/pack.ts";
import { solidityPackages } from "../../src/package/solidity.ts";
import { stage } from "../../src/package/stage.ts";
import { isLibrary, publishedFindings } from "../../src/verify/checks/package.ts";
import { scene } from "../scenario/scene.ts";
import { terminalRefusal } from "../support/refusal.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "package-sources-"));

after(() => rmSync(scratch, { recursive: true, force: true }));

/** The error of an action that must fail. */
async function failure(action: () => unknown): Promise<TerminalError> {
  const error = await terminalRefusal(action);
  expect(error.advice, "says what to do").to.be.a("string");
  return error;
}

describe("the module of ABIs", () => {
  const entry = (type: string, name: string, ...types: string[]) => ({
    type,
    name,
    inputs: types.map((each) => ({ name: "", type: each })),
  });
  const artifacts = [
    { contractName: "Face", abi: [entry("function", "pay", "address"), entry("error", "Poor")] },
    {
      contractName: "Half",
      abi: [{ type: "constructor", inputs: [] }, entry("error", "Poor"), entry("error", "Rich")],
    },
    { contractName: "Rest", abi: [{ type: "receive" }, entry("function", "pay", "uint256")] },
  ];

  it("given one contract, when it is written, all of its ABI is there", () => {
    const text = abiModule(artifacts, { halfAbi: ["Half"] });
    expect(text).to.match(/export const halfAbi = \[\n[\s\S]*\n\] as const;/);
    for (const part of ['"constructor"', '"Poor"', '"Rich"']) expect(text).to.contain(part);
  });

  it("given several, when they are joined, what is the same stands once, overloads stay, constructors go", () => {
    const text = abiModule(artifacts, { faceAbi: ["Face", "Half", "Rest"] });
    expect(text.match(/"Poor"/g)).to.have.length(1);
    expect(text.match(/"pay"/g)).to.have.length(2);
    expect(text).to.contain('"Rich"');
    expect(text).not.to.match(/constructor|receive/);
  });

  it("given structs of other fields, when they are joined, both functions stay", () => {
    const taking = (...types: string[]) => ({
      type: "function",
      name: "ask",
      inputs: [{ name: "", type: "tuple", components: types.map((type) => ({ name: "", type })) }],
    });
    const structs = [
      { contractName: "A", abi: [taking("address")] },
      { contractName: "B", abi: [taking("uint256"), taking("address")] },
    ];
    expect(abiModule(structs, { abi: ["A", "B"] }).match(/"ask"/g)).to.have.length(2);
  });

  it("when a contract is missing, or two have its name, it is refused", async () => {
    expect((await failure(() => abiModule(artifacts, { goneAbi: ["Gone"] }))).code).to.equal("NO_ARTIFACT");
    const twice = [...artifacts, { contractName: "Face", abi: [] }];
    expect((await failure(() => abiModule(twice, { faceAbi: ["Face"] }))).code).to.equal("NO_ARTIFACT");
  });
});

describe("the check that every ABI is published", () => {
  it("when a contract that can be deployed has no ABI, it is a finding", () => {
    const findings = publishedFindings(["Vault", "New"], { vaultAbi: ["IVault", "Vault"] });
    expect(findings.map(({ problem }) => problem)).to.deep.equal([
      undefined,
      "has no ABI in the package: add it to src/package/abis.ts",
    ]);
  });

  it("tells a library from a contract by its source", () => {
    const source = "// library Vault\ncontract Vault {}\nlibrary Lanes {}\n";
    expect(isLibrary("Vault", source)).to.equal(false);
    expect(isLibrary("Lanes", source)).to.equal(true);
  });
});

describe("the module of addresses", () => {
  let addresses: SuiteAddresses;

  before(async () => {
    ({ addresses } = await scene());
  });

  /** A folder with one record. */
  const recorded = (name: string, content: unknown): string => {
    const folder = mkdtempSync(join(scratch, "records-"));
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return folder;
  };
  const record = (change: object = {}) => ({ format: RECORD_FORMAT, addresses: { ...addresses, ...change } });

  it("given no folder, when it is written, it is empty and typed", () => {
    const text = addressesModule(recordedAddresses(join(scratch, "nowhere")));
    expect(text).to.contain("Readonly<Record<number, PublishedAddresses | undefined>> = {\n};");
    const compiled = compile(ROOT, [GENERATED.addresses], new Map([[GENERATED.addresses, text]]));
    expect(compiled.get("src/package/entries/addresses.js")).to.contain("ADDRESSES = {}");
  });

  it("given a record, when it is written, the compiler finds it right", () => {
    const text = addressesModule(recordedAddresses(recorded("31337.json", record())));
    const compiled = compile(ROOT, [GENERATED.addresses], new Map([[GENERATED.addresses, text]]));
    expect(compiled.get("src/package/entries/addresses.js")).to.contain(addresses.vault);
  });

  it("given other files beside it, when they are read, only records count, by chain", () => {
    const folder = recorded("31337.json", record());
    writeFileSync(join(folder, "README.md"), "");
    writeFileSync(join(folder, "9.json"), JSON.stringify(record({ chainId: "9" })));
    expect([...recordedAddresses(folder).keys()]).to.deep.equal([9n, 31_337n]);
  });

  it("given a record without the vault, when it is compiled, it is refused", async () => {
    const { vault: _, ...rest } = addresses;
    const folder = recorded("31337.json", { format: RECORD_FORMAT, addresses: rest });
    const text = addressesModule(recordedAddresses(folder));
    const error = await failure(() =>
      compile(ROOT, [GENERATED.addresses], new Map([[GENERATED.addresses, text]])),
    );
    expect(error.code).to.equal("PACKAGE_DOES_NOT_COMPILE");
    expect(explain(error)).to.match(/vault/);
  });

  for (const [what, name, content, says] of [
    [
      "of another format",
      "31337.json",
      () => ({ ...record(), format: "other@1" }),
      /its format is "other@1"/,
    ],
    ["of another chain", "1.json", () => record(), /of chain 31337/],
    ["without addresses", "31337.json", () => ({ format: RECORD_FORMAT }), /of chain undefined/],
    [
      "with an address that is none",
      "31337.json",
      () => record({ vault: "0x12" }),
      /addresses\.vault is "0x12"/,
    ],
    [
      "with an address whose checksum is lost",
      "31337.json",
      () => record({ vault: addresses.vault.toLowerCase() }),
      /addresses\.vault has no checksum/,
    ],
    ["that is null", "31337.json", () => null, /its format is undefined/],
    ["cut off", "31337.json", () => '{"format":', /it is no JSON/],
  ] as const) {
    it(`given a record ${what}, when it is read, it is refused`, async () => {
      const error = await failure(() => recordedAddresses(recorded(name, content())));
      expect(error.code).to.equal("RECORD_INVALID");
      expect(error.message).to.match(says);
    });
  }
});

describe("the package's compiler", () => {
  const entry = "src/package/entries/tried.ts";
  const tried = (text: string, others: readonly (readonly [string, string])[] = []) =>
    compile(ROOT, [entry], new Map([[entry, text], ...others]));

  it("keeps what an entry point needs, and leaves out what only types were taken from", () => {
    const compiled = tried(
      'import type { Safe } from "../../governance/safe.ts";\nexport { cents } from "../../core/money.ts";\nexport type Owner = Safe["address"];\n',
    );
    expect([...compiled.keys()].filter((file) => file.endsWith(".js")).sort()).to.deep.equal([
      "src/core/errors.js",
      "src/core/money.js",
      "src/package/entries/tried.js",
    ]);
    expect([...compiled.keys()]).to.include("src/governance/safe.d.ts");
    expect(compiled.get("src/package/entries/tried.js")).to.contain('from "../../core/money.js"');
  });

  it("gives browsers strongroom/payments, which needs ethers, highs to solve, and nothing of Node", () => {
    const compiled = compile(ROOT, [ENTRY_POINTS["./payments"]], new Map());
    const imported = [...compiled]
      .filter(([file]) => file.endsWith(".js"))
      .flatMap(([, text]) => ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName));
    expect(imported.length).to.be.greaterThan(20);
    expect(new Set(imported.filter((name) => !name.startsWith(".")))).to.deep.equal(
      new Set(["ethers", "highs"]),
    );
    for (const [file, text] of compiled) {
      if (file.endsWith(".js"))
        expect(text, file).not.to.match(/\b(?:process\.\w|Buffer\.|require\(|__dirname)/);
    }
  });

  it("refuses what does not compile, and what Node 20 lacks", async () => {
    const wrong = await failure(() => tried("export const one: string = 1;"));
    expect(wrong.code).to.equal("PACKAGE_DOES_NOT_COMPILE");
    expect(explain(wrong)).to.match(/tried\.ts.*TS2322/);
    const late = await failure(() => tried("export const later = Promise.withResolvers<void>();"));
    expect(explain(late)).to.match(/withResolvers/);
  });

  it("refuses an import that it writes nothing for", async () => {
    const hand = ["src/package/entries/hand.d.ts", "export type A = 1;"] as const;
    const error = await failure(() => tried('export type { A } from "./hand.d.ts";', [hand]));
    expect(error.code).to.equal("PACKAGE_INCOMPLETE");
    expect(error.facts).to.deep.equal({ file: hand[0] });
  });
});

describe("the package's manifest", () => {
  const project: ProjectManifest = {
    name: "strongroom",
    version: "1.2.3",
    description: "",
    license: "MIT",
    dependencies: { ethers: "6.1.0", zod: "4.0.0", "@safe/x": "1.0.0", unused: "1.0.0" },
  };

  it("depends on what its files name, and leaves ethers to the project that uses it", () => {
    const compiled = new Map([
      [
        "a.js",
        'import { id } from "ethers";\nimport { readFileSync } from "node:fs";\nimport { z } from "zod";',
      ],
      ["b.js", 'const FOLDER = "@safe/x/build"; load(FOLDER + file);'],
    ]);
    const named = packagesOf(compiled, Object.keys(project.dependencies));
    const manifest = manifestOf(project, named, ["contracts"]);
    expect(manifest.dependencies).to.deep.equal({ "@safe/x": "1.0.0", zod: "4.0.0" });
    expect(manifest.peerDependencies).to.deep.equal({ ethers: "^6.1.0" });
    expect(manifest.peerDependenciesMeta).to.deep.equal({ ethers: { optional: true } });
    expect(manifest.exports).to.include({ "./contracts/*.sol": "./contracts/*.sol" });
    expect(manifest.exports).not.to.have.property("./erc7730/*.json");
  });

  it("refuses a package that users wouldn't get", async () => {
    const error = await failure(() => manifestOf(project, new Set(["hardhat"]), []));
    expect(error.code).to.equal("PACKAGE_UNDECLARED");
    expect(error.facts).to.deep.equal({ package: "hardhat" });
  });
});

describe("the package's Solidity", () => {
  it("names the packages that it imports", () => {
    const sources = new Map([
      [
        "contracts/a/A.sol",
        'import {B} from "../b/B.sol";\nimport {O} from "@openzeppelin/contracts/O.sol";\n',
      ],
      ["contracts/b/B.sol", ""],
    ]);
    expect([...solidityPackages(sources)]).to.deep.equal(["@openzeppelin/contracts"]);
  });

  it("refuses a source that imports a mock", async () => {
    const sources = new Map([["contracts/a/A.sol", 'import {M} from "../mocks/M.sol";\n']]);
    const error = await failure(() => solidityPackages(sources));
    expect(error.code).to.equal("PACKAGE_INCOMPLETE");
    expect(error.facts).to.deep.equal({ file: "contracts/a/A.sol", imported: "contracts/mocks/M.sol" });
  });
});

describe("packing", () => {
  it("given a folder with older files, when it is staged, only the new ones are there", async () => {
    const folder = join(scratch, "staged");
    const manifest = '{ "name": "x", "version": "1.0.0" }';
    stage(
      new Map([
        ["package.json", manifest],
        ["old/file.js", ""],
      ]),
      folder,
    );
    stage(
      new Map([
        ["package.json", manifest],
        ["new.js", "1;"],
      ]),
      folder,
    );
    const { entries, file } = await pack(folder, join(scratch, "packed"));
    expect([...entries].sort()).to.deep.equal(["new.js", "package.json"]);
    expect(readFileSync(file).length).to.be.greaterThan(0);
  });

  it("given a folder without a package, when it is packed, npm's words are passed on", async () => {
    const error = await terminalRefusal(pack(join(scratch, "absent"), scratch));
    expect(error.code).to.equal("PACK_FAILED");
    expect(explain(error)).to.match(/why: .*absent/s);
  });
});
