import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider, Wallet } from "ethers";
import { config as local } from "../../deploy/config/local.ts";
import { create3Address } from "../../deploy/factories/createx.ts";
import { lockDeployment } from "../../deploy/lock.ts";
import { openDeployment } from "../../deploy/open-deployment.ts";
import { loadRecord, readRecord } from "../../deploy/record.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { type DevelopmentNode, type NodeKind, startNode } from "../../src/testing/nodes.ts";
import { startStrongroom, strongroom } from "../../src/testing/strongroom.ts";
import { startFailingNode } from "../support/failing-node.ts";

const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
/** The first account of the public test mnemonic: development nodes fund it. */
const DEPLOYER_KEY = HDNodeWallet.fromPhrase(
  "test test test test test test test test test test test junk",
).privateKey;
/** How often a run is killed before it may finish. */
const KILLS = 3;
/** What comes before the first step on a chain that has nothing: money for CreateX's maker, and the four Safe contracts. */
const FACTORIES = 5;

let folder: string;
let nodes: DevelopmentNode[] = [];

async function node(kind: NodeKind, chainId = 31_337, port?: number): Promise<DevelopmentNode> {
  const started = await startNode(kind, { chainId, ...(port === undefined ? {} : { port }) });
  nodes.push(started);
  return started;
}

/** The words that deploy to a node under this test's folder. */
function words(at: { readonly url: string }, ...more: string[]): string[] {
  return ["deploy", "--network", "anvil", "--rpc", at.url, "--deployments", folder, ...more];
}

/** How many transactions the deployer has sent. */
async function sentFrom(at: DevelopmentNode): Promise<number> {
  const provider = new JsonRpcProvider(at.url);
  try {
    return Number(await provider.getTransactionCount(DEPLOYER));
  } finally {
    provider.destroy();
  }
}

async function ask<T>(at: DevelopmentNode, question: (provider: JsonRpcProvider) => Promise<T>): Promise<T> {
  const provider = new JsonRpcProvider(at.url, undefined, { cacheTimeout: -1 });
  try {
    return await question(provider);
  } finally {
    provider.destroy();
  }
}

