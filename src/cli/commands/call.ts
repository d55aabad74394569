import { makeDirectCall, readDirectCall } from "../../governance/acts/direct-call.ts";
import { ExitCode } from "../exit-code.ts";
import type { PasswordOptions } from "../option-values.ts";
import { print } from "../output.ts";
import { type GovOptions, openSession, payer } from "./gov/session.ts";

/** What `call` is told. */
export interface CallCommand extends GovOptions, PasswordOptions {
  /** Whose account acts; else the network's own. Views need none. */
  readonly keystore?: string;
}

/** `call`: a view, an owner's own verb, or anyone's, by the contract's name. */
export async function call(
  target: string,
  functionName: string,
  words: readonly string[],
  options: CallCommand,
): Promise<number> {
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const direct = await readDirectCall(provider, addresses, target, functionName, words);
    const result = await makeDirectCall(provider, direct, () => payer(session, options));
    const { returns, transaction, events } = result;
    const lines = [
      ...returns.map(([name, value]) => `${name}: ${value}`),
      ...events.map(
        ({ source, name, arguments: told }) =>
          `${source}.${name}(${told.map((item) => `${item.name}=${item.value}`).join(", ")})`,
      ),
      ...(transaction === undefined ? [] : [`done: ${transaction}`]),
    ];
    print(
      options.json,
      { returns: Object.fromEntries(returns), events, ...(transaction === undefined ? {} : { transaction }) },
      `${lines.join("\n")}\n`,
    );
    return ExitCode.done;
  } finally {
    await session.close();
  }
}
