import { officeTerms } from "../../../deploy/adopted.ts";
import { chainOf, connectNetwork } from "../../../deploy/connect.ts";
import { configOf, DEPLOYMENTS, type DeploymentRecord, readRecord } from "../../../deploy/record.ts";
import { UsageError } from "../../core/errors.ts";
import { Safe } from "../../governance/safe.ts";
import { SAFES, type SafeName } from "../../governance/safe-names.ts";
import { type Adoption, adoptSafe } from "../../treasury/adopt-safe.ts";
import type { AdoptionTerms } from "../../treasury/judge-safe.ts";
import type { DeploymentOptions } from "../deployment-command.ts";
import { ExitCode } from "../exit-code.ts";
import { checkedAddress, wholeNumber } from "../option-values.ts";
import { print } from "../output.ts";
import { sayUnverified } from "../unverified.ts";

/** What `./strongroom gov adopt` is told. */
export interface AdoptCommand extends DeploymentOptions {
  readonly network: string;
  readonly safe: string;
  /** The office that it is for: the council unless named. */
  readonly office?: string;
  /** With commas between. */
  readonly owners?: string;
  readonly threshold?: string;
  /** A block from before the Safe was made. */
  readonly since?: string;
}

/** What the office asks: what the command line says goes before what the deployment declares for this very Safe. */
function termsFor(
  { safe, owners, threshold }: AdoptCommand,
  office: SafeName,
  record: DeploymentRecord | undefined,
): AdoptionTerms {
  const given = {
    ...(owners === undefined
      ? {}
      : { owners: owners.split(",").map((owner) => checkedAddress(owner, "--owners")) }),
    ...(threshold === undefined ? {} : { threshold: wholeNumber(threshold, "--threshold") }),
  };
  if (record === undefined) return given;
  const { addresses } = record;
  const { safes, riskOfficer } = configOf(record);
  const own =
    office === "riskOfficer" ? ("safe" in riskOfficer ? riskOfficer.safe : undefined) : safes[office];
  const declared =
    own !== undefined && Object.entries(addresses.safes).some(([name, at]) => name === office && at === safe)
      ? { owners: own.owners, threshold: own.threshold }
      : {};
  return { ...officeTerms(office, addresses), ...declared, ...given };
}

/** `./strongroom gov adopt`: exit code 1 if something must change. */
export async function govAdopt(options: AdoptCommand): Promise<number> {
  const address = checkedAddress(options.safe, "--safe");
  const office = SAFES.find((name) => name === (options.office ?? "council"));
  if (office === undefined) {
    throw new UsageError("There is no such office", { advice: `Use one of: ${SAFES.join(", ")}.` });
  }
  const connection = await connectNetwork(options.network, { rpc: options.rpc, readOnly: true });
  try {
    const record = readRecord(await chainOf(connection), options.deployments ?? DEPLOYMENTS);
    const terms = termsFor(options, office, record);
    const { provider } = connection.ethers;
    if (record !== undefined) await sayUnverified(provider, record.addresses);
    const since = options.since === undefined ? undefined : wholeNumber(options.since, "--since");
    const adoption = await adoptSafe(provider, address, terms, since);
    const safe = new Safe(address, adoption.facts.chainId, provider);
    const transactions = adoption.transactions.map((transaction) => ({
      ...transaction,
      safeTxHash: safe.hash(transaction),
    }));
    const hashes = transactions.map(({ safeTxHash }) => safeTxHash);
    print(
      options.json,
      { office, ...adoption, transactions },
      adoptionText(adoption, hashes, record !== undefined),
    );
    return adoption.fit ? ExitCode.done : ExitCode.failed;
  } finally {
    await connection.close();
  }
}

const MARK = { must: "MUST CHANGE   ", should: "should change ", fine: "fine          " } as const;

function adoptionText(
  { safe, findings, fit, mendable, by, calls, transactions }: Adoption,
  hashes: readonly string[],
  deployed: boolean,
): string {
  const lines = findings.flatMap(({ id, severity, what, why, remedy, calls: own }) => [
    `${MARK[severity]}${id}: ${what}`,
    ...(severity === "fine" ? [] : [`              why: ${why}`]),
    ...(remedy === undefined ? [] : [`              do:  ${remedy}`]),
    ...own.map(({ data }) => `              call: ${data}`),
  ]);
  const end = fit
    ? deployed
      ? ["It can hold the office as it is."]
      : ["It can be named in the parameter file: { adopt, owners, threshold }."]
    : [
        mendable
          ? "What must change, its calls change."
          : "Something must change that no call of the Safe changes.",
        ...(by === "timelock" && calls.length > 0
          ? [
              "It is under the guard: these calls go through the timelock, scheduled by the council (--json has them).",
            ]
          : transactions.map(
              ({ nonce, data }, i) =>
                `transaction ${nonce}: ${safe} calls itself, operation 0, value 0\n  data       ${data}\n  safeTxHash ${hashes[i]}`,
            )),
      ];
  return `${[...lines, "", ...end].join("\n")}\n`;
}
