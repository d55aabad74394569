import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { getAddress } from "ethers";
import { INTENT_TYPES, vaultDomain } from "../../src/custody/intent.ts";
import { handleOf } from "../../src/gateway/destination.ts";
import { throughGovernance } from "../../src/governance/proposal.ts";
import { readClaims } from "../../src/treasury/vault-claims.ts";
import { type WindDownOptions, type WindDownReport, windDown } from "../../src/treasury/wind-down.ts";
import { readIntent } from "../../src/treasury/withdraw-intent.ts";
import { ForeignAsset__factory } from "../../typechain-types/index.ts";
import { COIN, creditLitecoin } from "../scenario/foreign.ts";
import { callOf, DAY, ETHER, ethers, networkHelpers, scene, withdraw } from "../scenario/scene.ts";
import { refusalOf } from "../support/refusal.ts";

const USD = 10n ** 6n;

describe("windDown", () => {
  let outbox: string;
  beforeEach(() => {
    outbox = mkdtempSync(join(tmpdir(), "strongroom-outbox-"));
  });
  afterEach(() => {
    rmSync(outbox, { recursive: true });
  });

  /** Two owners, ether and dollars, most of both in the reserve, and an exit of Anna's that is open. */
  async function business() {
    const s = await scene();
    const { vault } = s.contracts;
    const eth = s.assets.eth ?? 0n;
    const usd = s.assets.usd ?? 0n;
    const token = s.mocks.tokens.usd;
    if (!token) throw new Error("dollars are a mock");
    await token.mint(s.mallory, 1_000_000n * USD);
    await token.connect(s.mallory).approve(vault.target, 1_000_000n * USD);
    const from = vault.connect(s.mallory);
    await from.deposit(eth, 40n * ETHER, s.anna, { value: 40n * ETHER });
    await from.deposit(eth, 10n * ETHER, s.bert, { value: 10n * ETHER });
    await from.deposit(usd, 500_000n * USD, s.anna);
    await vault.sweep(eth);
    await vault.sweep(usd);
    // More than the sweep has left in the Vault.
    await withdraw(s, s.anna, 14n * ETHER, s.anna.address);
    const run = (more: Partial<WindDownOptions> = {}) =>
      windDown(s.addresses, { signer: s.mallory, batch: 10, ...more });
    /** Owners sign whatever of theirs is in the outbox. */
    const sign = async (...owners: HardhatEthersSigner[]) => {
      for (const name of readdirSync(outbox)) {
        const file = join(outbox, name);
        const owner = owners.find(({ address }) => name.startsWith(address));
        const content = JSON.parse(readFileSync(file, "utf8")) as { signature: string | null };
        if (owner === undefined || content.signature !== null) continue;
        const { intent } = readIntent(s.config.chainId, s.addresses.vault, readFileSync(file, "utf8"));
        const domain = vaultDomain(s.config.chainId, s.addresses.vault);
        const signature = await owner.signTypedData(domain, INTENT_TYPES, intent);
        writeFileSync(file, JSON.stringify({ ...content, signature }));
      }
    };
    return { ...s, s, eth, usd, token, run, sign };
  }

  const whats = ({ done }: WindDownReport) =>
    done.map(({ what }) => what.replaceAll(/0x[0-9a-fA-F]+/g, "0x"));
  const left = ({ remaining }: WindDownReport) =>
    remaining.map(
      ({ account, symbol, exit }) => `${account} ${symbol} ${exit === undefined ? "balance" : "exit"}`,
    );

  describe("given that governance is alive", () => {
    it("lists every claim, proves the list complete, and brings home one exit at a time", async () => {
      const d = await business();
      const report = await d.run({ intents: outbox });
      expect(report.complete).to.equal(false);
      expect(left(report).sort()).to.deep.equal(
        [
          `${d.anna.address} eth balance`,
          `${d.anna.address} eth exit`,
          `${d.anna.address} usd balance`,
          `${d.bert.address} eth balance`,
        ].sort(),
      );
      for (const { id, liabilities } of report.assets) {
        const owed = report.claims.filter(({ asset }) => asset === id);
        expect(owed.reduce((sum, { amount }) => sum + amount, 0n)).to.equal(liabilities);
      }
      expect(report.notes.filter((note) => note.includes("governance is alive"))).to.have.length(4);
      expect(whats(report)).to.deep.equal(["announcing the refill for exit 0x (eth)"]);
      expect(readdirSync(outbox)).to.have.length(3);
      // Announced, ready and mature: it is refilled and paid, whoever asks.
      const exit = report.claims.find((claim) => claim.exit !== undefined)?.exit;
      await networkHelpers.time.increaseTo((exit?.late ?? 0n) + 1n);
      const second = await d.run();
      const turn = second.remaining.find((claim) => claim.exit !== undefined);
      if (turn !== undefined) await networkHelpers.time.increaseTo((turn.from ?? 0n) + 1n);
      const before = await ethers.provider.getBalance(d.anna);
      const third = turn === undefined ? second : await d.run();
      expect(whats(third)).to.include("refilling and releasing exit 0x (eth)");
      if (turn !== undefined)
        expect((await ethers.provider.getBalance(d.anna)) - before).to.equal(14n * ETHER);
      expect(third.assets.find(({ symbol }) => symbol === "eth")?.paidOut).to.equal(14n * ETHER);
    });

    it("sends nothing in a dry run, and says what it would do", async () => {
      const d = await business();
      const before = await ethers.provider.getTransactionCount(d.mallory);
      const report = await d.run({ dryRun: true, intents: outbox });
      expect(report.done.map(({ transaction }) => transaction)).to.deep.equal([undefined]);
      expect(await ethers.provider.getTransactionCount(d.mallory)).to.equal(before);
      expect(readdirSync(outbox)).to.deep.equal([]);
    });
  });

  describe("given that governance has fallen silent", () => {
    it("brings everything out to its owners, and only then is complete", async () => {
      const d = await business();
      await d.s.wait(366n * DAY);
      const paid: Record<string, bigint> = { anna: 0n, bert: 0n };
      const start = {
        anna: await ethers.provider.getBalance(d.anna),
        bert: await ethers.provider.getBalance(d.bert),
      };
      const assets = ["eth", "usd"];
      let report = await d.run({ intents: outbox, assets });
      expect(whats(report)).to.include.members([
        "beginning to wind eth down",
        "beginning to wind usd down",
        "announcing the return of all eth of the reserve 0x",
        "announcing the return of all usd of the reserve 0x",
      ]);
      await d.sign(d.anna, d.bert);
      let steps = 1;
      while (!report.complete && steps < 30) {
        if (report.nextAt !== undefined) await networkHelpers.time.increaseTo(report.nextAt + 1n);
        report = await d.run({ intents: outbox, assets });
        steps++;
      }
      expect([report.complete, report.remaining.length, report.claims.length]).to.deep.equal([true, 0, 0]);
      expect(report.nextAt).to.equal(undefined);
      for (const { liabilities, inVault, inReserves } of report.assets) {
        expect([liabilities, inVault, ...inReserves.map(({ amount }) => amount)]).to.deep.equal([0n, 0n, 0n]);
      }
      paid.anna = (await ethers.provider.getBalance(d.anna)) - start.anna;
      paid.bert = (await ethers.provider.getBalance(d.bert)) - start.bert;
      expect(paid).to.deep.equal({ anna: 40n * ETHER, bert: 10n * ETHER });
      expect(await d.token.balanceOf(d.anna)).to.equal(500_000n * USD);
      // Again: nothing is left to do.
      const again = await d.run({ intents: outbox, assets });
      expect([again.complete, again.done]).to.deep.equal([true, []]);
      expect(new Set(again.intents.map(({ state }) => state))).to.deep.equal(new Set(["done"]));
    });

    it("says of each owner that is stopped what stops it, and of an app that its users settle there", async () => {
      const d = await business();
      const app = await ethers.deployContract("MockApp", [d.addresses.vault]);
      await throughGovernance(d.s, [callOf(d.contracts.vault, "setKind", [app.target, 1n])]);
      await d.contracts.vault.connect(d.mallory).deposit(d.eth, ETHER, String(app.target), { value: ETHER });
      await d.mocks.sanctions?.setListed(d.bert, true);
      await d.contracts.vault.screen(d.bert);
      const report = await d.run();
      const why = (account: string) => report.remaining.find((claim) => claim.account === account);
      expect(why(d.bert.address)?.todo).to.equal("nothing until the listing ends");
      expect(why(String(app.target))?.todo).to.include("settle in the app");
      expect(report.remaining.find((claim) => claim.account === d.anna.address)?.todo).to.include(
        "its owner calls withdraw",
      );
    });
  });

  describe("given an asset of another chain", () => {
    const SCRIPT = `5120${"ab".repeat(32)}`;

    it("lets a balance leave to a destination of its owner's there, and asks for one where there is none", async () => {
      const s = await scene();
      const { name, chain, asset } = await creditLitecoin(s, s.anna.address, COIN);
      const run = () =>
        windDown(s.addresses, { signer: s.mallory, batch: 10, intents: outbox, assets: ["ltc"] });
      const first = await run();
      const [claim] = first.remaining;
      expect(claim?.why).to.include("no destination on the asset's own chain");
      expect(claim?.todo).to.include("registers a destination");
      expect(readdirSync(outbox)).to.deep.equal([]);

      await s.contracts.gateway.registerDestination(s.anna, chain, `0x${SCRIPT}`);
      await run();
      const [file = ""] = readdirSync(outbox);
      const { intent } = readIntent(
        s.config.chainId,
        s.addresses.vault,
        readFileSync(join(outbox, file), "utf8"),
      );
      expect(getAddress(intent.to)).to.equal(
        handleOf({ account: s.anna.address, chain: name, script: SCRIPT }),
      );
      const signature = await s.anna.signTypedData(
        vaultDomain(s.config.chainId, s.addresses.vault),
        INTENT_TYPES,
        intent,
      );
      const content = JSON.parse(readFileSync(join(outbox, file), "utf8")) as object;
      writeFileSync(join(outbox, file), JSON.stringify({ ...content, signature }));
      let report = await run();
      for (let steps = 0; !report.complete && steps < 10; steps++) {
        const { nextAt } = report;
        if (nextAt !== undefined) await networkHelpers.time.increaseTo(nextAt + 1n);
        report = await run();
      }
      expect([report.complete, report.remaining]).to.deep.equal([true, []]);
      const { token } = await s.contracts.gateway.foreignOf(asset);
      // It waits in the gateway for the committee to pay it there.
      expect(await ForeignAsset__factory.connect(token, s.mallory).balanceOf(s.addresses.gateway)).to.equal(
        COIN,
      );
    });
  });

  describe("given intents that came back from other hands", () => {
    async function signed() {
      const d = await business();
      await d.run({ intents: outbox, assets: ["usd"] });
      const [name] = readdirSync(outbox);
      if (name === undefined) throw new Error("one intent was written");
      const file = join(outbox, name);
      const text = readFileSync(file, "utf8");
      await d.sign(d.anna);
      const put = (change: (content: Record<string, never>) => object) =>
        writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as never)));
      const state = async () => {
        const { intents } = await d.run({ intents: outbox, assets: ["usd"], dryRun: true });
        return intents.map(({ state: is, code }) => code ?? is).join();
      };
      return { ...d, file, text, put, state };
    }

    it("carries out what its owner signed, once, and never writes over it", async () => {
      const d = await signed();
      expect(await d.state()).to.equal("ready");
      const report = await d.run({ intents: outbox, assets: ["usd"] });
      expect(whats(report).some((what) => what.startsWith("carrying out"))).to.equal(true);
      expect(await d.contracts.vault.balanceOf(d.anna, d.usd)).to.equal(0n);
      expect(await d.state()).to.equal("done");
    });

    it("refuses each that is wrong, by a code of its own", async () => {
      const d = await signed();
      const whole = readFileSync(d.file, "utf8");
      const tries: readonly (readonly [string, (content: never) => object])[] = [
        ["INTENT_UNREADABLE", () => ({ nonsense: true })],
        ["INTENT_UNREADABLE", (c: { signature: string }) => ({ ...c, signature: "0xzz" })],
        [
          "INTENT_UNREADABLE",
          (c: { typedData: { message: object } }) => ({
            ...c,
            typedData: { ...c.typedData, message: { ...c.typedData.message, verb: "0" } },
          }),
        ],
        [
          "INTENT_TAMPERED",
          (c: { typedData: { message: object } }) => ({
            ...c,
            typedData: { ...c.typedData, message: { ...c.typedData.message, to: d.mallory.address } },
          }),
        ],
        [
          "INTENT_OTHER_VAULT",
          (c: { typedData: { domain: object } }) => ({
            ...c,
            typedData: { ...c.typedData, domain: { ...c.typedData.domain, chainId: 1 } },
          }),
        ],
        ["INTENT_NOT_BY_OWNER", (c: { signature: string }) => ({ ...c, signature: `0x${"11".repeat(65)}` })],
      ];
      for (const [code, change] of tries) {
        writeFileSync(d.file, whole);
        d.put(change as never);
        expect(await d.state(), code).to.equal(code);
      }
      writeFileSync(d.file, whole);
      await d.contracts.vault.connect(d.anna).transfer(d.bert, d.usd, USD);
      expect(await d.state()).to.equal("INTENT_TOO_MUCH");
      await d.s.wait(31n * DAY);
      expect(await d.state()).to.equal("INTENT_EXPIRED");
    });
  });

  describe("given books that don't add up", () => {
    it("takes no step", async () => {
      const d = await business();
      const late = { ...d.addresses, fromBlock: await ethers.provider.getBlockNumber() };
      expect(await refusalOf(readClaims(ethers.provider, late))).to.equal("CLAIMS_INCOMPLETE");
      expect(await refusalOf(d.run({ assets: ["doge"] }))).to.equal("CLAIMS_UNKNOWN_ASSET");
    });
  });
});
