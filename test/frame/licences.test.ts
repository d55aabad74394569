import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import type { Finding } from "../../src/verify/check.ts";
import {
  importFindings,
  licencesPage,
  packageFindings,
  packagesImportedBy,
  solidityFindings,
  spdxOf,
} from "../../src/verify/checks/licences.ts";
import { judgeSbom, projectIn } from "../../src/verify/checks/sbom.ts";
import { APART, allows, LINKABLE, pythonLicence, STATED_ELSEWHERE } from "../../src/verify/licence-policy.ts";
import { installedLicence, type Package, packagesInLock } from "../../src/verify/packages.ts";
import { bomText, purlOf, schemaProblem } from "../../src/verify/sbom.ts";
import { withImports } from "../../src/verify/solidity-imports.ts";

const DIGEST = "ab".repeat(64);

/** A lock of: runs → inner (its own copy) and option; tests → inner; safe, apart. */
const lock = (changes: Readonly<Record<string, object>> = {}) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      "": { dependencies: { runs: "1.0.0" }, devDependencies: { "@scope/tests": "1.0.0" } },
      "node_modules/runs": {
        version: "1.0.0",
        license: "MIT",
        integrity: `sha512-${Buffer.from(DIGEST, "hex").toString("base64")}`,
        dependencies: { inner: "^2.0.0" },
        optionalDependencies: { option: "^1.0.0", elsewhere: "^1.0.0" },
      },
      "node_modules/runs/node_modules/inner": { version: "2.0.0", license: "ISC" },
      "node_modules/option": { version: "1.0.0", license: "MIT", optional: true },
      "node_modules/inner": { version: "1.0.0", license: "MIT", dev: true },
      "node_modules/@scope/tests": {
        version: "1.0.0",
        license: "MPL-2.0",
        dev: true,
        dependencies: { inner: "^1.0.0" },
      },
      ...changes,
    },
  });

const problems = (findings: readonly Finding[]) =>
  findings
    .filter(({ subject }) => !subject.startsWith("src/verify/licence-policy.ts"))
    .filter(({ problem }) => problem !== undefined)
    .map(({ subject, problem }) => `${subject}: ${problem}`);

describe("licence expressions", () => {
  it("hold when one of an OR, or all of an AND, are allowed", () => {
    for (const fine of ["MIT", "MIT OR GPL-3.0-only", "(MIT AND ISC)", "Apache-2.0 WITH LLVM-exception"])
      expect(allows(LINKABLE, fine), fine).to.equal(true);
    for (const bad of [
      "GPL-3.0-only",
      "LGPL-3.0",
      "MIT AND GPL-2.0-or-later",
      "(GPL-2.0-only WITH Classpath-exception-2.0)",
      "AGPL-3.0-only OR BUSL-1.1",
      "UNLICENSED",
      "SEE LICENSE IN LICENSE.md",
      "MIT License",
      "",
    ])
      expect(allows(LINKABLE, bad), bad).to.equal(false);
  });

  it("are read from what Python packages say, and unknown words stay unknown", () => {
    const said = (expression: string, text = "", classifiers: string[] = []) =>
      pythonLicence({ expression, text, classifiers });
    expect(said("Apache-2.0 AND MIT", "GPL")).to.equal("Apache-2.0 AND MIT");
    expect(said("", "MPL-2.0", ["License :: OSI Approved :: MIT License"])).to.equal("MPL-2.0");
    expect(said("", "", ["Topic :: Software", "License :: OSI Approved :: MIT License"])).to.equal("MIT");
    expect(said("", "   GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3, 19 November 2007\n")).to.equal(
      "AGPL-3.0-only",
    );
    expect(said("", "Ask the author", ["License :: Other/Proprietary License"])).to.equal(undefined);
    expect(said("")).to.equal(undefined);
  });
});

