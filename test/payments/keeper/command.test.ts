import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { JsonRpcProvider, sha256, Wallet } from "ethers";
import { developmentConfig } from "../../../deploy/config/load.ts";
import { developmentKey } from "../../../deploy/config/local-keys.ts";
import { connectNetwork } from "../../../deploy/connect.ts";
import { deployNetwork } from "../../../deploy/deploy-network.ts";
import { KeeperFileStore } from "../../../src/cli/keeper-file-store.ts";
import { fileWitnesses } from "../../../src/cli/keeper-witnesses.ts";
import { NATIVE_ASSET, NEVER } from "../../../src/governance/parameters.ts";
import { lump } from "../../../src/payments/build-terms.ts";
import { hashLock } from "../../../src/payments/conditions/hash-lock.ts";
import { createPayments } from "../../../src/payments/create-payment.ts";
import { paymentsAt } from "../../../src/payments/payments-contract.ts";
import { hashOf } from "../../../src/payments/question.ts";
import { vaultCallTransaction } from "../../../src/payments/vault-call.ts";
import { type DevelopmentNode, startNode } from "../../../src/testing/nodes.ts";
import { startStrongroom, strongroom } from "../../../src/testing/strongroom.ts";
import { IVault__factory } from "../../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { refuses } from "../../support/refusal.ts";

const AMOUNT = 10n ** 16n;

describe("the keeper's command, as people run it, against anvil", () => {
  let node: DevelopmentNode;
  let folder: string;
  let provider: JsonRpcProvider;
  let deployed: Awaited<ReturnType<typeof deployNetwork>>;
  let payer: Wallet;
  const payee = Wallet.createRandom().address;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-keeper-"));
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
    payer = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send("anvil_setBalance", [payer.address, `0x${(10n ** 20n).toString(16)}`]);
    const { registry } = deployed.addresses;
    const vault = IVault__factory.connect(deployed.addresses.vault, payer);
    await provider.send("anvil_impersonateAccount", [registry]);
    await provider.send("anvil_setBalance", [registry, `0x${(10n ** 18n).toString(16)}`]);
    const office = vault.connect(await provider.getSigner(registry));
    await (await office.setTier(payer.address, 3n, 0n, NEVER)).wait();
    await (await vault.deposit(NATIVE_ASSET, 100n * AMOUNT, payer.address, { value: 100n * AMOUNT })).wait();
  });
  after(async () => {
    provider?.destroy();
    await node?.kill();
    rmSync(folder, { recursive: true });
  });

  const command = (...more: string[]) => [
    ...["keeper", "--network", "anvil", "--rpc", node.url, "--deployments", folder],
    ...["--state", join(folder, "keeper.json"), ...more],
  ];
  const create = async (condition?: { hash: string; latchBy: bigint; expiry: bigint }): Promise<string> => {
    const { addresses } = deployed;
    const now = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
    const place = { chainId: 31_337n, vault: addresses.vault, payments: addresses.payments };
    const terms = lump({ payer: payer.address, payee, asset: NATIVE_ASSET, amount: AMOUNT, from: now });
    const bound =
      condition === undefined
        ? terms
        : { ...terms, condition: condition.hash, latchBy: condition.latchBy, expiry: condition.expiry };
    const { call, ids } = createPayments(place, [bound], now);
    await (await payer.sendTransaction(vaultCallTransaction(addresses.vault, call))).wait();
    return ids[0] ?? "";
  };
  const stored = (id: string) => paymentsAt(deployed.addresses.payments, provider).paymentOf(id);

  it("once: does what is due, tells it as JSON, and keeps its state", async () => {
    const id = await create();
    const run = await strongroom(command("--once", "--json"));
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.include("UNVERIFIED");
    const { done, left, counters } = JSON.parse(run.stdout);
    expect(done.map(({ act, ids }: { act: string; ids: string[] }) => [act, ids])).to.deep.equal([
      ["release", [id]],
    ]);
    expect([left, counters.released]).to.deep.equal([[], 1]);
    expect((await stored(id)).paid).to.equal(AMOUNT);
    expect(existsSync(join(folder, "keeper.json"))).to.equal(true);
    const lines = run.stderr.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.map((line) => JSON.parse(line).event)).to.include("release");
    const again = await strongroom(command("--once"));
    expect([again.code, again.stdout]).to.deep.equal([
      0,
      "0 open, 0 wait for a condition; nothing more by time alone\n",
    ]);
  });

  it("takes questions and secrets from a file, and leaves what it may not pay for", async () => {
    const secret = `0x${"5e".repeat(32)}`;
    const now = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
    const [latchBy, expiry] = [now + 1_000n, now + 2_000n];
    const question = hashLock(deployed.addresses.conditions.hashLock, {
      hash: sha256(secret),
      before: latchBy,
    });
    const id = await create({ hash: hashOf(question), latchBy, expiry });
    const plain = await create();
    const file = join(folder, "witnesses.json");
    writeFileSync(file, JSON.stringify({ questions: [question], secrets: [secret] }));
    const dear = await strongroom(command("--once", "--witnesses", file, "--most-gwei", "0.000000001"));
    expect(dear.code).to.equal(1);
    expect(dear.stdout).to.match(new RegExp(`left: release of ${plain}: gas costs \\d+ wei, and may cost 1`));
    const run = await strongroom(command("--once", "--witnesses", file));
    expect(run.code, run.stderr).to.equal(0);
    expect((await stored(id)).latched).to.equal(true);
    expect((await stored(id)).paid).to.equal(AMOUNT);
  });

  it("goes round until it is told to end, and ends well", async () => {
    let ended = () => {};
    const running = startStrongroom(command("--every", "2"), {}, (said) => {
      if (said.includes('"event":"release"')) ended();
    });
    const id = await create();
    await new Promise<void>((done) => {
      ended = done;
    });
    process.kill(running.pid, "SIGTERM");
    expect((await running.result).code).to.equal(0);
    expect((await stored(id)).paid).to.equal(AMOUNT);
  });

  it("pays from the development node's first account where no key is named", async () => {
    const sent = await provider.getTransactionCount(developmentKey().address);
    await create();
    await strongroom(command("--once"));
    expect(await provider.getTransactionCount(developmentKey().address)).to.equal(sent + 1);
  });

  it("says what is wrong with its options and files", async () => {
    for (const words of [
      ["--most-gwei", "cheap"],
      ["--every", "0"],
      ["--gas-bound", "1"],
      ["--confirmations", "x"],
    ]) {
      const { code, stderr } = await strongroom(command("--once", ...words));
      expect([code, stderr.includes("(USAGE)")], words.join(" ")).to.deep.equal([2, true]);
    }
    const bad = join(folder, "bad.json");
    for (const text of ["", "{}", '{"questions": [{"condition": "0x12", "terms": "0x"}]}']) {
      writeFileSync(bad, text);
      await refuses("WITNESSES_UNREADABLE", async () => fileWitnesses(bad));
    }
    const state = join(folder, "damaged.json");
    writeFileSync(state, readFileSync(join(folder, "keeper.json"), "utf8").slice(0, 50));
    const damaged = await strongroom([...command("--once").slice(0, -3), "--state", state, "--once"]);
    expect(damaged.stderr).to.include("KEEPER_STATE_UNREADABLE");
    const holder = new KeeperFileStore(join(folder, "held.json"));
    await refuses("KEEPER_RUNNING", async () => new KeeperFileStore(join(folder, "held.json")));
    holder.close();
    const freed = new KeeperFileStore(join(folder, "held.json"));
    expect(await freed.load()).to.equal(undefined);
    freed.close();
  });
});
