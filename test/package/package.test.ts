import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { parseEther, ZeroAddress } from "ethers";
import { RECORD_FORMAT } from "../../deploy/record.ts";
import { NATIVE_ASSET } from "../../src/governance/parameters.ts";
import { ENTRY_POINTS } from "../../src/package/entry-points.ts";
import { pack, type Tarball } from "../../src/package/pack.ts";
import { packageFiles, stage } from "../../src/package/stage.ts";
import { connection, type Scene, scene } from "../scenario/scene.ts";
import { EmptyProject, type Ended } from "../support/empty-project.ts";
import { NODES, nodeFolder } from "../support/node-versions.ts";
import { codeOf } from "../support/page-code.ts";
import { serveRpc } from "../support/rpc-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MOST_PACKED = 400_000;
const MOST_UNPACKED = 3_000_000;

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const ETHERS = `ethers@${dependencies.ethers}`;
const VIEM = `viem@${devDependencies.viem}`;

/** What a project imports. */
const FACES = Object.keys(ENTRY_POINTS).map((subpath) => subpath.replace(/^\./, "strongroom"));
/** Entry points that import ethers. */
const NEED_ETHERS: ReadonlySet<string> = new Set([
  "strongroom/audit",
  "strongroom/governance",
  "strongroom/payments",
]);

const scratch = mkdtempSync(join(tmpdir(), "package-"));

const blocks = codeOf("docs/package.md");

function block(name: string): string {
  const code = blocks.get(name);
  if (code === undefined) throw new Error(`docs/package.md has no ${name}`);
  return code;
}

async function packed(name: string, deployments?: string): Promise<Tarball> {
  const staged = join(scratch, name, "staged");
  stage(packageFiles({ root: ROOT, ...(deployments === undefined ? {} : { deployments }) }), staged);
  return pack(staged, join(scratch, name));
}

