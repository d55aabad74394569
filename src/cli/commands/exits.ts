import { textTable } from "../../core/text-table.ts";
import { iso } from "../../core/time.ts";
import { decimalAmount } from "../../treasury/opening-balances.ts";
import { readClaims } from "../../treasury/vault-claims.ts";
import { ExitCode } from "../exit-code.ts";
import { checkedAddress } from "../option-values.ts";
import { print } from "../output.ts";
import { type GovOptions, openSession } from "./gov/session.ts";

/** What `exits` is told. */
export interface ExitsCommand extends GovOptions {
  /** Only what this account has asked for. */
  readonly of?: string;
}

/** `exits`: every exit that is open, the next to mature first. */
export async function exits(options: ExitsCommand): Promise<number> {
  const of = options.of === undefined ? undefined : checkedAddress(options.of, "--of");
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const { claims, assets } = await readClaims(provider, addresses);
    const open = claims
      .flatMap(({ exit, ...claim }) => (exit === undefined ? [] : [{ ...claim, exit }]))
      .filter(({ account }) => of === undefined || account === of)
      .sort((a, b) => Number(a.exit.late - b.exit.late));
    const decimals = new Map(assets.map(({ id, decimals: places }) => [id, places]));
    const rows = open.map(({ account, asset, symbol, amount, exit }) => [
      account,
      `${decimalAmount(amount, decimals.get(asset) ?? 0)} ${symbol}`,
      exit.to,
      iso(exit.late),
      exit.id,
    ]);
    const text =
      rows.length === 0
        ? "No exit is open.\n"
        : `${textTable(["from", "amount", "to", "matures at the latest", "id"], rows)}\n`;
    print(options.json, { exits: open }, text);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}
