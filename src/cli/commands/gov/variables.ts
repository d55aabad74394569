import { UsageError } from "../../../core/errors.ts";
import type { Language } from "../../../governance/governed/wording.ts";
import { readVariables } from "../../../governance/variables.ts";
import { renderVariables, variablesJson } from "../../../governance/variables-table.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type GovOptions, openSession } from "./session.ts";

/** What `gov variables` is told. */
export interface VariablesCommand extends GovOptions {
  readonly lang?: Language;
  readonly block?: string;
}

function blockOf(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new UsageError(`${text} is no block`, { advice: "Say --block with a whole number." });
}

/** `gov variables`: every governed variable of a deployment. */
export async function govVariables(options: VariablesCommand): Promise<number> {
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const blockTag = options.block === undefined ? "latest" : blockOf(options.block);
    const variables = await readVariables(provider, addresses, { blockTag, withHistory: true });
    print(options.json, variablesJson(variables), renderVariables(variables, { lang: options.lang ?? "en" }));
    return ExitCode.done;
  } finally {
    await session.close();
  }
}