describe("locked packages", () => {
  it("ship when the project requires them at run time, directly or not, whatever the lock's marks say", () => {
    const marked = {
      "node_modules/runs/node_modules/inner": { version: "2.0.0", license: "ISC", dev: true },
    };
    for (const text of [lock(), lock(marked)]) {
      const shipping = packagesInLock(text).filter(({ ships }) => ships);
      expect(shipping.map(({ name, version }) => `${name}@${version}`)).to.deep.equal([
        "inner@2.0.0",
        "option@1.0.0",
        "runs@1.0.0",
      ]);
    }
  });

  it("ship when any of their places does, and know what they require", () => {
    const again = { "node_modules/runs/node_modules/inner": { version: "1.0.0", license: "MIT" } };
    const packages = packagesInLock(lock(again));
    expect(packages.find(({ name }) => name === "inner")).to.include({ version: "1.0.0", ships: true });
    expect(packages.find(({ name }) => name === "runs")?.requires).to.deep.equal([
      "inner@1.0.0",
      "option@1.0.0",
    ]);
    expect(packages.find(({ name }) => name === "@scope/tests")?.requires).to.deep.equal(["inner@1.0.0"]);
  });

  it("are refused when the lock is broken", () => {
    for (const text of [
      "",
      "{}",
      JSON.stringify({ lockfileVersion: 3, packages: {} }),
      JSON.stringify({ lockfileVersion: 2, packages: { "": {} } }),
      JSON.stringify({ lockfileVersion: 3, packages: { "": { dependencies: { gone: "1.0.0" } } } }),
      lock({ "node_modules/nameless": { license: "MIT" } }),
    ]) {
      expect(() => packagesInLock(text), text)
        .to.throw(TerminalError)
        .with.property("code", "BAD_LOCK");
    }
  });
});

describe("the licence policy", () => {
  const judge = (changes: Readonly<Record<string, object>>) =>
    problems(packageFindings(packagesInLock(lock(changes))));

  it("takes permissive packages that ship and copyleft tools", () => {
    expect(judge({})).to.deep.equal([]);
    expect(packageFindings([])).to.satisfy((all: Finding[]) => all.every(({ problem }) => problem));
  });

  it("refuses copyleft in what ships, deep inside too", () => {
    const inner = "node_modules/runs/node_modules/inner";
    for (const license of ["GPL-3.0-only", "LGPL-3.0", "MPL-2.0", "BUSL-1.1", "MIT AND GPL-3.0-only"]) {
      const [problem, ...rest] = judge({ [inner]: { version: "2.0.0", license, dev: true } });
      expect(problem).to.match(/^inner@2\.0\.0 \(ships\): .* is not among the licences of what ships/);
      expect(rest).to.deep.equal([]);
    }
  });

  it("refuses a missing or unknown licence, also of a tool", () => {
    expect(judge({ "node_modules/tool": { version: "1.0.0" } })).to.deep.equal([
      "tool@1.0.0 (development only): states no licence",
    ]);
    expect(
      judge({ "node_modules/tool": { version: "1.0.0", license: "SEE LICENSE IN FILE" } }),
    ).to.have.length(1);
    expect(judge({ "node_modules/tool": { version: "1.0.0", license: "SSPL-1.0" } })).to.have.length(1);
  });

  it("takes Safe apart under its own licence only, and no other name", () => {
    const name = "@safe-global/safe-smart-account";
    const root = { dependencies: { [name]: "1.5.0" } };
    const safe = (license: string) =>
      judge({ "": root, [`node_modules/${name}`]: { version: "1.5.0", license } });
    expect(safe("LGPL-3.0")).to.deep.equal([]);
    expect(safe("GPL-3.0-only")).to.have.length(1);
    const other = { dependencies: { other: "1.0.0" } };
    expect(
      judge({ "": other, "node_modules/other": { version: "1.0.0", license: "LGPL-3.0" } }),
    ).to.have.length(1);
  });

  it("holds no row that is no longer needed", () => {
    const rows = Object.keys(APART).length + Object.keys(STATED_ELSEWHERE).length;
    const stale = packageFindings(packagesInLock(lock())).filter(({ problem }) =>
      /no longer needed/.test(problem ?? ""),
    );
    expect(stale).to.have.length(rows).and.not.to.have.length(0);
  });

  it("refuses an import of copyleft code in our TypeScript, whichever list has it", () => {
    const packages = packagesInLock(lock());
    const files = (source: string) => new Map([["src/a.ts", source]]);
    expect(problems(importFindings(files('import { a } from "runs";'), packages))).to.deep.equal([]);
    for (const source of [
      'import { a } from "@scope/tests/deep/file.js";',
      'import "@scope/tests";',
      'export * from "@scope/tests";',
      'const a = await import("@scope/tests");',
      'const a = createRequire(import.meta.url)("x"); require("@scope/tests")',
    ]) {
      expect(problems(importFindings(files(source), packages)), source).to.deep.equal([
        "src/a.ts: @scope/tests@1.0.0: it imports what is under MPL-2.0",
      ]);
    }
    expect(
      packagesImportedBy('// import "a";\nimport fs from "node:fs"; import { b } from "./b.ts";'),
    ).to.deep.equal([]);
  });
});

