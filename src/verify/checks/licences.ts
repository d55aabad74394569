import { existsSync, globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ownSources, table } from "../../docs/solidity-text.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { APART, allows, inSpdx, LINKABLE, STATED_ELSEWHERE, TOOLS_ONLY } from "../licence-policy.ts";
import { idOf, installedLicence, type Package, packagesInLock, pythonPackages } from "../packages.ts";
import { REQUIREMENTS } from "../python.ts";
import { packageOf, withImports } from "../solidity-imports.ts";

/** The generated list. */
export const PAGE = "docs/licences.md";

/** Each package against the policy: one set of licences for what ships, a wider one for tools. */
export function packageFindings(packages: readonly Package[]): readonly Finding[] {
  const judged = packages.map((one) => {
    const subject = `${idOf(one)} (${one.ships ? "ships" : "development only"})`;
    if (one.licence === undefined) return { subject, problem: "states no licence" };
    if (allows(one.ships ? LINKABLE : TOOLS_ONLY, one.licence)) return { subject };
    if (one.ships && APART[one.name]?.licence === one.licence) return { subject };
    return {
      subject,
      problem: `${one.licence} is not among the licences of ${one.ships ? "what ships" : "tools"} (src/verify/licence-policy.ts)`,
    };
  });
  const npm = packages.filter(({ ecosystem }) => ecosystem === "npm");
  const ids = new Set(npm.map(idOf));
  const names = new Set(npm.filter(({ ships }) => ships).map(({ name }) => name));
  const stale = [
    ...Object.keys(STATED_ELSEWHERE).filter((id) => !ids.has(id)),
    ...Object.keys(APART).filter((name) => !names.has(name)),
  ].map((row) => ({
    subject: `src/verify/licence-policy.ts: ${row}`,
    problem: "is no longer needed: remove it",
  }));
  return [...judged, ...stale];
}

/** A source's SPDX identifier; undefined when it has none. */
export function spdxOf(source: string): string | undefined {
  const words = source.match(/SPDX-License-Identifier:[^\S\n]*([^\s*](?:[^\n*]*[^\s*])?)/)?.[1];
  return words === undefined ? undefined : inSpdx(words);
}

/** Each Solidity source that ends up in what is deployed, by the header of the file itself. */
export function solidityFindings(sources: ReadonlyMap<string, string>): readonly Finding[] {
  return [...sources].map(([name, source]) => {
    const licence = spdxOf(source);
    if (licence === undefined) return { subject: name, problem: "has no SPDX-License-Identifier" };
    const problem = allows(LINKABLE, licence) ? undefined : `${licence} may not be linked into what ships`;
    return { subject: name, problem };
  });
}

/** The npm packages that a TypeScript source imports. */
export function packagesImportedBy(source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, " ");
  const paths = [
    ...code.matchAll(
      /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\w*(?:\([^()]*\))?\(\s*)["']([^"'.\s][^"'\s]*)["']/g,
    ),
  ];
  const builtin = (path: string) => path.startsWith("node:") || builtinModules.includes(path);
  return [...new Set(paths.map(([, path = ""]) => path).filter((path) => !builtin(path)))].map(
    (path) => packageOf(path) ?? path,
  );
}

/** Each package that our own TypeScript imports is linked with it, whichever list of package.json it stands in. */
export function importFindings(
  files: ReadonlyMap<string, string>,
  packages: readonly Package[],
): readonly Finding[] {
  const named = Map.groupBy(packages, ({ name }) => name);
  return [...files].flatMap(([file, source]) =>
    packagesImportedBy(source).flatMap((name) =>
      (named.get(name) ?? []).map(({ licence, version }) => {
        const fine = licence !== undefined && allows(LINKABLE, licence);
        return {
          subject: `${file}: ${name}@${version}`,
          problem: fine ? undefined : `it imports what is under ${licence ?? "no licence"}`,
        };
      }),
    ),
  );
}

function byLicence(packages: readonly Package[]): string {
  const groups = new Map<string, string[]>();
  for (const one of packages) {
    const licence = one.licence ?? "none";
    groups.set(licence, [...(groups.get(licence) ?? []), idOf(one)]);
  }
  const rows = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return table(
    ["Licence", "Packages"],
    rows.map(([licence, ids]) => [licence, ids.sort().join(", ")]),
  );
}

