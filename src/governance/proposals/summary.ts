import { terminalLine, terminalText } from "../../core/terminal-text.ts";
import { iso } from "../../core/time.ts";
import { secondsShown } from "../governed/shown.ts";
import type { Language, Wording } from "../governed/wording.ts";
import type { Proposal } from "./proposal.ts";

const WORDS = {
  chain: { en: "Chain", zh: "链" },
  path: { en: "Who decides", zh: "决策方" },
  digest: { en: "Digest", zh: "摘要" },
  does: { en: "What it does", zh: "内容" },
  why: { en: "Why", zh: "理由" },
  table: { en: "What changes", zh: "变更" },
  variable: { en: "Variable", zh: "变量" },
  before: { en: "Before", zh: "变更前" },
  after: { en: "After", zh: "变更后" },
  direction: { en: "Direction", zh: "方向" },
  tightens: { en: "tightens", zh: "收紧" },
  loosens: { en: "LOOSENS", zh: "放宽" },
  neutral: { en: "no order", zh: "无松紧之分" },
  nothing: { en: "No governed variable changes.", zh: "没有受治理的变量发生变化。" },
  when: { en: "When", zh: "时间" },
  delay: { en: "Delay", zh: "延迟" },
  until: { en: "Void after", zh: "失效时间" },
  hashes: { en: "What signers compare", zh: "签名者须核对" },
  safe: { en: "Safe", zh: "Safe 地址" },
  nonce: { en: "Nonce", zh: "Nonce" },
  domain: { en: "Domain hash", zh: "域哈希（Domain hash）" },
  message: { en: "Message hash", zh: "消息哈希（Message hash）" },
  safeTx: { en: "Safe transaction hash", zh: "Safe 交易哈希" },
  operation: { en: "Timelock operation", zh: "时间锁操作" },
  calls: { en: "Calls", zh: "调用" },
  parts: { en: "Contracts that anyone deploys first", zh: "须先部署的合约（任何人均可部署）" },
  upgrade: { en: "Upgrade", zh: "升级" },
  code: { en: "Code hash", zh: "代码哈希" },
  added: { en: "New functions", zh: "新增函数" },
  removed: { en: "Removed functions", zh: "移除函数" },
  changed: { en: "Changed functions", zh: "变更函数" },
  back: { en: "Can be rolled back for", zh: "可回滚期限" },
  noBack: { en: "can't be rolled back", zh: "不可回滚" },
  none: { en: "none", zh: "无" },
  gas: { en: "Gas", zh: "Gas" },
  events: { en: "Events", zh: "事件" },
} as const satisfies Readonly<Record<string, Wording>>;

/**
 * Words of a proposal in a line of Markdown: they can't end the line, open a tag, a code span, a link or a cell, and so hide or
 * imitate nothing around them.
 */
