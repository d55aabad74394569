import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../src/core/errors.ts";
import { DEPLOYMENTS } from "../record.ts";
import { kindOfDifference } from "./differences.ts";

const schema = z.strictObject({
  format: z.literal("strongroom/declared@1"),
  chainId: z.string().regex(/^\d+$/),
  /** Each holds for one value alone: what changes again must be declared again. */
  differences: z.array(
    z.strictObject({
      /** As `deploy verify` names it. */
      id: z.string().min(1),
      /** As it finds it. */
      found: z.string(),
      /** Who decided it, when: the proposal's digest, say. */
      why: z.string().min(1),
    }),
  ),
});

/** What was changed on purpose since a deployment. */
export type Declared = z.output<typeof schema>;

/** Where a chain's declared differences are. */
export function declaredFile(chainId: bigint, folder: string = DEPLOYMENTS): string {
  return join(folder, `${chainId}.declared.json`);
}

/**
 * Reads a chain's declared differences; none if it has no file.
 *
 * @throws TerminalError `DECLARED_INVALID` for a file that is wrong, of another chain, or that declares a violation.
 */
export function readDeclared(chainId: bigint, folder: string = DEPLOYMENTS): Declared {
  const file = declaredFile(chainId, folder);
  if (!existsSync(file))
    return { format: "strongroom/declared@1", chainId: chainId.toString(), differences: [] };
  const fail = (why: string): never => {
    throw new TerminalError("DECLARED_INVALID", `${file} does not declare differences as it should`, {
      facts: { why },
      advice:
        "docs/operations/deploy.md shows such a file; deploy verify prints id and found of each difference.",
    });
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return fail("it is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    return fail(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  }
  if (parsed.data.chainId !== chainId.toString()) return fail(`it is for chain ${parsed.data.chainId}`);
  const violation = parsed.data.differences.find(({ id }) => kindOfDifference(id) === "violation");
  if (violation !== undefined) return fail(`${violation.id} is nothing that governance changes`);
  return parsed.data;
}
