import { TerminalError } from "../core/errors.ts";
import { packagesImportedBy } from "../verify/checks/licences.ts";
import { ENTRY_POINTS, FOLDERS } from "./entry-points.ts";

/** Where the compiled files stand in the package. */
export const COMPILED = "dist";

/** Node releases that the tests run the package on, and all later ones. */
const ENGINES = { node: ">=20" };

/** Its objects cross our functions, so that a project must have one of it: its own. Who uses none of it needs none. */
const PEERS: ReadonlySet<string> = new Set(["ethers"]);

/** What the package takes over from the project's package.json. */
export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The packages that compiled files name: in imports, and in paths that `createRequire` loads. */
export function packagesOf(
  compiled: ReadonlyMap<string, string>,
  known: readonly string[],
): ReadonlySet<string> {
  const named = new Set<string>();
  for (const text of compiled.values()) {
    for (const name of packagesImportedBy(text)) named.add(name);
    for (const name of known) {
      if (['"', "'", "`"].some((quote) => text.includes(`${quote}${name}/`))) named.add(name);
    }
  }
  return named;
}

/** Subpaths, and the files that Node and TypeScript find there. */
function exportsOf(folders: readonly (keyof typeof FOLDERS)[]): Readonly<Record<string, unknown>> {
  const modules = Object.entries(ENTRY_POINTS).map(([subpath, source]) => {
    const file = `./${COMPILED}/${source.slice(0, -".ts".length)}`;
    // Types come first: the first condition that fits is taken.
    return [subpath, { types: `${file}.d.ts`, default: `${file}.js` }] as const;
  });
  const files = folders.map((folder) => {
    const pattern = `./${folder}/*.${FOLDERS[folder]}`;
    return [pattern, pattern] as const;
  });
  return Object.fromEntries([...modules, ...files, ["./package.json", "./package.json"]]);
}

/**
 * The package's own package.json.
 *
 * @param packages what its files import
 * @param folders which of the folders it has
 * @throws TerminalError `PACKAGE_UNDECLARED` if a file imports what isn't a runtime dependency of the project.
 */
export function manifestOf(
  project: ProjectManifest,
  packages: ReadonlySet<string>,
  folders: readonly (keyof typeof FOLDERS)[],
): Readonly<Record<string, unknown>> {
  const versions = [...packages].sort().map((name) => {
    const version = project.dependencies[name];
    if (version === undefined) {
      throw new TerminalError("PACKAGE_UNDECLARED", `The package imports ${name}, which users wouldn't get`, {
        facts: { package: name },
        advice: `Move ${name} to "dependencies" of package.json, or import nothing that needs it from an entry point.`,
      });
    }
    return [name, version] as const;
  });
  const { name, version, description, license } = project;
  const peers = versions.filter(([name]) => PEERS.has(name));
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines: ENGINES,
    sideEffects: false,
    exports: exportsOf(folders),
    dependencies: Object.fromEntries(versions.filter(([name]) => !PEERS.has(name))),
    peerDependencies: Object.fromEntries(peers.map(([name, exact]) => [name, `^${exact}`])),
    peerDependenciesMeta: Object.fromEntries(peers.map(([name]) => [name, { optional: true }])),
  };
}