function plain(text: string): string {
  return terminalLine(text).replaceAll(/[\\`<&|[\]]/g, "\\$&");
}

/** Words that stand as they are, in a code span that they can't end. */
function code(text: string): string {
  return `\`${terminalLine(text).replaceAll("`", "'")}\``;
}

/** Words of several lines, each marked as somebody's words. */
function quote(text: string): readonly string[] {
  return terminalText(text)
    .trimEnd()
    .split("\n")
    .map((line) => `> ${plain(line)}`.trimEnd());
}

function pathText(path: Proposal["path"], language: Language): string {
  if (path.by === "account")
    return language === "en" ? `the key of ${path.account}` : `${path.account} 的密钥`;
  if (path.by === "safe")
    return language === "en" ? `the ${path.safe} Safe, at once` : `${path.safe} Safe，立即生效`;
  return language === "en"
    ? `the ${path.safe} Safe, then the ${path.domain}'s timelock`
    : `${path.safe} Safe，之后经 ${path.domain} 时间锁`;
}

function argumentsText(args: readonly { readonly name: string; readonly value: string }[]): string {
  return args.map(({ name, value }) => `${name}=${value}`).join(", ");
}

function callText({ reads }: Proposal["calls"][number]): string {
  const args = (read: typeof reads): string => argumentsText(read.arguments);
  const outer = `${reads.target}.${reads.function.split("(")[0]}`;
  if (reads.inside === undefined) return code(`${outer}(${args(reads)})`);
  const inner = `${reads.inside.target}.${reads.inside.function.split("(")[0]}`;
  return code(`${outer} → ${inner}(${args(reads.inside)})`);
}

/** What the timelocks and Safes say of their own running; the proposal file has it all. */
export function isMachinery({ source, name }: Proposal["simulation"]["events"][number]): boolean {
  return (
    /^(timelock|reserveTimelock)$/.test(source) ||
    (source.startsWith("safes.") && name.startsWith("Execution"))
  );
}

function argText({ name, value }: { readonly name: string; readonly value: string }): string {
  return `${name}=${value.length > 90 ? `${value.slice(0, 87)}...` : value}`;
}

/** What signers read: the proposal as a page, in one language. Everything in it follows from the proposal. */
export function summaryOf(proposal: Proposal, language: Language): string {
  const say = (word: keyof typeof WORDS): string => WORDS[word][language];
  const { simulation, safe, operation, upgrade } = proposal;
  const lines = [
    `# ${plain(proposal.title)}`,
    "",
    `- ${say("chain")}: ${plain(proposal.network)} (${proposal.chainId})`,
    `- ${say("path")}: ${plain(pathText(proposal.path, language))}`,
    `- ${say("digest")}: \`${proposal.digest}\``,
    "",
    `## ${say("does")}`,
    "",
    ...proposal.says.map((said) => `- ${plain(said[language])}`),
    "",
    `## ${say("why")}`,
    "",
    ...quote(proposal.reason),
    "",
    `## ${say("table")}`,
    "",
  ];
  if (simulation.changes.length === 0) lines.push(say("nothing"));
  else {
    lines.push(
      `| ${[say("variable"), say("before"), say("after"), say("direction")].join(" | ")} |`,
      "| --- | --- | --- | --- |",
      ...simulation.changes.map(
        ({ label, before, after, direction }) =>
          `| ${[label[language], before[language], after[language], say(direction)].map(plain).join(" | ")} |`,
      ),
    );
  }
  lines.push("", `## ${say("when")}`, "");
  if (operation !== undefined)
    lines.push(`- ${say("delay")}: ${secondsShown(BigInt(operation.delaySeconds))[language]}`);
  lines.push(`- ${say("until")}: ${iso(BigInt(proposal.inputs.validUntil))}`);
  lines.push(`- ${say("gas")}: ${simulation.steps.map(({ step, gas }) => `${step} ${gas}`).join(", ")}`);
  if (safe !== undefined) {
    lines.push(
      "",
      `## ${say("hashes")}`,
      "",
      `- ${say("safe")}: \`${safe.address}\``,
      `- ${say("nonce")}: ${safe.transaction.nonce}`,
      `- ${say("domain")}: \`${safe.hashes.domain}\``,
      `- ${say("message")}: \`${safe.hashes.message}\``,
      `- ${say("safeTx")}: \`${safe.hashes.safeTx}\``,
    );
  }
  if (operation !== undefined) lines.push(`- ${say("operation")}: \`${operation.id}\``);
  if (upgrade !== undefined) {
    const list = (signatures: readonly string[]): string =>
      signatures.length === 0 ? say("none") : signatures.map(code).join(", ");
    lines.push(
      "",
      `## ${say("upgrade")}`,
      "",
      `- ${plain(upgrade.contract)}: \`${upgrade.from.address}\` → \`${upgrade.to.address}\``,
      `- ${say("code")}: \`${upgrade.from.codeHash}\` → \`${upgrade.to.codeHash}\``,
      `- ${plain(upgrade.layout[language])}`,
      `- ${say("added")}: ${list(upgrade.functions.added)}`,
      `- ${say("removed")}: ${list(upgrade.functions.removed)}`,
      `- ${say("changed")}: ${list(upgrade.functions.changed)}`,
      ...upgrade.roles.map((said) => `- ${plain(said[language])}`),
      upgrade.rollbackPossible
        ? `- ${say("back")}: ${secondsShown(BigInt(upgrade.rollbackWindowSeconds))[language]}`
        : `- ${say("noBack")}`,
    );
  }
  if (proposal.parts.length > 0) {
    lines.push("", `## ${say("parts")}`, "");
    lines.push(
      ...proposal.parts.map(
        ({ name, contract, arguments: args, address, codeHash }) =>
          `- ${plain(name)}: ${code(`${contract}(${argumentsText(args)})`)} \`${address}\`, \`${codeHash}\``,
      ),
    );
  }
  lines.push(
    "",
    `## ${say("calls")}`,
    "",
    ...proposal.calls.map((call, index) => `${index + 1}. ${callText(call)}`),
  );
  lines.push("", `## ${say("events")}`, "");
  lines.push(
    ...simulation.events
      .filter((event) => !isMachinery(event))
      .map(
        ({ source, name, arguments: args }) =>
          `- ${code(`${source}.${name}(${args.map(argText).join(", ")})`)}`,
      ),
  );
  return `${lines.join("\n")}\n`;
}
