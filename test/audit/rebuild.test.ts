import { expect } from "chai";
import type { EventFragment, Interface } from "ethers";
import hre from "hardhat";
import { compareToChain, VAULT_NAMESPACE } from "../../src/audit/compare.ts";
import { claimsByAsset, rebuild } from "../../src/audit/rebuild.ts";
import { pack, unpack } from "../../src/audit/slots.ts";
import { OTHER_EVENTS, VAULT_EVENTS } from "../../src/audit/vault-events.ts";
import { namespaceSlot } from "../../src/verify/checks/layouts.ts";
import { DAY, HOUR, KINDS, NATIVE, NEVER, paramKey, ROLES } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const story = async () => setStage(connection);

const eventsOf = (face: Interface) =>
  face.fragments.filter((f): f is EventFragment => f.type === "event").map((f) => f.format("sighash"));

/** A story in which every event of the Vault occurs. */
async function eventful() {
  const s = await setStage(connection);
  const { anna, bert, carl, mallory, vault, guardian } = s;
  const { id } = await s.token();
  const { id: frail, token: frailToken } = await s.token("RebasingToken");
  await s.ready(anna, 2n, id, 1_000_000n * CENT, carl);
  await s.fund(bert, id, 5_000n * CENT);
  await s.fund(bert, NATIVE, 10n ** 18n);
  await s.fund(carl, frail, 1_000n * CENT);
  // Inside: a transfer, a transfer onto itself, an app.
  await vault.connect(anna).transfer(bert, id, 7n * CENT);
  await vault.connect(bert).transfer(bert, id, 3n * CENT);
  const app = await ethers.deployContract("MockApp", [vault]);
  await vault.setKind(app, 1);
  await vault.connect(bert).callWith(app, [id], [2n * CENT], "0x1234");
  // Out: instant, queued, endorsed, cancelled, released at once and after a slot ahead.
  const instant = await s.ask(anna, id, 20_000n * CENT, carl);
  const small = await s.queue(anna, id, 500n * CENT, mallory);
  const large = await s.queue(anna, id, 400_000n * CENT, mallory);
  const dropped = await s.queue(bert, id, 100n * CENT, mallory);
  await vault.connect(s.reviewer).endorse(s.idOf(small));
  await vault.connect(bert).cancel(dropped);
  await s.payOut(small);
  await s.payOut(large);
  const mid = await s.queue(bert, id, 200n * CENT, mallory);
  // Subjects.
  await guardian.connect(s.guardianKey).hold(bert, DAY);
  await guardian.connect(s.guardianKey).hold(ethers.ZeroAddress, HOUR);
  await guardian.connect(s.guardianKey).lift(ethers.ZeroAddress);
  await vault.extend(carl, DAY);
  await vault.connect(anna).setCap(40_000n);
  await vault.connect(anna).setDestination(carl, false);
  const [dora, emil] = s.crowd;
  if (!dora || !emil) throw new Error("too few signers");
  await s.link(dora, anna);
  await s.registry.connect(dora).unlink(dora);
  await s.link(emil, anna);
  await s.sanctions.setListed(emil, true);
  await vault.screen(emil);
  // Governance.
  await vault.connect(s.riskOfficer).tighten(paramKey(KINDS.HOLDINGS_CAP, id), 5n);
  await vault.set(paramKey(KINDS.HOLDINGS_CAP, id), 2n, NEVER, 6n);
  await s.setParam("vault", paramKey(KINDS.FRESH_PERIOD), 36n);
  await frailToken.getFunction("setScale")(10n ** 17n);
  await vault.checkImpairment(frail);
  const [near, far] = [
    await ethers.deployContract("PlainReserve", [vault]),
    await ethers.deployContract("PlainReserve", [vault]),
  ];
  await vault.addReserve(near);
  await vault.addReserve(far);
  await vault.removeReserve(near);
  await s.manager.grantRole(ROLES.CONTROLLER, mallory, 0);
  await vault.connect(mallory).closeInstant();
  await vault.openInstant(NEVER);
  await vault.connect(mallory).closeInstant();
  await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
  await s.wait(90n * DAY);
  await vault.windDown(NATIVE);
  await vault.windDown(id);
  await vault.revive(NATIVE);
  const logs = await ethers.provider.getLogs({ address: await vault.getAddress(), fromBlock: 0 });
  return { ...s, id, frail, instant, mid, logs };
}

type Eventful = Awaited<ReturnType<typeof eventful>>;

const readOf =
  ({ vault }: Pick<Eventful, "vault">) =>
  async (slot: bigint) =>
    BigInt(await ethers.provider.getStorage(await vault.getAddress(), slot));