/** docs/licences.md. */
export function licencesPage(packages: readonly Package[], sources: ReadonlyMap<string, string>): string {
  const shipped = packages.filter(({ ships }) => ships);
  const apart = shipped.filter(({ name }) => name in APART);
  const tools = packages.filter(({ ships }) => !ships);
  const strict = tools.filter(({ licence }) => licence === undefined || !allows(LINKABLE, licence));
  // Without counts: a new contract alone doesn't change the page.
  const solidity = new Set(
    [...sources].map(([name, source]) => `${packageOf(name) ?? "contracts/"}\0${spdxOf(source) ?? "none"}`),
  );
  return `<!-- Generated by: node scripts/licences.ts --write -->

# Licences

Strongroom is under the MIT licence. Nothing under a copyleft licence is linked into what ships; \`./strongroom verify\` compares this page, every package and every Solidity source that a deployed contract reaches with [the policy](../src/verify/licence-policy.ts). [sbom.cdx.json](../sbom.cdx.json) lists the same packages with their digests.

## Linked into what ships

Solidity sources that the contracts built here are compiled from, by the identifier in each file. @pythnetwork/pyth-sdk-solidity is among them for MockPyth alone, which tests and the bench deploy and no deployment of Strongroom does:

${table(
  ["From", "Licence"],
  [...solidity].sort().map((key) => key.split("\0")),
)}

npm packages that the commands need to run:

${byLicence(shipped.filter(({ name }) => !(name in APART)))}

## Deployed beside it

${table(
  ["Package", "Licence", "Why that is no linking"],
  apart.map((one) => [idOf(one), one.licence ?? "none", APART[one.name]?.reason ?? ""]),
)}

## Development only, with conditions

These run as programs of their own while Strongroom is built and tested. Nothing of ours imports them, and nothing of theirs ships.

${table(
  ["Package", "From", "Licence"],
  strict.map((one) => [idOf(one), one.ecosystem === "npm" ? "npm" : "PyPI", one.licence ?? "none"]),
)}

## Development only, the rest

From npm:

${byLicence(tools.filter((one) => one.ecosystem === "npm" && !strict.includes(one)))}

From PyPI:

${byLicence(tools.filter((one) => one.ecosystem === "pypi" && !strict.includes(one)))}
`;
}

/** All packages that the project locks, of both ecosystems. */
export async function lockedPackages(root: string): Promise<readonly Package[]> {
  const npm = packagesInLock(readFileSync(join(root, "package-lock.json"), "utf8"));
  return [...npm, ...(await pythonPackages(join(root, REQUIREMENTS)))];
}

/** The Solidity sources that end up in what is deployed: ours, those built from npm, and all that they import. */
export async function deployedSources(root: string): Promise<ReadonlyMap<string, string>> {
  const module = (await import(pathToFileURL(join(root, "hardhat.config.ts")).href)) as {
    default: { solidity: { npmFilesToBuild?: string[] } };
  };
  const { npmFilesToBuild = [] } = module.default.solidity;
  return withImports(root, [...ownSources(root).keys(), ...npmFilesToBuild]);
}

/** Every package, Solidity source and import against the policy, and docs/licences.md against all of them. */
export async function checkLicences(root: string): Promise<CheckResult> {
  const packages = await lockedPackages(root);
  const sources = await deployedSources(root);
  const typescript = globSync(["src/**/*.ts", "deploy/**/*.ts", "scripts/**/*.ts"], { cwd: root }).sort();
  const files = new Map(typescript.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  // The lock repeats what the registry said; the installed package says it itself.
  const contradictions = packages.flatMap((one): Finding[] => {
    const stated = one.ecosystem === "npm" ? installedLicence(root, one.name, one.version) : undefined;
    if (stated === undefined || stated === one.licence) return [];
    return [{ subject: idOf(one), problem: `the lock says ${one.licence}, the package itself ${stated}` }];
  });
  const kept = existsSync(join(root, PAGE)) ? readFileSync(join(root, PAGE), "utf8") : undefined;
  const fresh = kept === licencesPage(packages, sources);
  const page = { subject: PAGE, problem: fresh ? undefined : "is stale; node scripts/licences.ts --write" };
  const shipped = packages.filter(({ ships }) => ships).length;
  return resultOf(
    "licences",
    packages.length === 0 || sources.size === 0
      ? []
      : [
          ...packageFindings(packages),
          ...solidityFindings(sources),
          ...importFindings(files, packages),
          ...contradictions,
          page,
        ],
    [`${packages.length} packages, ${shipped} of them ship; ${sources.size} Solidity sources`],
  );
}