/** What a program has printed as its only line; all it said, if it failed. */
function answer({ code, stdout, output }: Ended): Record<string, unknown> {
  expect(code, output).to.equal(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

after(() => rmSync(scratch, { recursive: true, force: true }));

describe("the package as it is published", () => {
  let first: Tarball;
  let second: Tarball;

  before(async () => {
    first = await packed("first");
    second = await packed("second");
  });

  it("given the same sources, when it is packed twice, it has the same bytes", () => {
    expect(first.file).not.to.equal(second.file);
    expect(readFileSync(first.file).equals(readFileSync(second.file))).to.equal(true);
  });

  it("holds what is meant and nothing else", () => {
    const tops = new Set(first.entries.map((path) => path.split("/")[0]));
    const folders = ["contracts", "erc7730", "schemas"].filter((folder) => existsSync(join(ROOT, folder)));
    expect([...tops].sort()).to.deep.equal(
      ["LICENSE", "README.md", ...folders, "dist", "package.json"].sort(),
    );
    const kinds = { dist: /\.(js|d\.ts)$/, contracts: /\.sol$/, erc7730: /\.json$/, schemas: /\.json$/ };
    for (const [folder, kind] of Object.entries(kinds)) {
      for (const path of first.entries.filter((entry) => entry.startsWith(`${folder}/`)))
        expect(path).to.match(kind);
    }
    expect(first.entries.filter((path) => /mock|\.t\.sol$|\/test\//i.test(path))).to.deep.equal([]);
    expect(first.entries).to.include("contracts/custody/Vault.sol");
  });

  it("brings OpenZeppelin's sources, the solver of netting and no other package", () => {
    const manifest = JSON.parse(readFileSync(join(scratch, "first/staged/package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      peerDependencies: Record<string, string>;
    };
    const names = ["@openzeppelin/contracts", "@openzeppelin/contracts-upgradeable", "highs"];
    expect(Object.keys(manifest.dependencies)).to.deep.equal(names);
    for (const name of names) expect(manifest.dependencies[name]).to.equal(dependencies[name]);
    expect(Object.keys(manifest.peerDependencies)).to.deep.equal(["ethers"]);
  });

  it("stays small", () => {
    expect(first.size).to.be.lessThan(MOST_PACKED);
    expect(first.unpackedSize).to.be.lessThan(MOST_UNPACKED);
  });

  it("says nothing of the machine that packed it, and holds no secret", () => {
    const machine = [ROOT, `${homedir()}/`, `${tmpdir()}/`];
    for (const path of first.entries) {
      const text = readFileSync(join(scratch, "first/staged", path), "utf8");
      for (const place of machine) expect(text.includes(place), `${path} names ${place}`).to.equal(false);
      expect(text, path).not.to.match(
        /sourceMappingURL|PRIVATE KEY|_authToken|test test test|:\/\/[\w.-]*registry|registry\.(?:npm|yarn|node)/,
      );
    }
  });
});

describe("the package in use", () => {
  let suite: Scene;
  let rpc: Awaited<ReturnType<typeof serveRpc>>;
  let tarball: Tarball;
  const projects = new Map<string, { readonly ethers: EmptyProject; readonly viem: EmptyProject }>();

  const installed = async (node?: string, ...others: readonly string[]): Promise<EmptyProject> => {
    const project = new EmptyProject(node);
    const { code, output } = await project.install(tarball.file, ...others);
    expect(code, output).to.equal(0);
    return project;
  };

  before(async () => {
    suite = await scene();
    const { vault } = suite.contracts;
    const three = parseEther("3");
    await vault.connect(suite.anna).deposit(NATIVE_ASSET, three, suite.anna, { value: three });
    await vault.connect(suite.bert).deposit(NATIVE_ASSET, 5n, suite.bert, { value: 5n });
    rpc = await serveRpc(connection.provider);

    const records = join(scratch, "deployments");
    mkdirSync(records);
    const record = { format: RECORD_FORMAT, addresses: suite.addresses };
    writeFileSync(join(records, `${suite.addresses.chainId}.json`), JSON.stringify(record));
    tarball = await packed("deployed", records);
    await Promise.all(
      NODES.map(async (version) => {
        const node = await nodeFolder(version);
        const [ethers, viem] = await Promise.all([installed(node, ETHERS), installed(node, VIEM)]);
        projects.set(version, { ethers, viem });
      }),
    );
  });

  after(async () => {
    await rpc?.close();
    for (const { ethers, viem } of projects.values())
      for (const project of [ethers, viem]) project[Symbol.dispose]();
  });

  for (const version of NODES) {
    describe(`given Node ${version} and a project that was empty`, () => {
      const run = async (which: "ethers" | "viem", file: string, text: string, ...words: string[]) => {
        const project = projects.get(version)?.[which];
        if (project === undefined) throw new Error(`nothing was installed for Node ${version}`);
        project.write(file, text);
        return project.run("node", [file, ...words], { RPC_URL: rpc.url });
      };
      const call = () =>
        suite.contracts.vault.interface.encodeFunctionData("withdraw", [
          NATIVE_ASSET,
          parseEther("1"),
          suite.bert.address,
        ]);

      it("when the page's code for ethers runs, it explains, encodes and rebuilds what stands on the chain", async () => {
        const { why, ...rest } = answer(
          await run(
            "ethers",
            "with-ethers.mjs",
            block("with-ethers.mjs"),
            suite.anna.address,
            suite.bert.address,
          ),
        );
        expect(rest).to.deep.equal({ call: call(), owed: String(parseEther("3") + 5n) });
        expect(why).to.contain("the destination is not in the customer's book");
        expect(why).to.contain("part of the money has not been there for long enough");
      });

      it("when the page's code for viem runs, it reads, encodes, decodes events and explains a refusal", async () => {
        const token = suite.addresses.assets.find((asset) => asset.token !== ZeroAddress)?.token ?? "";
        const words = [suite.anna.address, suite.bert.address, token];
        expect(answer(await run("viem", "with-viem.mjs", block("with-viem.mjs"), ...words))).to.deep.equal({
          listed: true,
          call: call(),
          deposited: String(parseEther("3")),
          refusal: "the account has less than that",
        });
      });

      it("when every entry point is imported, each has exports; CommonJS requires it too", async () => {
        const text = `const counts = {};
for (const name of ${JSON.stringify(FACES)}) counts[name] = Object.keys(await import(name)).length;
console.log(JSON.stringify(counts));`;
        const counts = answer(await run("ethers", "all.mjs", text));
        expect(Object.keys(counts)).to.deep.equal(FACES);
        for (const count of Object.values(counts)) expect(count).to.be.greaterThan(0);

        const old = 'console.log(JSON.stringify({ cents: String(require("strongroom").parseUsd("1.05")) }));';
        expect(answer(await run("ethers", "old.cjs", old))).to.deep.equal({ cents: "105" });
      });

      it("when ethers is not installed, only what needs it fails, and says so", async () => {
        const text = `const failed = {};
for (const name of ${JSON.stringify(FACES)}) {
  await import(name).catch(({ code, message }) => { failed[name] = [code, message.includes("'ethers'")]; });
}
console.log(JSON.stringify(failed));`;
        expect(answer(await run("viem", "without-ethers.mjs", text))).to.deep.equal(
          Object.fromEntries([...NEED_ETHERS].map((name) => [name, ["ERR_MODULE_NOT_FOUND", true]])),
        );
      });
    });
  }

  describe("given the compiler", () => {
    const MISTAKES = {
      "a function that doesn't exist": ['"listedAssets"', '"listedAsset"', /listedAsset\b.*not assignable/],
      "an argument of another type": [
        'parseEther("1"), recipient',
        '"1", recipient',
        /string.*not assignable.*bigint/,
      ],
      "an event's field that doesn't exist": ["args.amount", "args.amounts", /'amounts' does not exist/],
      "an import that doesn't exist": ["erc20Asset,", "erc721Asset,", /no exported member.*'erc721Asset'/],
    } as const;

    /** Compiles files of the last Node's project as strictly as we do ours; the compiler's words by file. */
    const checked = async (
      which: "ethers" | "viem",
      resolution: "nodenext" | "bundler",
      files: ReadonlyMap<string, string>,
      ...more: readonly string[]
    ): Promise<ReadonlyMap<string, string>> => {
      const project = projects.get(NODES[2])?.[which];
      if (project === undefined) throw new Error("nothing was installed");
      for (const [name, text] of files) project.write(name, text);
      const options =
        "--noEmit --strict --noUncheckedIndexedAccess --allowJs --checkJs --target es2023 --types node";
      const { stdout } = await project.run("node", [
        join(ROOT, "node_modules/typescript/bin/tsc"),
        ...options.split(" "),
        ...["--lib", "es2023,dom", "--typeRoots", join(ROOT, "node_modules/@types")],
        ...["--module", resolution === "bundler" ? "esnext" : resolution, "--moduleResolution", resolution],
        ...["--pretty", "false", ...more, ...files.keys()],
      ]);
      const said = new Map<string, string>();
      for (const line of stdout.split("\n")) {
        const file = /^([^\s(]+)\(\d+,\d+\): error/.exec(line)?.[1];
        if (file !== undefined) said.set(file, `${said.get(file) ?? ""}${line}\n`);
        else if (/^error/.test(line)) said.set("", line);
      }
      return said;
    };

    it("when imports resolve as Node's, the page's code for ethers and every declaration are right", async () => {
      const every = FACES.map((face, index) => `export * as face${index} from "${face}";\n`).join("");
      const files = new Map([
        ["with-ethers.mjs", block("with-ethers.mjs")],
        ["every.mts", every],
      ]);
      expect([...(await checked("ethers", "nodenext", files))]).to.deep.equal([]);
    });

    for (const which of ["ethers", "viem"] as const) {
      it(`when imports resolve as bundlers', the page's code for ${which} is right`, async () => {
        const file = `with-${which}.mjs`;
        const files = new Map([[file, block(file)]]);
        expect([...(await checked(which, "bundler", files, "--skipLibCheck"))]).to.deep.equal([]);
      });
    }

    it("when viem's code names what the ABI doesn't have, it is refused, and the page's code is not", async () => {
      const code = block("with-viem.mjs");
      const mistaken = Object.entries(MISTAKES).map(([what, [right, wrong]], index) => {
        expect(code, what).to.contain(right);
        return [`mistake-${index}.mjs`, code.replace(right, wrong)] as const;
      });
      const said = await checked(
        "viem",
        "nodenext",
        new Map([["right.mjs", code], ...mistaken]),
        "--skipLibCheck",
      );
      expect([...said.keys()].sort()).to.deep.equal(mistaken.map(([file]) => file));
      for (const [index, [, , message]] of Object.values(MISTAKES).entries()) {
        expect(said.get(`mistake-${index}.mjs`)).to.match(message);
      }
    });
  });

  describe("given a project with Solidity", () => {
    it("when Hardhat builds the page's contract, it finds the sources in node_modules", async () => {
      using project = await installed();
      for (const name of ["hardhat", "solc"]) project.borrow(name);
      for (const name of ["hardhat.config.ts", "contracts/TipJar.sol"]) project.write(name, block(name));
      const { code, output } = await project.run("node", ["node_modules/hardhat/dist/src/cli.js", "build"]);
      expect(code, output).to.equal(0);
      const artifact = readFileSync(join(project.root, "artifacts/contracts/TipJar.sol/TipJar.json"), "utf8");
      expectTipJar(JSON.parse(artifact) as Built);
    });

    it("when Foundry builds it, it finds them through the page's remappings", async () => {
      using project = await installed();
      for (const name of ["foundry.toml", "contracts/TipJar.sol"]) project.write(name, block(name));
      // There is no native compiler to download offline: the locked one, under its command line.
      const solc = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "test/support/solc-cli.ts")}" "$@"\n`;
      project.write("solc", solc, 0o755);
      const forge = join(ROOT, "node_modules/@foundry-rs/forge/bin.mjs");
      const { code, output } = await project.run("node", [forge, "build", "--offline"], {
        FOUNDRY_SOLC: join(project.root, "solc"),
      });
      expect(code, output).to.equal(0);
      const artifact = JSON.parse(readFileSync(join(project.root, "out/TipJar.sol/TipJar.json"), "utf8")) as {
        abi: Built["abi"];
        bytecode: { object: string };
      };
      expectTipJar({ abi: artifact.abi, bytecode: artifact.bytecode.object });
    });
  });
});

interface Built {
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
  readonly bytecode: string;
}

function expectTipJar({ abi, bytecode }: Built): void {
  const functions = abi.filter(({ type }) => type === "function").map(({ name }) => name);
  expect(functions.sort()).to.deep.equal(["artist", "onVaultCall", "vault"]);
  expect(bytecode.length).to.be.greaterThan(500);
}
