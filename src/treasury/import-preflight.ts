import { Contract, type Provider } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { TerminalError } from "../core/errors.ts";
import { inChunks } from "./in-chunks.ts";
import { type ListedAsset, TOKEN_CLASS } from "./listed-assets.ts";
import { decimalAmount, type OpeningBalance } from "./opening-balances.ts";

export const TOKEN = [
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount)",
];

/** `Kind` of contracts/custody/interfaces/IVaultTypes.sol. */
const USER = 0n;

/** What the rows that are left ask for of one asset. */
export interface ImportNeed {
  readonly asset: ListedAsset;
  readonly rows: number;
  readonly amount: bigint;
  /** What the Vault may take from the importer now. */
  readonly allowance: bigint;
}

/** What is left to credit, and what that means for the accounts. */
export interface Preflight {
  readonly needs: readonly ImportNeed[];
  /** Sentences: nothing of them stops the import. */
  readonly consequences: readonly string[];
}

/**
 * Looks before anything is sent: whether the Vault takes all that is left to credit, and the importer has it.
 *
 * @param mayApprove the import itself will allow the Vault to take the tokens, so that a missing allowance is no error
 * @throws TerminalError `IMPORT_FEE_TAKING`, `IMPORT_WINDING_DOWN`, `IMPORT_ABOVE_CAP`, `IMPORT_TOO_LITTLE`,
 * `IMPORT_NOT_ALLOWED`, `IMPORT_NOT_AN_OWNER`, each with the numbers.
 */
export async function preflightImport(
  provider: Provider,
  { vault, importer, mayApprove }: { vault: string; importer: string; mayApprove: boolean },
  assets: readonly ListedAsset[],
  rows: readonly OpeningBalance[],
): Promise<Preflight> {
  const contract = IVault__factory.connect(vault, provider);
  const needs: ImportNeed[] = [];
  const consequences: string[] = [];
  for (const asset of assets) {
    const own = rows.filter((row) => row.asset === asset.id);
    if (own.length === 0) continue;
    const amount = own.reduce((sum, row) => sum + row.amount, 0n);
    const { symbol, decimals } = asset;
    const shown = (units: bigint) => `${decimalAmount(units, decimals)} ${symbol}`;
    const refuse = (code: string, message: string, advice: string, facts = {}) => {
      throw new TerminalError(code, message, { facts: { asset: symbol, ...facts }, advice });
    };
    if (asset.tokenClass === TOKEN_CLASS.feeTaking) {
      refuse(
        "IMPORT_FEE_TAKING",
        `${symbol} takes a fee on its way, so that no opening balance arrives as the file says`,
        "Leave it out: its holders deposit it themselves, and are credited with what arrives.",
      );
    }
    const record = await contract.assetOf(asset.id);
    if (record.windingDown) {
      refuse(
        "IMPORT_WINDING_DOWN",
        `${symbol} is being wound down: the Vault takes no more of it`,
        "Revive it first.",
      );
    }
    const room = await contract.room(asset.id);
    if (room < amount) {
      refuse(
        "IMPORT_ABOVE_CAP",
        `The holdings cap has no room for ${shown(amount)}`,
        "Have governance raise HOLDINGS_CAP first, or import less: some of it now, the rest from a second file.",
        { room: shown(room), needed: shown(amount) },
      );
    }
    const native = asset.tokenClass === TOKEN_CLASS.native;
    const token = new Contract(asset.token, TOKEN, provider);
    const held = native
      ? await provider.getBalance(importer)
      : ((await token.getFunction("balanceOf").staticCall(importer)) as bigint);
    if (held < amount) {
      refuse(
        "IMPORT_TOO_LITTLE",
        `The importing account has less ${symbol} than is left to credit`,
        "Fund it first: a half-funded import stops in the middle.",
        { importer, held: shown(held), needed: shown(amount) },
      );
    }
    const allowance = native
      ? amount
      : ((await token.getFunction("allowance").staticCall(importer, vault)) as bigint);
    if (allowance < amount && !mayApprove) {
      refuse(
        "IMPORT_NOT_ALLOWED",
        `The Vault may not take so much ${symbol} from the importing account`,
        "Say --approve, and exactly this much is allowed, or approve it yourself.",
        { importer, allowed: shown(allowance), needed: shown(amount) },
      );
    }
    needs.push({ asset, rows: own.length, amount, allowance });
    const hours = record.freshHours;
    consequences.push(
      `${symbol}: credits are fresh; for ${hours} to ${2n * BigInt(hours)} hours nothing of them leaves at once, it queues`,
    );
  }
  await inChunks(rows, async ({ account, line }) => {
    const { kind } = await contract.accountOf(account);
    if (account === vault || kind !== USER) {
      throw new TerminalError(
        "IMPORT_NOT_AN_OWNER",
        "This account can never take out what it is credited with",
        {
          facts: { line, account, is: account === vault ? "the Vault itself" : "an app" },
          advice: "Name the account of the owner.",
        },
      );
    }
  });
  if (rows.length > 0) {
    consequences.push(
      "an account that nobody has attested is in the lowest tier: its limits and delays are those of the unverified",
    );
  }
  return { needs, consequences };
}