describe("./strongroom deploy, as a process on a node of its own", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-deployments-"));
  });
  afterEach(async () => {
    for (const one of nodes) await one.kill();
    nodes = [];
    rmSync(folder, { recursive: true, force: true });
  });

  for (const kind of ["anvil", "hardhat"] as const) {
    describe(`given ${kind}, when it is killed at random moments`, () => {
      it("goes on each time, deploys nothing twice, and ends with everything proven", async () => {
        const at = await node(kind, 31_338);
        const seed = Number(process.env.STRONGROOM_SEED ?? Date.now() % 1_000_000);
        process.stderr.write(`      seed ${seed} (STRONGROOM_SEED)\n`);
        let random = seed;
        let killed = 0;
        for (let attempt = 0; attempt < KILLS; attempt++) {
          random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
          const command = startStrongroom(words(at));
          // From where it has begun, at any moment of the next seconds.
          while (!existsSync(join(folder, "31338.lock"))) await sleep(20);
          const ended = await Promise.race([command.result, sleep(100 + (random % 3_000))]);
          if (ended !== undefined) break;
          command.kill();
          expect((await command.result).code).to.equal(null);
          killed++;
        }
        expect(killed).to.be.greaterThan(0);
        const { code, stdout, stderr } = await strongroom(words(at, "--json"));
        expect(code, stderr).to.equal(0);
        const { ok } = JSON.parse(stdout) as { ok: boolean };
        expect(ok).to.equal(true);
        const record = loadRecord(31_338n, folder);
        expect(record.state).to.equal("verified");
        const { steps } = JSON.parse(stdout) as { steps: number };
        // One transaction for each step, whoever sent it: nothing twice.
        expect(await sentFrom(at)).to.equal(steps + FACTORIES);
      });
    });
  }

  describe("given a finished deployment on anvil", () => {
    it("is verified by its own command, and refuses to go on after the chain was started again from nothing", async () => {
      const at = await node("anvil", 31_339);
      expect((await strongroom(words(at))).code).to.equal(0);
      const verify = ["deploy", "verify", "--network", "anvil", "--rpc", at.url, "--deployments", folder];
      const good = await strongroom([...verify, "--json"]);
      expect(good.code, good.stderr).to.equal(0);
      expect(JSON.parse(good.stdout))
        .to.have.nested.property("deployments[0].differences")
        .that.deep.equals([]);
      const { connection, suite } = await openDeployment("anvil", { rpc: at.url, folder, moveTime: true });
      const before = await connection.ethers.provider.getBlock("latest");
      await suite.wait(3_600n);
      const later = await connection.ethers.provider.getBlock("latest");
      expect((later?.timestamp ?? 0) - (before?.timestamp ?? 0)).to.be.within(3_600, 3_700);
      expect(await suite.contracts.vault.policy()).to.equal(suite.addresses.policy);
      await connection.close();
      const inForce = await strongroom(words(at, "--reset"));
      expect(inForce.code).to.equal(1);
      expect(inForce.stderr).to.include("(RECORD_IN_FORCE)");

      await at.kill();
      const reset = await node("anvil", 31_339, at.port);
      const refused = await strongroom(words(reset));
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.include("(CHAIN_RESET)").and.to.include("--reset");
      expect(await sentFrom(reset)).to.equal(0);
      const anew = await strongroom(words(reset, "--reset"));
      expect(anew.code, anew.stderr).to.equal(0);
      expect(loadRecord(31_339n, folder).state).to.equal("verified");
    });
  });

  describe("given a deployer without money", () => {
    it("says so before it sends anything, and in the middle, and goes on when it has some", async () => {
      const at = await node("anvil");
      const balance = (wei: bigint) =>
        ask(at, (p) => p.send("anvil_setBalance", [DEPLOYER, `0x${wei.toString(16)}`]));
      await balance(10n ** 15n);
      const refused = await strongroom(words(at));
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.include("(OUT_OF_FUNDS)").and.to.include(DEPLOYER);
      expect(await sentFrom(at)).to.equal(0);

      await balance(10n ** 22n);
      // Between two transactions: one that is under way would never be mined.
      const proxy = await startFailingNode(at.url);
      try {
        proxy.beforeHearing("eth_sendTransaction", 20, () => balance(1n));
        const stopped = await strongroom(words(proxy));
        expect(stopped.code).to.equal(1);
        expect(stopped.stderr).to.include("(OUT_OF_FUNDS)");
      } finally {
        await proxy.close();
      }
      expect(await sentFrom(at)).to.equal(20);
      expect(readRecord(31_337n, folder)?.state).to.equal("incomplete");

      await balance(10n ** 22n);
      const finished = await strongroom(words(at));
      expect(finished.code, finished.stderr).to.equal(0);
    });
  });

  describe("given a node that fails", () => {
    it("says what to do about errors, garbage and silence", async () => {
      const at = await node("anvil");
      const proxy = await startFailingNode(at.url);
      try {
        for (const [how, method, after] of [
          ["error", "eth_sendTransaction", 10],
          ["garbage", "eth_getTransactionReceipt", 3],
          ["silence", "eth_estimateGas", 5],
        ] as const) {
          proxy.failFrom(method, after, how);
          const { code, stderr } = await strongroom(words(proxy, "--timeout", "2"));
          expect(code, how).to.equal(1);
          expect(stderr, how)
            .to.match(/\((NODE_FAILED|NOT_MINED)\)/)
            .and.to.include("  do:  ");
          proxy.heal();
        }
        expect(await sentFrom(at)).to.be.within(10, 80);
      } finally {
        await proxy.close();
      }
    });

    it("says that nothing answers", async () => {
      const { code, stderr } = await strongroom(words({ url: "http://127.0.0.1:9" }));
      expect(code).to.equal(1);
      expect(stderr).to.include("(NODE_FAILED)");
    });
  });

  describe("given a node of another chain", () => {
    it("refuses chains that the file is not for, that no development file may be used on, and main networks", async () => {
      const at = await node("anvil", 31_340);
      const file = join(folder, "local.json");
      writeFileSync(file, canonicalJson({ ...local, network: "anvil", chainId: 31_337 }));
      const wrong = await strongroom(words(at, "--config", file));
      expect(wrong.code).to.equal(1);
      expect(wrong.stderr).to.include("(WRONG_CHAIN)").and.to.include("nodeChainId 31340");

      const main = await node("anvil", 1);
      const owned = await strongroom(words(main));
      expect(owned.code).to.equal(1);
      expect(owned.stderr).to.include("(WRONG_CHAIN)");

      const real = mainFile(folder);
      const mainnet = [
        "deploy",
        "--network",
        "mainnet",
        "--rpc",
        main.url,
        "--deployments",
        folder,
        "--config",
        real,
      ];
      const env = { DEPLOYER_KEY };
      const unsaid = await strongroom(mainnet, env);
      expect(unsaid.code).to.equal(2);
      expect(unsaid.stderr).to.include("never audited").and.to.include("--acknowledge-unaudited mainnet");
      expect((await strongroom([...mainnet, "--acknowledge-unaudited", "sepolia"], env)).code).to.equal(2);
      const said = await strongroom([...mainnet, "--acknowledge-unaudited", "mainnet"], env);
      expect(said.code).to.equal(1);
      expect(said.stderr).to.include("(PREFLIGHT_FAILED)").and.to.include("createx: nothing stands at");
      expect(await sentFrom(main)).to.equal(0);
      const keyless = await strongroom(mainnet, { DEPLOYER_KEY: undefined });
      expect(keyless.stderr).to.include("(SECRET_MISSING)").and.to.include("DEPLOYER_KEY");
      const unreadable = await strongroom(mainnet, { DEPLOYER_KEY: "0x1234" });
      expect(unreadable.stderr).to.include("(SECRET_INVALID)").and.not.to.include("1234");
    });
  });

  describe("given two deployers at once", () => {
    it("lets one of a machine work, and two of different machines do everything once", async () => {
      const at = await node("anvil");
      const unlock = lockDeployment(31_337n, folder);
      const refused = await strongroom(words(at));
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.include("(DEPLOYER_AT_WORK)").and.to.include(`pid ${process.pid}`);
      expect(await sentFrom(at)).to.equal(0);
      unlock();

      const far = await node("anvil", 31_338);
      const there = (name: string) => [...words(far), "--deployments", join(folder, name)];
      const names = ["a", "b"] as const;
      const both = await Promise.all(names.map((name) => strongroom(there(name))));
      for (const [index, { code, stderr }] of both.entries()) {
        if (code === 0) continue;
        // Both pay from one account: who loses a nonce says so, and goes on when the other has ended.
        expect(stderr).to.match(
          /\((NONCE_TAKEN|NODE_FAILED|STEP_REVERTS|STEP_REVERTED|TRANSACTIONS_PENDING)\)/,
        );
        const again = await strongroom(there(names[index] ?? ""));
        expect(again.code, again.stderr).to.equal(0);
      }
      const [a, b] = names.map((name) => loadRecord(31_338n, join(folder, name)));
      expect(a?.addresses.vault).to.equal(b?.addresses.vault);
      expect(a?.codeHashes).to.deep.equal(b?.codeHashes);
    });
  });

  describe("given owners of one's own in a JSON file", () => {
    it("plans without sending, deploys them, and refuses to go on with other parameters", async () => {
      const at = await node("anvil", 31_341);
      const owners = Array.from({ length: 3 }, () => Wallet.createRandom().address);
      const safes = Object.fromEntries(
        Object.keys(local.safes).map((name) => [name, { owners, threshold: 2 }]),
      );
      const council = {
        owners: Array.from({ length: 3 }, () => Wallet.createRandom().address),
        threshold: 2,
      };
      const mine = { ...local, network: "anvil", chainId: 31_341, safes: { ...safes, council } };
      const file = join(folder, "mine.json");
      writeFileSync(file, canonicalJson(mine));

      const planned = await strongroom(words(at, "--config", file, "--dry-run", "--json"));
      expect(planned.code, planned.stderr).to.equal(0);
      const plan = JSON.parse(planned.stdout) as { gas: string; steps: { id: string; at: string }[] };
      expect(await sentFrom(at)).to.equal(0);
      const vault = plan.steps.find(({ id }) => id === "VaultProxy");
      expect(vault?.at).to.equal(create3Address(DEPLOYER, "strongroom/1/VaultProxy"));

      const deployed = await strongroom(words(at, "--config", file, "--json"));
      expect(deployed.code, deployed.stderr).to.equal(0);
      const record = loadRecord(31_341n, folder);
      expect(record.addresses.vault).to.equal(vault?.at);
      const { sent } = JSON.parse(deployed.stdout) as { sent: { gas: string } };
      const off = Number(plan.gas) / Number(sent.gas);
      expect(off).to.be.within(0.97, 1.03);
      const found = await ask(at, (p) =>
        p.call({ to: record.addresses.safes.council, data: "0xa0e67e2b" /* getOwners() */ }),
      );
      for (const owner of council.owners) expect(found).to.include(owner.slice(2).toLowerCase());

      writeFileSync(file, canonicalJson({ ...mine, unverifiedPoolCents: 1n }));
      const changed = await strongroom(words(at, "--config", file));
      expect(changed.code).to.equal(1);
      expect(changed.stderr).to.include("(PARAMETERS_CHANGED)").and.to.include("unverifiedPoolCents");

      const text = readFileSync(join(folder, "31341.json"), "utf8");
      writeFileSync(join(folder, "31341.json"), text.replace('"verified"', '"deployed"'));
      const tampered = await strongroom(words(at, "--config", file));
      expect(tampered.stderr).to.include("(RECORD_INVALID)").and.to.include("digest");
    });
  });
});

/** A parameter file of a main network, complete: what it names of its chain does not exist there. */
function mainFile(where: string): string {
  const owners = () => Array.from({ length: 3 }, () => Wallet.createRandom().address);
  const safes = Object.fromEntries(
    Object.keys(local.safes).map((name) => [name, { owners: owners(), threshold: 2 }]),
  );
  const [eth] = local.assets;
  const file = join(where, "mainnet.json");
  const parameters = {
    ...local,
    network: "mainnet",
    chainId: 1,
    safes,
    riskOfficer: { account: Wallet.createRandom().address },
    sanctionsList: "none",
    assets: [
      {
        ...eth,
        feeds: [
          {
            aggregator: "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419",
            upstream: "chainlink",
            maxAgeSeconds: 4_500,
            minPrice: 10n ** 13n,
            maxPrice: 10n ** 18n,
          },
        ],
      },
    ],
    guardianKeys: [],
  };
  writeFileSync(file, canonicalJson(parameters));
  return file;
}
