import { expect } from "chai";
import { compareToChain } from "../../src/audit/compare.ts";
import { rebuild, type VaultState } from "../../src/audit/rebuild.ts";
import { type FieldOf, pack, type SlotKind } from "../../src/audit/slots.ts";
import type { IVault } from "../../typechain-types/index.ts";

/** Packs what a view returns as a struct. */
function packed<K extends SlotKind>(kind: K, fields: Record<FieldOf<K>, bigint | string | boolean>): bigint {
  const wide = new Proxy(fields, {
    get: (all, name) => BigInt(Reflect.get(all, name) as bigint | string | boolean),
  });
  return pack(kind, wide as unknown as Record<FieldOf<K>, bigint>);
}

/** Every record that the Vault has a view for, asked at its face instead of read from storage. */
async function expectViewsTell(state: VaultState, vault: IVault): Promise<number> {
  let asked = 0;
  const same = (what: string, view: bigint, logs: bigint) => {
    asked++;
    expect(view, what).to.equal(logs);
  };
  for (const [key, word] of state.balances) {
    const [account = "", asset = ""] = key.split("/");
    same(`balanceSlot ${key}`, await vault.balanceSlot(account, asset), word);
    same(`balanceOf ${key}`, await vault.balanceOf(account, asset), word & ((1n << 112n) - 1n));
  }
  for (const [key, word] of state.accounts) {
    same(`accountOf ${key}`, packed("account", await vault.accountOf(key)), word);
  }
  for (const [key, word] of state.subjects) {
    same(`subjectRecord ${key}`, packed("subject", await vault.subjectRecord(key)), word);
  }
  for (const [key, word] of state.assets)
    same(`assetOf ${key}`, packed("asset", await vault.assetOf(key)), word);
  for (const [key, word] of state.opens) same(`openOf ${key}`, packed("open", await vault.openOf(key)), word);
  for (const [key, word] of state.windows) same(`windowOf ${key}`, await vault.windowOf(key), word);
  for (const [key, word] of state.params) same(`param ${key}`, packed("param", await vault.param(key)), word);
  for (const [key, word] of state.book) {
    const [subject = "", to = ""] = key.split("/");
    same(`destinationOf ${key}`, await vault.destinationOf(subject, to), word);
  }
  const door = {
    policy: await vault.policy(),
    heldUntil: await vault.everyoneHeldUntil(),
    instantClosed: await vault.instantClosed(),
  };
  same("policy and hold on everyone", packed("door", door), state.door);
  same("governedAt", await vault.governedAt(), state.governedAt);
  expect((await vault.reserves()).map((one) => one.toLowerCase())).to.deep.equal(state.reserves);
  same("sanctionsList", BigInt(await vault.sanctionsList()), BigInt(state.sanctionsList));
  const listed = await vault.listedAssets();
  same("listed assets", BigInt(listed.length), BigInt(state.listed.length));
  for (const [i, asset] of listed.entries()) same(`listed asset ${i}`, asset, BigInt(state.listed[i] ?? 0));
  same("revision", await vault.revision(), state.revision);
  return asked;
}

/**
 * INV-CUS-6: rebuilds the Vault from its event logs alone and compares the result to the chain, in its raw storage and at
 * its views. For the end of every scenario.
 *
 * @param also accounts that must be empty unless the logs say otherwise
 */
export async function expectLogsRebuildState(vault: IVault, also: readonly string[] = []): Promise<void> {
  const provider = vault.runner?.provider;
  if (!provider) throw new Error("the vault has no provider to read logs from");
  const address = await vault.getAddress();
  const logs = await provider.getLogs({ address, fromBlock: 0, toBlock: "latest" });
  const state = rebuild(logs);
  const read = async (slot: bigint) => BigInt(await provider.getStorage(address, slot));
  const { compared, differences } = await compareToChain(state, read, also);
  const told = differences.map(
    ({ what, logs: l, chain }) => `${what}: logs ${l.toString(16)}, chain ${chain.toString(16)}`,
  );
  expect(told, "INV-CUS-6: logs and chain differ").to.deep.equal([]);
  const asked = await expectViewsTell(state, vault);
  // A vault that was deployed has at least a policy and parameters: less means that nothing was compared.
  expect(Math.min(compared, asked), "nothing was compared").to.be.greaterThan(8);
}
