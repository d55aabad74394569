import { type Interface, ZeroAddress } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { WINDOW } from "../audit/rebuild.ts";
import { TerminalError } from "../core/errors.ts";

/**
 * How a release's rehearsal compares what a view answers: `Compare` of
 * contracts/governance/interfaces/IUpgradeController.sol.
 */
export const COMPARE = { SAME: 0n, CHANGED: 1n, NEW: 2n } as const;

/** A view that the rehearsal asks: `Probe` of the same file. */
export interface Probe {
  readonly target: string;
  readonly data: string;
  readonly compare: bigint;
}

/** Makes a probe of a contract's view. */
export function probeOf(
  target: string,
  contract: { readonly interface: Interface },
  view: string,
  args: readonly unknown[] = [],
  compare: bigint = COMPARE.SAME,
): Probe {
  return { target, data: contract.interface.encodeFunctionData(view, args), compare };
}

/** Reads a chain, as every ethers provider does. */
export interface Reader {
  call(request: { to: string; data: string }): Promise<string>;
}

/** Whose money a release of the Vault is rehearsed with. */
export interface VaultSample {
  /** Accounts, one of which at least holds something. */
  readonly accounts: readonly string[];
  /** Ids of exits that are open. */
  readonly exits: readonly string[];
}

type View = readonly [name: string, args: readonly unknown[]];

const VAULT: { readonly interface: Interface } = { interface: IVault__factory.createInterface() };

/** What the Vault as a whole answers. */
const WHOLE: readonly View[] = [
  ["authority", []],
  ["policy", []],
  ["revision", []],
  ["sanctionsList", []],
  ["everyoneHeldUntil", []],
  ["instantClosed", []],
  ["governedAt", []],
  ["reserves", []],
  ["auditRecord", []],
  ["listedAssets", []],
  ["windowOf", [WINDOW.pool]],
  ["windowOf", [WINDOW.hold(ZeroAddress)]],
];

/**
 * The probes that every release of a Vault carries: what the Vault as a whole answers, the slot, the holdings and the
 * window of each listed asset, and of the sample the balances, the accounts' and customers' records, their windows and
 * nonces, and the open exits. All must stay the same; where a release means to change an answer, turn that probe to
 * `CHANGED`.
 *
 * Assets and balances are those at the time of asking. The rehearsal notices only what a probe looks at: a sample without
 * any money is refused.
 *
 * @param vault the proxy's address
 * @throws TerminalError `SAMPLE_WITHOUT_ASSETS`, `SAMPLE_WITHOUT_BALANCES`, `SAMPLE_EXIT_NOT_OPEN`
 * @example
 * const probes = await vaultProbes(provider, vault, { accounts: [alice], exits: [id] });
 */
export async function vaultProbes(
  reader: Reader,
  vault: string,
  { accounts, exits }: VaultSample,
): Promise<Probe[]> {
  const read = async ([name, args]: View) => {
    const data = VAULT.interface.encodeFunctionData(name, args);
    const [answer] = VAULT.interface.decodeFunctionResult(name, await reader.call({ to: vault, data }));
    return answer;
  };
  const assets = [...((await read(["listedAssets", []])) as Iterable<bigint>)];
  if (assets.length === 0) {
    throw new TerminalError(
      "SAMPLE_WITHOUT_ASSETS",
      "The Vault lists no asset: nothing of value is compared",
      {
        facts: { vault },
        advice: "Check that this is the address of the Vault's proxy, and that its assets are listed.",
      },
    );
  }

  const balances: View[] = [];
  const records: View[] = [];
  for (const account of accounts) {
    const subject = (await read(["subjectOf", [account]])) as string;
    records.push(
      ["accountOf", [account]],
      ["nonces", [account, 0n]],
      ["subjectRecord", [subject]],
      ["windowOf", [WINDOW.subject(subject)]],
      ["windowOf", [WINDOW.hold(subject)]],
    );
    for (const asset of assets) {
      if ((await read(["balanceSlot", [account, asset]])) === 0n) continue;
      balances.push(["balanceOf", [account, asset]], ["balanceSlot", [account, asset]]);
    }
  }
  if (balances.length === 0) {
    throw new TerminalError(
      "SAMPLE_WITHOUT_BALANCES",
      "No account of the sample holds anything: code that loses balances would pass",
      { facts: { vault, accounts: accounts.length }, advice: "Name at least one account with a balance." },
    );
  }

  for (const exit of exits) {
    const { phase } = (await read(["openOf", [exit]])) as { phase: bigint };
    if (phase !== 0n) continue;
    throw new TerminalError(
      "SAMPLE_EXIT_NOT_OPEN",
      "An exit of the sample isn't open: its probe sees nothing",
      {
        facts: { vault, exit },
        advice: "Leave it out, or name one that is queued and neither paid nor cancelled.",
      },
    );
  }

  const views: View[] = [
    ...WHOLE,
    ...assets.flatMap((asset): View[] => [
      ["assetOf", [asset]],
      ["holdings", [asset]],
      ["windowOf", [WINDOW.asset(asset)]],
    ]),
    ...balances,
    ...records,
    ...exits.map((id): View => ["openOf", [id]]),
  ];
  // Accounts of one customer share its record and windows.
  const probes = views.map(([name, args]) => probeOf(vault, VAULT, name, args));
  return [...new Map(probes.map((probe) => [probe.data, probe])).values()];
}
