import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownArtifacts } from "../verify/build.ts";
import { abiModule } from "./abi-module.ts";
import { ABIS } from "./abis.ts";
import { addressesModule, recordedAddresses } from "./addresses-module.ts";
import { compile } from "./compile.ts";
import { ENTRY_POINTS, FOLDERS, GENERATED } from "./entry-points.ts";
import { COMPILED, manifestOf, type ProjectManifest, packagesOf } from "./manifest.ts";
import { isPublished, solidityPackages } from "./solidity.ts";

/** Files that stand beside the code, and where the project keeps them. */
const BESIDE: Readonly<Record<string, string>> = { LICENSE: "LICENSE", "README.md": "docs/package.md" };

/** Where the package is taken from. */
export interface PackageSources {
  /** The project's root; its contracts are built. */
  readonly root: string;
  /** The folder of the deployments' records. */
  readonly deployments?: string;
}

/**
 * Every file of the package, by its path in it, in the order of paths. It depends on the sources alone: the same ones give
 * the same bytes.
 *
 * @throws TerminalError `NO_ARTIFACT`, `RECORD_INVALID`, `PACKAGE_DOES_NOT_COMPILE`, `PACKAGE_INCOMPLETE`,
 * `PACKAGE_UNDECLARED`
 */
export function packageFiles({
  root,
  deployments = join(root, "deployments"),
}: PackageSources): ReadonlyMap<string, string> {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const project = JSON.parse(read("package.json")) as ProjectManifest;

  const compiled = compile(
    root,
    Object.values(ENTRY_POINTS),
    new Map([
      [GENERATED.abi, abiModule(ownArtifacts(root), ABIS)],
      [GENERATED.addresses, addressesModule(recordedAddresses(deployments))],
    ]),
  );
  const folders = (Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]).filter((name) =>
    existsSync(join(root, name)),
  );
  const copied = folders
    .flatMap((folder) => globSync(`${folder}/**/*.${FOLDERS[folder]}`, { cwd: root }))
    .filter(isPublished);
  const sources = new Map(copied.map((file) => [file, read(file)] as const));
  const solidity = new Map([...sources].filter(([file]) => file.endsWith(".sol")));
  const packages = new Set([
    ...packagesOf(compiled, Object.keys(project.dependencies)),
    ...solidityPackages(solidity),
  ]);
  const manifest = manifestOf(project, packages, folders);

  const files: (readonly [string, string])[] = [
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
    ...Object.entries(BESIDE).map(([name, file]) => [name, read(file)] as const),
    ...[...compiled].map(([path, text]) => [`${COMPILED}/${path}`, text] as const),
    ...sources,
  ];
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes the files into a folder, which then holds nothing else. */
export function stage(files: ReadonlyMap<string, string>, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o644 });
  }
}