describe("Solidity sources that are deployed", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "strongroom-test-"));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };

  it("are refused when a header deep in a package is copyleft, unknown or missing", () => {
    write("contracts/A.sol", '// SPDX-License-Identifier: MIT\nimport { B } from "pkg/B.sol";\n');
    write("node_modules/pkg/B.sol", '// SPDX-License-Identifier: Apache-2.0\nimport { C } from "./C.sol";\n');
    const judge = (header: string) => {
      write("node_modules/pkg/C.sol", `${header}\nlibrary C {}\n`);
      return problems(solidityFindings(withImports(root, ["contracts/A.sol"])));
    };
    expect(judge("// SPDX-License-Identifier: MIT OR GPL-3.0-only")).to.deep.equal([]);
    for (const licence of ["GPL-3.0-or-later", "LGPL-3.0-only", "BUSL-1.1", "UNLICENSED"]) {
      expect(judge(`// SPDX-License-Identifier: ${licence}`)).to.deep.equal([
        `pkg/C.sol: ${licence} may not be linked into what ships`,
      ]);
    }
    expect(judge("// MIT")).to.deep.equal(["pkg/C.sol: has no SPDX-License-Identifier"]);
  });

  it("say their licence in either kind of comment", () => {
    expect(spdxOf("// SPDX-License-Identifier: MIT\n")).to.equal("MIT");
    expect(spdxOf("/* SPDX-License-Identifier: GPL-2.0 OR MIT */")).to.equal("GPL-2.0 OR MIT");
    expect(spdxOf("// SPDX-License-Identifier:\npragma solidity 0.8.37;")).to.equal(undefined);
    expect(spdxOf("contract A {}")).to.equal(undefined);
  });

  it("and packages: what is installed may state another licence than the lock", () => {
    write("node_modules/a/package.json", JSON.stringify({ version: "1.0.0", license: "GPL-3.0-only" }));
    expect(installedLicence(root, "a", "1.0.0")).to.equal("GPL-3.0-only");
    expect(installedLicence(root, "a", "2.0.0")).to.equal(undefined);
    expect(installedLicence(root, "b", "1.0.0")).to.equal(undefined);
  });
});

describe("the generated list of licences", () => {
  it("sorts packages into what ships, what stands apart, and tools with conditions", () => {
    const page = licencesPage(
      packagesInLock(lock()),
      new Map([
        ["contracts/A.sol", "// SPDX-License-Identifier: MIT\n"],
        ["@x/y/B.sol", "// SPDX-License-Identifier: ISC\n"],
      ]),
    );
    const [, linked = "", apart = "", strict = "", rest = ""] = page.split("\n## ");
    expect(linked).to.include("| @x/y | ISC |").and.to.include("| ISC | inner@2.0.0 |");
    expect(linked).to.include("| MIT | option@1.0.0, runs@1.0.0 |");
    expect(apart).to.not.include("@1.0.0");
    expect(strict).to.include("| @scope/tests@1.0.0 | npm | MPL-2.0 |");
    expect(rest).to.include("| MIT | inner@1.0.0 |").and.to.not.include("@scope/tests");
  });
});

