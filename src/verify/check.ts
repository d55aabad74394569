/** The outcome of one named check of `./strongroom verify`. */
export interface CheckResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each failure, and figures worth reading. */
  readonly details: readonly string[];
}

/** One thing that was looked at: it passed when `problem` is absent. */
export interface Finding {
  readonly subject: string;
  readonly problem?: string | undefined;
}

/** A check's result from what it looked at; looking at nothing is a failure. */
export function resultOf(
  name: string,
  findings: readonly Finding[],
  notes: readonly string[] = [],
): CheckResult {
  const problems = findings.filter((finding) => finding.problem !== undefined);
  const details = [...problems.map(({ subject, problem }) => `${subject}: ${problem}`), ...notes];
  if (findings.length === 0) {
    return { name, passed: 0, failed: 1, skipped: 0, details: ["found nothing to look at", ...notes] };
  }
  return { name, passed: findings.length - problems.length, failed: problems.length, skipped: 0, details };
}
