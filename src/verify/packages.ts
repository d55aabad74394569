import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { TerminalError } from "../core/errors.ts";
import { pythonLicence, STATED_ELSEWHERE } from "./licence-policy.ts";
import { ensureVenv, requirementsIn } from "./python.ts";
import { runCommand } from "./run-command.ts";

/** A package of one version from npm or PyPI. */
export interface Package {
  readonly ecosystem: "npm" | "pypi";
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; undefined when it states none. */
  readonly licence: string | undefined;
  /** Whether the project needs it to run: a dependency, or one of such a one. All others only develop. */
  readonly ships: boolean;
  /** npm's digest of its archive, `sha512-…`. */
  readonly integrity: string | undefined;
  /** Names with versions of the packages that it requires. */
  readonly requires: readonly string[];
}

/** What names one package: its name and version. */
export function idOf({ name, version }: { name: string; version: string }): string {
  return `${name}@${version}`;
}

const Names = z.record(z.string(), z.unknown()).default({});

const Lock = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      dependencies: Names,
      devDependencies: Names,
      optionalDependencies: Names,
      peerDependencies: Names,
    }),
  ),
});

type Entry = z.infer<typeof Lock>["packages"][string];

/** Where Node finds `name` from the package at `from`, among the locked places. */
function placeOf(entries: Readonly<Record<string, Entry>>, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const place = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (place in entries) return place;
    if (at === "") return undefined;
  }
}

/**
 * The packages that a package-lock.json locks, by name and version. What ships follows from who requires whom, not from the
 * lock's own marks.
 *
 * @throws TerminalError `BAD_LOCK` if it is no lock of version 3, or locks a package that lacks something.
 */
export function packagesInLock(text: string): readonly Package[] {
  const bad = (reason: string) =>
    new TerminalError("BAD_LOCK", "package-lock.json cannot be read", {
      cause: new Error(reason),
      advice: "Make it anew: npm install --package-lock-only.",
    });
  let entries: Readonly<Record<string, Entry>>;
  try {
    entries = Lock.parse(JSON.parse(text)).packages;
  } catch (error) {
    throw bad(String(error));
  }
  const root = entries[""];
  if (root === undefined) throw bad("the project itself is not in it");
  const requiredBy = (place: string, entry: Entry): string[] => {
    const find = (names: Entry["dependencies"], must: boolean) =>
      Object.keys(names).flatMap((name) => {
        const found = placeOf(entries, place, name);
        if (found === undefined && must)
          throw bad(`${place || "the project"} needs ${name}, which is not locked`);
        return found === undefined ? [] : [found];
      });
    // A dependency that is optional stands in both lists.
    const optional = new Set(Object.keys(entry.optionalDependencies));
    const needed = Object.fromEntries(
      Object.entries(entry.dependencies).filter(([name]) => !optional.has(name)),
    );
    return [
      ...find(needed, true),
      ...find(entry.optionalDependencies, false),
      ...find(entry.peerDependencies, false),
    ];
  };
  const shipping = new Set<string>();
  const open = requiredBy("", root);
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const entry = entries[place];
    if (shipping.has(place) || entry === undefined) continue;
    shipping.add(place);
    open.push(...requiredBy(place, entry));
  }
  const named = (place: string) => {
    const entry = entries[place];
    const name = entry?.name ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    if (entry?.version === undefined) throw bad(`${place} has no version`);
    return { name, version: entry.version };
  };
  const found = new Map<string, Package>();
  for (const [place, entry] of Object.entries(entries)) {
    if (place === "") continue;
    const { name, version } = named(place);
    const id = idOf({ name, version });
    const before = found.get(id);
    const requires = requiredBy(place, entry).map((other) => idOf(named(other)));
    found.set(id, {
      ecosystem: "npm",
      name,
      version,
      licence: entry.license ?? STATED_ELSEWHERE[id]?.licence,
      ships: shipping.has(place) || (before?.ships ?? false),
      integrity: entry.integrity,
      requires: [...new Set([...(before?.requires ?? []), ...requires])].sort(),
    });
  }
  return [...found.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** The licence that an installed npm package states itself; undefined when it is not installed or states none. */
export function installedLicence(root: string, name: string, version: string): string | undefined {
  const file = join(root, "node_modules", name, "package.json");
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { version?: string; license?: unknown };
  return manifest.version === version && typeof manifest.license === "string" ? manifest.license : undefined;
}

const Metadata = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    expression: z.string(),
    text: z.string(),
    classifiers: z.array(z.string()),
  }),
);

const READ_METADATA = `
import importlib.metadata, json, sys
print(json.dumps([
    {
        "name": wanted.split("==")[0].split("[")[0],
        "version": found.version,
        "expression": found.metadata.get("License-Expression") or "",
        "text": found.metadata.get("License") or "",
        "classifiers": found.metadata.get_all("Classifier", []),
    }
    for wanted in sys.argv[1:]
    for found in [importlib.metadata.distribution(wanted.split("==")[0].split("[")[0])]
]))
`;

/** The packages of a Python requirements file, with what they say of their licence once installed. */
export async function pythonPackages(requirementsFile: string): Promise<readonly Package[]> {
  const venv = await ensureVenv(requirementsFile);
  const wanted = requirementsIn(requirementsFile, readFileSync(requirementsFile, "utf8"));
  const { code, output, stdout } = await runCommand(venv.bin("python3"), ["-c", READ_METADATA, ...wanted]);
  if (code !== 0) {
    throw new TerminalError("NO_METADATA", "Python cannot tell what it has installed", {
      cause: new Error(output.trim().split("\n").slice(-3).join("\n")),
      advice: `Remove ${venv.root}, then run it again.`,
    });
  }
  return Metadata.parse(JSON.parse(stdout)).map(({ name, version, ...said }) => ({
    ecosystem: "pypi",
    name: name.toLowerCase().replaceAll(/[-_.]+/g, "-"),
    version,
    licence: pythonLicence(said),
    ships: false,
    integrity: undefined,
    requires: [],
  }));
}
