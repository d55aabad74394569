import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckResult, resultOf } from "../check.ts";
import { idOf, type Package } from "../packages.ts";
import { bomText, type Project, schemaProblem } from "../sbom.ts";
import { lockedPackages } from "./licences.ts";

/** The committed bill of materials. */
export const SBOM = "sbom.cdx.json";

/** What package.json says of the project. */
export function projectIn(manifest: string, packages: readonly Package[]): Project {
  const { name, version, license, ...lists } = JSON.parse(manifest) as {
    name: string;
    version: string;
    license: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const asked = new Set(
    Object.entries({ ...lists.devDependencies, ...lists.dependencies }).map(([name, version]) =>
      idOf({ name, version }),
    ),
  );
  const requires = packages.filter((one) => one.ecosystem === "npm").map(idOf);
  return { name, version, license, requires: requires.filter((id) => asked.has(id)) };
}

/** The bill of this checkout. */
export async function freshSbom(root: string): Promise<string> {
  const packages = await lockedPackages(root);
  return bomText(projectIn(readFileSync(join(root, "package.json"), "utf8"), packages), packages);
}

/** The kept bill against the fresh one, and against the schema of CycloneDX. */
export async function judgeSbom(kept: string | undefined, fresh: string): Promise<CheckResult> {
  if (kept === undefined) {
    return resultOf("sbom", [{ subject: SBOM, problem: "is missing; node scripts/licences.ts --write" }]);
  }
  const same = kept === fresh;
  const parts = same ? (JSON.parse(kept) as { components?: unknown[] }).components?.length : undefined;
  return resultOf(
    "sbom",
    [
      {
        subject: SBOM,
        problem: same ? undefined : "is not what is locked now; node scripts/licences.ts --write",
      },
      { subject: `${SBOM} by the schema of CycloneDX 1.6`, problem: await schemaProblem(kept) },
      ...(same && !parts ? [{ subject: SBOM, problem: "lists no component" }] : []),
    ],
    parts === undefined ? [] : [`${parts} components`],
  );
}

/** The bill of materials. */
export async function checkSbom(root: string): Promise<CheckResult> {
  const file = join(root, SBOM);
  const kept = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  return judgeSbom(kept, await freshSbom(root));
}
