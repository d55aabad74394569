import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { getAddress, JsonRpcProvider, Wallet } from "ethers";
import { developmentConfig } from "../../deploy/config/load.ts";
import { localKeys } from "../../deploy/config/local-keys.ts";
import { connectNetwork } from "../../deploy/connect.ts";
import { deployNetwork } from "../../deploy/deploy-network.ts";
import { type DevelopmentNode, startNode } from "../../src/testing/nodes.ts";
import { type RunningCommand, startStrongroom, strongroom } from "../../src/testing/strongroom.ts";
import { BALANCES_HEADER } from "../../src/treasury/opening-balances.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { MockERC20__factory } from "../../typechain-types/factories/contracts/mocks/MockERC20__factory.ts";

const ROWS = 40;
const USD = 10n ** 6n;

describe("the migrate and adopt commands, as people run them, against anvil", () => {
  let node: DevelopmentNode;
  let folder: string;
  let provider: JsonRpcProvider;
  let deployed: Awaited<ReturnType<typeof deployNetwork>>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-migrate-"));
    node = await startNode("anvil");
    provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    const connection = await connectNetwork("anvil", { rpc: node.url });
    try {
      const config = developmentConfig("anvil", 31_337n);
      deployed = await deployNetwork(connection, config, {
        folder,
        reset: false,
        acknowledged: undefined,
        onProgress: () => {},
      });
    } finally {
      await connection.close();
    }
  });
  after(async () => {
    provider?.destroy();
    await node?.kill();
    rmSync(folder, { recursive: true });
  });

  const words = (...more: string[]) => [
    "--network",
    "anvil",
    "--rpc",
    node.url,
    "--deployments",
    folder,
    ...more,
  ];

  describe("migrate import", () => {
    it("killed twice with transactions under way, and run again, credits every row once", async () => {
      const { addresses } = deployed;
      const accounts = (await provider.send("eth_accounts", [])) as string[];
      const treasury = getAddress(accounts[5] ?? "");
      const usd = addresses.assets.find(({ symbol }) => symbol === "usd");
      const minter = MockERC20__factory.connect(usd?.token ?? "", await provider.getSigner(treasury));
      await (await minter.mint(treasury, 1_000_000n * USD)).wait();
      const csv = join(folder, "balances.csv");
      const lines = Array.from({ length: ROWS }, (_, i) => `${Wallet.createRandom().address},usd,${i + 1}.5`);
      writeFileSync(csv, `${[BALANCES_HEADER, ...lines].join("\n")}\n`);
      const command = [
        "migrate",
        "import",
        ...words("--file", csv, "--from", treasury, "--batch", "8", "--json"),
      ];

      const unapproved = await strongroom(command);
      expect([unapproved.code, unapproved.stdout]).to.deep.equal([1, ""]);
      expect(unapproved.stderr).to.include("IMPORT_NOT_ALLOWED");
      rmSync(`${csv}.journal`);

      // Blocks come by the clock, and stop when the kill is near: it leaves a whole batch that is sent and not mined.
      await provider.send("evm_setAutomine", [false]);
      let mining = true;
      const miner = setInterval(() => mining && void provider.send("evm_mine", []), 100);
      const underWay = async () =>
        (await provider.getTransactionCount(treasury, "pending")) -
        (await provider.getTransactionCount(treasury));
      const killWithBatchUnderWay = async (command: RunningCommand) => {
        for (let asked = 1; (await underWay()) < 8; asked++) {
          // A block that was under way has taken a part of the batch: the next batch is sent when the rest is mined.
          if (asked % 100 === 0) await provider.send("evm_mine", []);
          await sleep(20);
        }
        command.kill();
      };
      try {
        for (const done of [8, 24]) {
          const started = startStrongroom([...command, "--approve"], {}, (said) => {
            if (!mining || !said.includes(`${done} of ${ROWS} credited`)) return;
            mining = false;
            void killWithBatchUnderWay(started);
          });
          expect((await started.result).code, "killed").to.equal(null);
          expect(await underWay()).to.equal(8);
          mining = true;
        }
        const finished = await strongroom([...command, "--approve"]);
        expect(finished.code, finished.stderr).to.equal(0);
        const report = JSON.parse(finished.stdout) as {
          complete: boolean;
          proof: string;
          rows: { credited: string }[];
        };
        expect([report.complete, report.rows.length]).to.deep.equal([true, ROWS]);
        const again = await strongroom(command);
        expect((JSON.parse(again.stdout) as typeof report).proof).to.equal(report.proof);
      } finally {
        clearInterval(miner);
        await provider.send("evm_setAutomine", [true]);
      }
      const vault = IVault__factory.connect(addresses.vault, provider);
      const logs = await vault.queryFilter(vault.filters.Deposited(), addresses.fromBlock);
      const credited = logs.map(({ args }) => `${args.to},usd,${Number(args.amount) / Number(USD)}`);
      expect(credited.sort()).to.deep.equal(lines.sort());
    });

    it("tells wrong usage and wrong lines from failures, and writes a holders' file only once", async () => {
      const csv = join(folder, "wrong.csv");
      const command = (...more: string[]) => strongroom(["migrate", "import", ...words(...more)]);
      expect((await command("--file", csv)).code).to.equal(2);
      writeFileSync(csv, `${BALANCES_HEADER}\nanna,usd,1\n`);
      const wrong = await command("--file", csv);
      expect([wrong.code, wrong.stderr.includes("line 2")]).to.deep.equal([1, true]);
      expect((await command("--file", csv, "--batch", "0")).code).to.equal(2);
      expect((await command("--file", csv, "--from-vault", deployed.addresses.vault)).code).to.equal(2);
      const holders = join(folder, "holders.csv");
      const listed = await command(
        "--file",
        holders,
        "--from-vault",
        deployed.addresses.vault,
        "--dry-run",
        "--approve",
      );
      expect(listed.stderr).to.include("holders of");
      expect(() => readFileSync(holders)).to.throw("ENOENT");
    });
  });

  describe("migrate wind-down", () => {
    it("ends with 1 and says what is left while something is owed", async () => {
      const ended = await strongroom(["migrate", "wind-down", ...words("--asset", "usd", "--dry-run")]);
      expect(ended.code).to.equal(1);
      expect(ended.stderr).to.include("UNVERIFIED: ").and.to.include("Not yet complete");
      expect(ended.stdout).to.include("its owner calls withdraw").and.to.include("proof 0x");
    });

    it("ends with 0 where nothing is owed", async () => {
      const ended = await strongroom(["migrate", "wind-down", ...words("--asset", "btc", "--json")]);
      expect(ended.code, ended.stderr).to.equal(0);
      expect((JSON.parse(ended.stdout) as { complete: boolean }).complete).to.equal(true);
    });
  });

  describe("gov adopt", () => {
    it("finds the deployment's own council as it should be, and a stranger's account no Safe", async () => {
      const { council } = deployed.addresses.safes;
      const good = await strongroom(["gov", "adopt", ...words("--safe", council, "--json", "--since", "0")]);
      expect(good.code, good.stderr + good.stdout).to.equal(0);
      const { underGuard, transactions } = JSON.parse(good.stdout) as {
        underGuard: boolean;
        transactions: [];
      };
      expect([underGuard, transactions]).to.deep.equal([true, []]);
      const owners = localKeys.guardian.map(({ address }) => address).join(",");
      const other = await strongroom([
        "gov",
        "adopt",
        ...words("--safe", council, "--owners", owners, "--threshold", "2"),
      ]);
      expect([other.code, other.stdout.includes("MUST CHANGE   owners")]).to.deep.equal([1, true]);
      const key = localKeys.guardian[0]?.address ?? "";
      const none = await strongroom(["gov", "adopt", ...words("--safe", key)]);
      expect([none.code, none.stderr.includes("ADOPT_NO_CONTRACT")]).to.deep.equal([1, true]);
      const lower = await strongroom(["gov", "adopt", ...words("--safe", council.toLowerCase())]);
      expect(lower.code).to.equal(2);
      expect(
        (await strongroom(["gov", "adopt", ...words("--safe", council, "--office", "chef")])).code,
      ).to.equal(2);
    });
  });
});
