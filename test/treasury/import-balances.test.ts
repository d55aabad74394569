import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { Wallet } from "ethers";
import { AUDIT_TYPES, auditDomain, runningCode } from "../../src/governance/audits.ts";
import { KINDS, NEVER, paramKey } from "../../src/governance/parameters.ts";
import { throughGovernance } from "../../src/governance/proposal.ts";
import { type ImportOptions, importBalances } from "../../src/treasury/import-balances.ts";
import { ImportJournal } from "../../src/treasury/import-journal.ts";
import { listedAssets, TOKEN_CLASS } from "../../src/treasury/listed-assets.ts";
import { BALANCES_HEADER, parseBalances } from "../../src/treasury/opening-balances.ts";
import { vaultHolders } from "../../src/treasury/vault-holders.ts";
import { OzTokenVault__factory } from "../../typechain-types/factories/contracts/mocks/bench/OzTokenVault__factory.ts";
import { callOf, DAY, ETHER, ethers, networkHelpers, type Scene, scene } from "../scenario/scene.ts";
import { refusal, refusalOf } from "../support/refusal.ts";

const USD = 10n ** 6n;

describe("importBalances", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-import-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A treasury with dollars, and a list of fifteen rows for ten accounts. */
  async function treasury() {
    const s = await scene();
    const treasurer = s.mallory;
    const token = s.mocks.tokens.usd;
    if (!token) throw new Error("dollars are a mock");
    await token.mint(treasurer, 1_000_000n * USD);
    const assets = await listedAssets(ethers.provider, s.addresses);
    const accounts = Array.from({ length: 10 }, () => Wallet.createRandom().address);
    const lines = [
      ...accounts.map((account, i) => `${account},usd,${100 + i}.25`),
      ...accounts.slice(0, 5).map((account, i) => `${account},eth,0.${i + 1}`),
    ];
    const rows = parseBalances(`${[BALANCES_HEADER, ...lines].join("\n")}\n`, assets);
    const journal = join(folder, "balances.csv.journal");
    const run = (more: Partial<ImportOptions> = {}, of = rows) =>
      importBalances(ethers.provider, assets, of, {
        signer: treasurer,
        vault: s.addresses.vault,
        fromBlock: s.addresses.fromBlock,
        journal,
        batch: 4,
        confirmations: 0,
        approve: true,
        ...more,
      });
    /** How often each row stands on the chain: never more than once. */
    const deposits = async () => {
      const logs = await s.contracts.vault.queryFilter(s.contracts.vault.filters.Deposited());
      return logs.map(({ args }) => `${args.to}/${args.asset}/${args.amount}`);
    };
    return { ...s, s, treasurer, token, assets, accounts, rows, journal, run, deposits };
  }

  /** A signer that dies at its nth transaction, before or after that is sent. */
  function dying(signer: HardhatEthersSigner, at: number, sent: boolean): HardhatEthersSigner {
    let count = 0;
    return new Proxy(signer, {
      get(target, name) {
        if (name !== "sendTransaction") return Reflect.get(target, name, target) as unknown;
        return async (request: Parameters<HardhatEthersSigner["sendTransaction"]>[0]) => {
          if (++count < at) return target.sendTransaction(request);
          if (count === at && sent) await target.sendTransaction(request);
          throw new Error("killed");
        };
      },
    });
  }

  describe("given a treasury that has everything", () => {
    it("credits every row once, to the unit, and proves it", async () => {
      const d = await treasury();
      const said: string[] = [];
      const report = await d.run({ onProgress: (line) => said.push(line) });
      expect(report.complete).to.equal(true);
      const usd = 10n * 100n * USD + 45n * USD + (10n * USD) / 4n;
      expect(report.assets).to.deep.equal([
        {
          symbol: "eth",
          decimals: 18,
          rows: 5,
          expected: (15n * ETHER) / 10n,
          credited: (15n * ETHER) / 10n,
        },
        { symbol: "usd", decimals: 6, rows: 10, expected: usd, credited: usd },
      ]);
      for (const { account, asset, amount, before, others, after } of report.rows) {
        expect([before, others, after]).to.deep.equal([0n, 0n, amount]);
        expect(await d.contracts.vault.balanceOf(account, asset)).to.equal(amount);
      }
      expect(await d.token.allowance(d.treasurer, d.addresses.vault), "exactly what it took").to.equal(0n);
      expect(said.join("\n"))
        .to.include("fresh")
        .and.to.include("lowest tier")
        .and.to.include("15 of 15 credited");
    });

    it("credits nothing more when run again, with the same proof; nor without its journal", async () => {
      const d = await treasury();
      const first = await d.run();
      const before = await ethers.provider.getTransactionCount(d.treasurer);
      expect((await d.run()).proof).to.equal(first.proof);
      rmSync(d.journal);
      expect((await d.run()).proof).to.equal(first.proof);
      expect(await ethers.provider.getTransactionCount(d.treasurer)).to.equal(before);
      expect((await d.deposits()).length).to.equal(15);
    });

    it("sends and writes nothing in a dry run", async () => {
      const d = await treasury();
      const before = await ethers.provider.getTransactionCount(d.treasurer);
      const report = await d.run({ dryRun: true });
      expect([report.complete, report.assets[1]?.credited]).to.deep.equal([false, 0n]);
      expect(await ethers.provider.getTransactionCount(d.treasurer)).to.equal(before);
      expect(existsSync(d.journal)).to.equal(false);
    });

    it("tells what came and went since from what it credited itself", async () => {
      const d = await treasury();
      const [first] = d.rows;
      if (!first) throw new Error("there are rows");
      const vault = d.contracts.vault.connect(d.treasurer);
      await d.token.connect(d.treasurer).approve(d.addresses.vault, 5n * USD);
      await vault.deposit(first.asset, 5n * USD, first.account);
      await d.run();
      await d.token.connect(d.treasurer).approve(d.addresses.vault, 3n * USD);
      await vault.deposit(first.asset, 3n * USD, first.account);
      const [row] = (await d.run()).rows;
      expect([row?.before, row?.credited, row?.others]).to.deep.equal([5n * USD, first.amount, 3n * USD]);
    });
  });

  describe("given that it is killed", () => {
    for (const sent of [false, true]) {
      it(`goes on after every single transaction, ${sent ? "sent" : "not sent"} when it died`, async () => {
        const d = await treasury();
        const vault = d.addresses.vault;
        await d.token.connect(d.treasurer).approve(vault, 100_000n * USD);
        const snapshot = await networkHelpers.takeSnapshot();
        for (let at = 1; at <= 15; at++) {
          await snapshot.restore();
          rmSync(d.journal, { force: true });
          const code = await refusalOf(d.run({ signer: dying(d.treasurer, at, sent), approve: false }));
          expect(code, `at ${at}`).to.equal(sent && at === 15 ? "accepted" : "IMPORT_NOT_SENT");
          const report = await d.run({ approve: false });
          expect(report.complete, `at ${at}`).to.equal(true);
          const deposits = await d.deposits();
          expect(deposits.length, `at ${at}`).to.equal(15);
          expect(new Set(deposits).size, `at ${at}`).to.equal(15);
        }
      });
    }

    it("keeps a row's nonce while its transaction may be under way", async () => {
      const d = await treasury();
      await d.token.connect(d.treasurer).approve(d.addresses.vault, 100_000n * USD);
      await ethers.provider.send("evm_setAutomine", [false]);
      const mine = setInterval(() => void ethers.provider.send("evm_mine", []), 200);
      try {
        // Four are sent and none of them is mined yet when it dies; the next run offers the node the same four again.
        const died = await refusalOf(
          d.run({ signer: dying(d.treasurer, 5, false), approve: false, batch: 8 }),
        );
        expect(died).to.equal("IMPORT_NOT_SENT");
        expect((await d.run({ approve: false, batch: 8 })).complete).to.equal(true);
      } finally {
        clearInterval(mine);
        await ethers.provider.send("evm_setAutomine", [true]);
      }
      const deposits = await d.deposits();
      expect([deposits.length, new Set(deposits).size]).to.deep.equal([15, 15]);
    });

    it("gives a row another nonce when its own went to something else, but only once that is settled", async () => {
      const d = await treasury();
      await d.token.connect(d.treasurer).approve(d.addresses.vault, 100_000n * USD);
      await refusal(d.run({ signer: dying(d.treasurer, 3, false), approve: false }));
      // The third row's nonce is spent on something else.
      await d.treasurer.sendTransaction({ to: d.anna, value: 1n });
      expect(await refusalOf(d.run({ approve: false, confirmations: 5 }))).to.equal("IMPORT_NOT_SETTLED");
      await networkHelpers.mine(5);
      const report = await d.run({ approve: false, confirmations: 0 });
      expect(report.complete).to.equal(true);
      expect((await d.deposits()).length).to.equal(15);
    });

    it("drops a line of its journal that was being written", async () => {
      const d = await treasury();
      await d.token.connect(d.treasurer).approve(d.addresses.vault, 100_000n * USD);
      await refusal(d.run({ signer: dying(d.treasurer, 1, false), approve: false }));
      const whole = readFileSync(d.journal, "utf8");
      truncateSync(d.journal, whole.length - 5);
      expect((await d.run({ approve: false })).complete).to.equal(true);
      expect((await d.deposits()).length).to.equal(15);
    });
  });

  describe("given a journal", () => {
    const identity = { digest: "d", chainId: "1", vault: "v", importer: "i" };

    it("is one process's at a time", async () => {
      const file = join(folder, "j");
      const journal = ImportJournal.open(file, identity);
      expect(await refusalOf(() => ImportJournal.open(file, identity))).to.equal("IMPORT_RUNNING");
      journal.close();
      ImportJournal.open(file, identity).close();
    });

    it("refuses another input, and lines that nobody wrote", async () => {
      const file = join(folder, "j");
      ImportJournal.open(file, identity).close();
      expect(await refusalOf(() => ImportJournal.open(file, { ...identity, digest: "other" }))).to.equal(
        "IMPORT_OTHER_INPUT",
      );
      writeFileSync(file, `${readFileSync(file, "utf8")}{"row":-1,"nonce":0}\n`);
      expect(await refusalOf(() => ImportJournal.open(file, identity))).to.equal("IMPORT_JOURNAL_DAMAGED");
      writeFileSync(file, "nonsense\n");
      expect(() => ImportJournal.open(file, identity)).to.throw(/can't be read/);
    });

    it("refuses an edited list, and without the journal what was credited before", async () => {
      const d = await treasury();
      await d.run();
      const edited = d.rows.map((row, i) => (i === 7 ? { ...row, amount: row.amount + 1n } : row));
      expect(await refusalOf(d.run({}, edited))).to.equal("IMPORT_OTHER_INPUT");
      rmSync(d.journal);
      expect(await refusalOf(d.run({}, edited))).to.equal("IMPORT_SEEN_BEFORE");
      rmSync(d.journal);
      const again = await d.run({ again: true }, edited);
      expect([again.complete, (await d.deposits()).length]).to.deep.equal([true, 30]);
    });

    it("waits without one while the account has transactions under way", async () => {
      const d = await treasury();
      await ethers.provider.send("evm_setAutomine", [false]);
      try {
        await d.treasurer.sendTransaction({ to: d.anna, value: 1n });
        expect(await refusalOf(d.run())).to.equal("IMPORT_PENDING");
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
    });
  });

  describe("given something that is missing", () => {
    it("refuses before anything is sent: no allowance, too little, no room, winding down", async () => {
      const d = await treasury();
      const before = await ethers.provider.getTransactionCount(d.treasurer);
      expect(await refusalOf(d.run({ approve: false }))).to.equal("IMPORT_NOT_ALLOWED");
      const [, , , row] = d.rows;
      if (!row) throw new Error("there are rows");
      const much = [{ ...row, amount: 2_000_000n * USD }];
      rmSync(d.journal);
      expect(await refusalOf(d.run({}, much))).to.equal("IMPORT_TOO_LITTLE");
      rmSync(d.journal);
      const beyond = [{ ...row, amount: 10n ** 17n }];
      expect(await refusalOf(d.run({}, beyond))).to.equal("IMPORT_ABOVE_CAP");
      expect(await ethers.provider.getTransactionCount(d.treasurer)).to.equal(before);
      rmSync(d.journal);
      await d.s.wait(366n * DAY);
      await d.contracts.vault.windDown(row.asset);
      expect(await refusalOf(d.run())).to.equal("IMPORT_WINDING_DOWN");
    });

    it("refuses a token that takes a fee, and accounts that nobody can take out of", async () => {
      const d = await treasury();
      const taking = d.assets.map((asset) => ({ ...asset, tokenClass: TOKEN_CLASS.feeTaking }));
      const options = {
        ...{ signer: d.treasurer, vault: d.addresses.vault, fromBlock: 0, journal: d.journal },
        ...{ batch: 4, confirmations: 0 },
      };
      expect(await refusalOf(importBalances(ethers.provider, taking, d.rows, options))).to.equal(
        "IMPORT_FEE_TAKING",
      );
      const [row] = d.rows;
      if (!row) throw new Error("there are rows");
      rmSync(d.journal);
      expect(await refusalOf(d.run({}, [{ ...row, account: d.addresses.vault }]))).to.equal(
        "IMPORT_NOT_AN_OWNER",
      );
    });

    it("stops at a row that the Vault refuses, with its reason, and goes on once it takes it", async () => {
      const d = await treasury();
      await d.token.connect(d.treasurer).approve(d.addresses.vault, 100_000n * USD);
      const usd = d.assets.find(({ symbol }) => symbol === "usd")?.id ?? 0n;
      const vault = d.contracts.vault.connect(d.bert);
      let count = 0;
      const signer = new Proxy(d.treasurer, {
        get(target, name) {
          if (name !== "sendTransaction") return Reflect.get(target, name, target) as unknown;
          return async (request: Parameters<HardhatEthersSigner["sendTransaction"]>[0]) => {
            if (++count === 6) {
              // Somebody else's deposit takes the room in the meantime.
              const room = await vault.room(usd);
              await d.token.mint(d.bert, room);
              await d.token.connect(d.bert).approve(vault.target, room);
              await vault.deposit(usd, room, d.bert);
            }
            return target.sendTransaction(request);
          };
        },
      });
      const { code, facts } = await refusal(d.run({ signer, approve: false }));
      expect([code, facts.line]).to.deep.equal(["IMPORT_REFUSED", 7]);
      expect(facts.because).to.match(/^Vault_CapReached \(\d/);
      expect(await refusalOf(d.run({ approve: false }))).to.equal("IMPORT_ABOVE_CAP");
      const cap = [paramKey(KINDS.HOLDINGS_CAP, usd), 1, NEVER, (1n << 36n) - 1n];
      const running = await runningCode(ethers.provider, d.addresses.vault);
      const [auditor] = d.s.keys.auditors;
      const audit = {
        report: ethers.id("the report"),
        auditor: (await auditor?.getAddress()) ?? "",
        validUntil: 0n,
        codehashes: running.map(({ codehash }) => codehash),
      };
      const domain = auditDomain(BigInt(d.addresses.chainId), d.addresses.auditRecord);
      const signature = await auditor?.signTypedData(domain, AUDIT_TYPES, audit);
      const { auditRecord } = d.s.contracts;
      await throughGovernance(d.s, [
        callOf(vault, "set", cap),
        callOf(auditRecord, "record", [audit, await auditRecord.revision(), signature]),
      ]);
      expect((await d.run({ approve: false })).complete).to.equal(true);
      expect((await d.deposits()).length).to.equal(16);
    });
  });
});

describe("vaultHolders", () => {
  async function listed(s: Scene) {
    return listedAssets(ethers.provider, s.addresses);
  }

  it("reads another Strongroom Vault's ledger at a block, and leaves out what stays there", async () => {
    const s = await scene();
    const usd = s.mocks.tokens.usd;
    if (!usd) throw new Error("dollars are a mock");
    const { vault } = s.contracts;
    await vault.connect(s.mallory).deposit(s.assets.eth ?? 0n, ETHER, s.anna, { value: ETHER });
    await vault.connect(s.mallory).deposit(s.assets.eth ?? 0n, 2n * ETHER, s.bert, { value: 2n * ETHER });
    const block = await ethers.provider.getBlockNumber();
    await vault.connect(s.anna).withdraw(s.assets.eth ?? 0n, ETHER / 4n, s.anna);
    const question = { vault: s.addresses.vault, fromBlock: s.addresses.fromBlock };
    const then = await vaultHolders(ethers.provider, { ...question, block }, await listed(s));
    expect(then.kind).to.equal("strongroom");
    expect(then.balances.map(({ account, symbol, amount }) => [account, symbol, amount])).to.deep.equal([
      [s.anna.address, "eth", ETHER],
      [s.bert.address, "eth", 2n * ETHER],
    ]);
    const now = await vaultHolders(ethers.provider, question, await listed(s));
    expect(now.balances[0]?.amount).to.equal((3n * ETHER) / 4n);
    expect(now.leftOut.join()).to.include(s.anna.address).and.to.include("is open there");
    const late = vaultHolders(ethers.provider, { ...question, fromBlock: block + 1 }, await listed(s));
    expect(await refusalOf(late)).to.equal("HOLDERS_INCOMPLETE");
  });

  it("reads the holders of an ERC-4626 vault at the value of their shares", async () => {
    const s = await scene();
    const usd = s.mocks.tokens.usd;
    if (!usd) throw new Error("dollars are a mock");
    const code = await ethers.deployContract("OzTokenVault");
    const init = code.interface.encodeFunctionData("initialize", [usd.target]);
    const proxy = await ethers.deployContract("TransparentUpgradeableProxy", [code.target, s.mallory, init]);
    const old = OzTokenVault__factory.connect(String(proxy.target), s.anna);
    for (const [account, amount] of [
      [s.anna, 100n * USD],
      [s.bert, 50n * USD],
    ] as const) {
      await usd.mint(account, amount);
      await usd.connect(account).approve(old.target, amount);
      await old.connect(account).deposit(amount, account);
    }
    await usd.mint(String(old.target), 15n * USD);
    const found = await vaultHolders(ethers.provider, { vault: String(old.target) }, await listed(s));
    expect(found.kind).to.equal("erc4626");
    const worth = async (account: HardhatEthersSigner) =>
      (await old
        .getFunction("convertToAssets")
        .staticCall(await old.getFunction("balanceOf").staticCall(account.address))) as bigint;
    expect(found.balances.map(({ account, amount }) => [account, amount])).to.deep.equal([
      [s.anna.address, await worth(s.anna)],
      [s.bert.address, await worth(s.bert)],
    ]);
    expect(found.balances.reduce((sum, { amount }) => sum + amount, 0n) > 150n * USD).to.equal(true);
  });

  it("reads a token whose units stand for an asset's, if one with its decimals is named", async () => {
    const s = await scene();
    const receipt = await ethers.deployContract("MockERC20", ["Receipt", 6]);
    await receipt.getFunction("mint").send(s.anna.address, 3n * USD);
    const assets = await listed(s);
    const usd = assets.find(({ symbol }) => symbol === "usd");
    const eth = assets.find(({ symbol }) => symbol === "eth");
    if (!usd || !eth) throw new Error("both are listed");
    const question = { vault: String(receipt.target) };
    const found = await vaultHolders(ethers.provider, { ...question, as: usd }, assets);
    expect([found.kind, found.balances[0]?.amount]).to.deep.equal(["erc20", 3n * USD]);
    expect(await refusalOf(vaultHolders(ethers.provider, question, assets))).to.equal("HOLDERS_OTHER_ASSET");
    expect(await refusalOf(vaultHolders(ethers.provider, { ...question, as: eth }, assets))).to.equal(
      "HOLDERS_OTHER_ASSET",
    );
    expect(await refusalOf(vaultHolders(ethers.provider, { vault: s.anna.address }, assets))).to.equal(
      "HOLDERS_NOT_A_VAULT",
    );
    expect(await refusalOf(vaultHolders(ethers.provider, { vault: s.addresses.timelock }, assets))).to.equal(
      "HOLDERS_NOT_A_VAULT",
    );
  });
});
