import { getAddress, isAddress, ZeroAddress } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { MAX_AMOUNT } from "../governance/parameters.ts";
import type { ListedAsset } from "./listed-assets.ts";

/** The first line of every file of opening balances. */
export const BALANCES_HEADER = "account,asset,amount";

/** What one account is to be credited with. */
export interface OpeningBalance {
  /** In the file, the header being line 1. */
  readonly line: number;
  readonly account: string;
  readonly symbol: string;
  readonly asset: bigint;
  /** Raw units. */
  readonly amount: bigint;
}

/** What is wrong with a line. */
interface Problem {
  readonly line: number;
  readonly code: string;
  readonly what: string;
}

/** So many problems are told at once. */
const TOLD = 20;

/**
 * Reads opening balances: CSV with the header `account,asset,amount`, checksummed addresses, the symbols of the parameter
 * file, plain decimal amounts (`1250.5`). Nothing is guessed: no quotes, no blanks, no thousands separators, no signs.
 *
 * @throws TerminalError with the first problem's code (`BALANCES_HEADER`, `_FIELDS`, `_ADDRESS`, `_ASSET`, `_AMOUNT`,
 * `_DECIMALS`, `_NOT_POSITIVE`, `_TOO_LARGE`, `_DUPLICATE`, `_EMPTY`) and a line for each problem.
 * @example
 * const rows = parseBalances("account,asset,amount\n0x…,usd,1250.5\n", assets);
 */
export function parseBalances(text: string, assets: readonly ListedAsset[]): readonly OpeningBalance[] {
  // Spreadsheets write a byte order mark and CR LF.
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const [header, ...rest] = lines;
  const problems: Problem[] = [];
  if (header !== BALANCES_HEADER) {
    const what = `the first line is not ${BALANCES_HEADER}`;
    throw problem([{ line: 1, code: "BALANCES_HEADER", what }]);
  }
  if (rest.length === 0)
    throw problem([{ line: 2, code: "BALANCES_EMPTY", what: "there is nothing to import" }]);
  const bySymbol = new Map(assets.map((asset) => [asset.symbol, asset]));
  const seen = new Map<string, number>();
  const rows: OpeningBalance[] = [];
  for (const [index, content] of rest.entries()) {
    const line = index + 2;
    const read = readLine(line, content, bySymbol);
    if ("code" in read) {
      problems.push(read);
      continue;
    }
    const key = `${read.account}/${read.symbol}`;
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, line);
      rows.push(read);
    } else {
      const what = `${read.account} has ${read.symbol} on line ${before} already`;
      problems.push({ line, code: "BALANCES_DUPLICATE", what });
    }
  }
  if (problems.length > 0) throw problem(problems);
  return rows;
}

function readLine(
  line: number,
  content: string,
  assets: ReadonlyMap<string, ListedAsset>,
): OpeningBalance | Problem {
  const fields = content.split(",");
  const [account = "", symbol = "", amount = ""] = fields;
  const wrong = (code: string, what: string): Problem => ({ line, code, what });
  if (fields.length !== 3) return wrong("BALANCES_FIELDS", `${fields.length} fields, not 3`);
  if (!isAddress(account) || getAddress(account) !== account || account === ZeroAddress) {
    return wrong("BALANCES_ADDRESS", `"${shown(account)}" is not an address with its checksum`);
  }
  const asset = assets.get(symbol);
  if (asset === undefined) {
    return wrong(
      "BALANCES_ASSET",
      `"${shown(symbol)}" is none of the assets ${[...assets.keys()].join(", ")}`,
    );
  }
  const match = /^(\d+)(?:\.(\d+))?$/.exec(amount);
  if (match === null) return wrong("BALANCES_AMOUNT", `"${shown(amount)}" is not a plain decimal number`);
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > asset.decimals) {
    return wrong("BALANCES_DECIMALS", `${amount} has more than the ${asset.decimals} decimals of ${symbol}`);
  }
  const units = BigInt(whole + fraction.padEnd(asset.decimals, "0"));
  if (units === 0n) return wrong("BALANCES_NOT_POSITIVE", "the amount is zero");
  if (units > MAX_AMOUNT) return wrong("BALANCES_TOO_LARGE", "the amount is above what a balance can hold");
  return { line, account, symbol, asset: asset.id, amount: units };
}

/** What a file says is shown short, and without anything that a terminal would obey. */
function shown(text: string): string {
  return text.slice(0, 50).replaceAll(/[^\x20-\x7e]/g, "?");
}

function problem(problems: readonly Problem[]): TerminalError {
  const told = problems.slice(0, TOLD).map(({ line, code, what }) => `line ${line}: ${what} (${code})`);
  if (problems.length > TOLD) told.push(`and ${problems.length - TOLD} more`);
  const [first] = problems;
  return new TerminalError(
    first?.code ?? "BALANCES_INVALID",
    `The opening balances are not valid:\n  ${told.join("\n  ")}`,
    {
      facts: { line: first?.line ?? 0, problems: problems.length },
      advice: "Correct these lines; nothing was sent.",
      docs: "docs/operations/migrate-import.md",
    },
  );
}

/** An amount as the file writes it, without trailing zeros. */
export function decimalAmount(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Opening balances as a file: what `parseBalances` reads. */
export function writeBalances(
  rows: readonly Omit<OpeningBalance, "line">[],
  assets: readonly ListedAsset[],
): string {
  const decimals = new Map(assets.map((asset) => [asset.id, asset.decimals]));
  const lines = rows.map(
    ({ account, symbol, asset, amount }) =>
      `${account},${symbol},${decimalAmount(amount, decimals.get(asset) ?? 0)}`,
  );
  return `${[BALANCES_HEADER, ...lines].join("\n")}\n`;
}
