import { ComponentScope, ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  HashDictionary,
  LicenseExpression,
  LicenseRepository,
  NamedLicense,
  Property,
  PropertyRepository,
  SpdxLicense,
} from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { isSupportedSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6, Version } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
import { idOf, type Package } from "./packages.ts";

/** The project itself, as its package.json names it. */
export interface Project {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Ids of the packages that it asks for itself. */
  readonly requires: readonly string[];
}

/** The package URL of a package. */
export function purlOf({ ecosystem, name, version }: Package): string {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return `pkg:${ecosystem}/${path}@${encodeURIComponent(version)}`;
}

function licences(expression: string | undefined): LicenseRepository {
  if (expression === undefined) return new LicenseRepository([new NamedLicense("none stated")]);
  const one = isSupportedSpdxId(expression) ? new SpdxLicense(expression) : new LicenseExpression(expression);
  return new LicenseRepository([one]);
}

function componentOf(one: Package): Component {
  const [group, name] = one.name.startsWith("@") ? one.name.split("/") : [undefined, one.name];
  const digest = one.integrity?.match(/sha512-([A-Za-z0-9+/=]+)/)?.[1];
  const development = one.ecosystem === "npm" && !one.ships;
  return new Component(ComponentType.Library, name ?? one.name, {
    ...(group === undefined ? {} : { group }),
    bomRef: purlOf(one),
    purl: purlOf(one),
    version: one.version,
    licenses: licences(one.licence),
    scope: one.ships ? ComponentScope.Required : ComponentScope.Excluded,
    ...(digest === undefined
      ? {}
      : {
          hashes: new HashDictionary([
            [HashAlgorithm["SHA-512"], Buffer.from(digest, "base64").toString("hex")],
          ]),
        }),
    properties: new PropertyRepository(
      development ? [new Property("cdx:npm:package:development", "true")] : [],
    ),
  });
}

/**
 * The bill of materials in CycloneDX 1.6 JSON. What ships has the scope "required", what only develops "excluded". No time
 * and no serial number: the same packages give the same bytes.
 */
export function bomText(project: Project, packages: readonly Package[]): string {
  const bom = new Bom();
  const itself = new Component(ComponentType.Application, project.name, {
    bomRef: `pkg:npm/${project.name}@${project.version}`,
    version: project.version,
    licenses: licences(project.license),
  });
  bom.metadata.component = itself;
  const components = new Map(packages.map((one) => [one, componentOf(one)]));
  const byId = new Map(
    [...components].map(([one, component]) => [`${one.ecosystem}:${idOf(one)}`, component]),
  );
  for (const [one, component] of components) {
    bom.components.add(component);
    for (const other of one.requires) {
      const required = byId.get(`${one.ecosystem}:${other}`);
      if (required !== undefined) component.dependencies.add(required.bomRef);
    }
    // pip installs exactly the listed packages, each because the project lists it.
    const direct = one.ecosystem === "pypi" || project.requires.includes(idOf(one));
    if (direct) itself.dependencies.add(component.bomRef);
  }
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** What the CycloneDX schema has against a bill; undefined when nothing. */
export async function schemaProblem(text: string): Promise<string | undefined> {
  try {
    const problem = await new JsonStrictValidator(Version.v1dot6).validate(text);
    return problem === null ? undefined : JSON.stringify(problem).slice(0, 400);
  } catch (error) {
    return error instanceof SyntaxError ? error.message : String(error);
  }
}