describe("the bill of materials", () => {
  const python: Package = {
    ecosystem: "pypi",
    name: "checker",
    version: "1.0.0",
    licence: "AGPL-3.0-only",
    ships: false,
    integrity: undefined,
    requires: [],
  };
  const packages = [...packagesInLock(lock()), python];
  const manifest = JSON.stringify({
    name: "project",
    version: "0.1.0",
    license: "MIT",
    dependencies: { runs: "1.0.0" },
    devDependencies: { "@scope/tests": "1.0.0" },
  });
  const project = projectIn(manifest, packages);
  const bill = bomText(project, packages);

  interface Bill {
    metadata: object;
    components: { purl: string; scope: string; hashes?: object[]; licenses: object[] }[];
    dependencies: { ref: string; dependsOn?: string[] }[];
  }

  it("keeps to the schema, names what ships and what only develops, and who requires whom", async () => {
    expect(await schemaProblem(bill)).to.equal(undefined);
    const { components, dependencies } = JSON.parse(bill) as Bill;
    const scopes = Object.fromEntries(components.map(({ purl, scope }) => [purl, scope]));
    expect(scopes).to.deep.equal({
      "pkg:npm/%40scope/tests@1.0.0": "excluded",
      "pkg:npm/inner@1.0.0": "excluded",
      "pkg:npm/inner@2.0.0": "required",
      "pkg:npm/option@1.0.0": "required",
      "pkg:npm/runs@1.0.0": "required",
      "pkg:pypi/checker@1.0.0": "excluded",
    });
    const runs = components.find(({ purl }) => purl === "pkg:npm/runs@1.0.0");
    expect(runs?.hashes).to.deep.equal([{ alg: "SHA-512", content: DIGEST }]);
    const requires = (ref: string) => dependencies.find((one) => one.ref === ref)?.dependsOn;
    expect(requires("pkg:npm/project@0.1.0")).to.have.members([
      "pkg:npm/runs@1.0.0",
      "pkg:npm/%40scope/tests@1.0.0",
      "pkg:pypi/checker@1.0.0",
    ]);
    expect(requires("pkg:npm/runs@1.0.0")).to.have.members(["pkg:npm/inner@2.0.0", "pkg:npm/option@1.0.0"]);
  });

  it("is the same bytes each time, in any order of packages, and tells no time", () => {
    expect(bomText(project, [...packages].reverse())).to.equal(bill);
    expect(bill).to.not.match(/timestamp|serialNumber|urn:uuid/);
    expect(purlOf(python)).to.equal("pkg:pypi/checker@1.0.0");
  });

  it("fails when it is missing, stale, empty or against the schema", async () => {
    expect(await judgeSbom(bill, bill)).to.include({ passed: 2, failed: 0 });
    expect(await judgeSbom(undefined, bill)).to.include({ passed: 0, failed: 1 });
    const raised = bomText(
      project,
      packagesInLock(lock({ "node_modules/new": { version: "1.0.0", license: "MIT" } })),
    );
    expect(await judgeSbom(bill, raised)).to.include({ failed: 1 });
    const empty = bomText({ ...project, requires: [] }, []);
    expect(await judgeSbom(empty, empty)).to.include({ failed: 1 });
    const broken = bill.replace('"scope": "required"', '"scope": "shipped"');
    expect(await judgeSbom(broken, broken)).to.include({ failed: 1 });
    expect(await judgeSbom("{", bill)).to.include({ failed: 2 });
  });
});