describe("rebuilding the Vault from its logs (INV-CUS-6)", () => {
  it("knows every event of the Vault, by the very signatures of the contract", async () => {
    const known = new Set([...eventsOf(VAULT_EVENTS), ...eventsOf(OTHER_EVENTS)]);
    const names = ["IVault", "Vault", "VaultAdmin", "TransparentUpgradeableProxy"];
    const faces = names.map(
      async (name) => new ethers.Interface((await hre.artifacts.readArtifact(name)).abi),
    );
    const all = new Set((await Promise.all(faces)).flatMap(eventsOf));
    expect([...known].filter((event) => !all.has(event))).to.deep.equal([]);
    // ERC-5267 declares an event that a domain of constants never emits.
    expect([...all].filter((event) => !known.has(event) && event !== "EIP712DomainChanged()")).to.deep.equal(
      [],
    );
  });

  it("reads the namespace that ERC-7201 gives the Vault", () => {
    expect(VAULT_NAMESPACE).to.equal(BigInt(namespaceSlot("strongroom.storage.Vault")));
  });

  it("equals the chain after a story in which every event occurs", async () => {
    const s = await networkHelpers.loadFixture(eventful);
    expect(s.instant.paid).to.equal(true);
    const seen = new Set(s.logs.map((log) => VAULT_EVENTS.parseLog(log)?.name));
    const all = VAULT_EVENTS.fragments.map((f) => (f as EventFragment).name);
    expect(all.filter((name) => !seen.has(name))).to.deep.equal([]);
    await s.audit();
  });

  it("equals the chain after every block of it: no wrong slot hides behind a later one", async () => {
    const s = await networkHelpers.loadFixture(eventful);
    const address = await s.vault.getAddress();
    const blocks = [...new Set(s.logs.map(({ blockNumber }) => blockNumber))];
    expect(blocks.length).to.be.greaterThan(30);
    for (const block of blocks) {
      const state = rebuild(s.logs.filter(({ blockNumber }) => blockNumber <= block));
      const read = async (slot: bigint) => BigInt(await ethers.provider.getStorage(address, slot, block));
      const { differences } = await compareToChain(state, read);
      expect(differences, `after block ${block}`).to.deep.equal([]);
    }
  });

  it("adds claims up to liabilities, open exits included", async () => {
    const s = await networkHelpers.loadFixture(eventful);
    const state = rebuild(s.logs);
    const key = ethers.toBeHex(s.id, 32);
    expect(claimsByAsset(state).get(key)).to.equal((await s.vault.assetOf(s.id)).liabilities);
    expect(state.opens.get(s.idOf(s.mid))).to.equal(
      pack("open", { phase: 1n, large: 0n, slot: 0n, prior: 0n }),
    );
  });

  it("notices each log that is missing, unless a later one tells the same", async () => {
    const s = await networkHelpers.loadFixture(eventful);
    const read = readOf(s);
    // The last log about each thing: without it the rebuilt word is an older one.
    const telling = [
      "Queued",
      "Released",

      "Moved",
      "Held",
      "SubjectSet",
      "Screened",
      "ParamSet",
      "ImpairmentChecked",
      "InstantClosed",
      "WindDownBegun",
      "ReserveRemoved",
      "Governed",
    ];
    for (const name of telling) {
      const last = s.logs.findLastIndex((log) => VAULT_EVENTS.parseLog(log)?.name === name);
      expect(last, name).to.be.greaterThan(-1);
      const { differences } = await compareToChain(rebuild(s.logs.toSpliced(last, 1)), read);
      expect(differences, `without the last ${name}`).to.not.deep.equal([]);
    }
  });

  it("notices a slot that was written without a log", async () => {
    const s = await networkHelpers.loadFixture(eventful);
    const state = rebuild(s.logs);
    const stranger = s.crowd[5];
    if (!stranger) throw new Error("too few signers");
    const forged = async (slot: bigint) => (await readOf(s)(slot)) ^ (slot === VAULT_NAMESPACE ? 1n : 0n);
    const { differences } = await compareToChain(state, forged, [stranger.address]);
    expect(differences.map(({ what }) => what)).to.deep.equal(["door"]);
  });

  it("refuses logs that it doesn't know and exits that it hasn't seen queued", async () => {
    const s = await networkHelpers.loadFixture(eventful);
    expect(() => rebuild([{ topics: [ethers.id("Backdoor()")], data: "0x" }])).to.throw(/doesn't know/);
    const cancelled = s.logs.filter((log) => VAULT_EVENTS.parseLog(log)?.name === "Cancelled");
    expect(() => rebuild(cancelled)).to.throw(/never queued/);
    // A move whose Transfer is missing isn't filed under an earlier one's accounts.
    const moved = s.logs.findLastIndex((log) => VAULT_EVENTS.parseLog(log)?.name === "Moved");
    expect(() => rebuild(s.logs.toSpliced(moved - 1, 1))).to.throw(/no Transfer has begun/);
  });
});

describe("packed slots", () => {
  it("come apart and together again", async () => {
    const s = await networkHelpers.loadFixture(story);
    const word = (1n << 160n) * 77n + BigInt(s.anna.address);
    expect(unpack("door", word)).to.deep.equal({
      policy: BigInt(s.anna.address),
      heldUntil: 77n,
      instantClosed: 0n,
    });
    expect(pack("door", unpack("door", word))).to.equal(word);
    expect(() => pack("door", { policy: 1n << 160n, heldUntil: 0n, instantClosed: 0n })).to.throw(
      /door.policy/,
    );
  });
});
