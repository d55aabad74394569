import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { StorageLayout } from "@openzeppelin/upgrades-core";
import { keccak256, toBeHex, toUtf8Bytes } from "ethers";
import { LAYOUTS } from "../../governance/proposals/code-book.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { incompatibility, type UpgradeableLayout, upgradeableLayouts } from "../storage-layout.ts";

/** The slot of an ERC-7201 namespace: keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~0xff. */
export function namespaceSlot(id: string): string {
  const inner = BigInt(keccak256(toUtf8Bytes(id))) - 1n;
  return toBeHex(BigInt(keccak256(toBeHex(inner, 32))) & ~0xffn, 32);
}

/** Each ERC-7201 annotation of a source must have its slot as a constant in the same source. */
export function namespaceFindings(file: string, source: string): Finding[] {
  const constants = new Set(
    [...source.matchAll(/=\s*(0x[0-9a-fA-F]{64})\s*;/g)].map(([, hex]) => hex?.toLowerCase()),
  );
  return [...source.matchAll(/@custom:storage-location\s+erc7201:(\S+)/g)].map(([, id = ""]) => {
    const slot = namespaceSlot(id);
    return {
      subject: `${file}: ${id}`,
      problem: constants.has(slot) ? undefined : `no constant of this file equals its slot ${slot}`,
    };
  });
}

function judge({ name, layout, unsafe }: UpgradeableLayout): Finding[] {
  const file = join(LAYOUTS, `${name}.json`);
  const safe: Finding = { subject: `${name} upgrade safety`, problem: unsafe };
  if (!existsSync(file)) {
    return [safe, { subject: file, problem: "is missing; to add it: node scripts/layouts.ts --write" }];
  }
  const text = readFileSync(file, "utf8");
  const broken = incompatibility(JSON.parse(text) as StorageLayout, layout);
  const stale = text !== layoutText(layout);
  return [
    safe,
    { subject: `${name} append-only`, problem: broken },
    {
      subject: `${name} recorded`,
      problem: stale
        ? `${file} is not the present layout; if the change is meant: node scripts/layouts.ts --write`
        : undefined,
    },
  ];
}

/**
 * Each namespace of a source must be in some upgradeable contract's layout: upgrades-core leaves out, with a mere
 * warning, those whose struct stands in a library or in a file, and nothing would then guard that storage.
 */
export function unguardedFindings(
  file: string,
  source: string,
  layouts: readonly Pick<StorageLayout, "namespaces">[],
): Finding[] {
  const guarded = new Set(layouts.flatMap(({ namespaces }) => Object.keys(namespaces ?? {})));
  return [...source.matchAll(/@custom:storage-location\s+(erc7201:\S+)/g)].map(([, id = ""]) => ({
    subject: `${file}: ${id} is guarded`,
    problem: guarded.has(id)
      ? undefined
      : "no recorded layout contains it; declare its struct inside the upgradeable contract or a base of it",
  }));
}

/** A layout as it is committed. */
export function layoutText(layout: StorageLayout): string {
  return `${JSON.stringify(layout, null, 2)}\n`;
}

/** Storage layouts of the upgradeable contracts against the committed ones, and every ERC-7201 slot. */
export async function checkLayouts(root: string): Promise<CheckResult> {
  const layouts = upgradeableLayouts(root);
  const names = new Set(layouts.map(({ name }) => name));
  const gone = globSync(`${LAYOUTS}/*.json`)
    .filter((file) => !names.has(basename(file, ".json")))
    .map((file) => ({ subject: file, problem: "no upgradeable contract has this name any more" }));
  const slots = globSync("contracts/**/*.sol")
    .sort()
    .flatMap((file) => {
      const source = readFileSync(file, "utf8");
      const recorded = layouts.map(({ layout }) => layout);
      const guarded = file.startsWith("contracts/mocks/") ? [] : unguardedFindings(file, source, recorded);
      return [...namespaceFindings(file, source), ...guarded];
    });
  // Without an upgradeable contract there would be nothing to look at, and that is a failure.
  return resultOf("layouts", layouts.length === 0 ? [] : [...layouts.flatMap(judge), ...gone, ...slots]);
}
