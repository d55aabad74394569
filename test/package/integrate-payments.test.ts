import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { HDNodeWallet, parseEther } from "ethers";
import { RECORD_FORMAT } from "../../deploy/record.ts";
import { NATIVE_ASSET } from "../../src/governance/parameters.ts";
import { pack } from "../../src/package/pack.ts";
import { packageFiles, stage } from "../../src/package/stage.ts";
import {
  attest,
  attestorOf,
  connection,
  DAY,
  ethers,
  networkHelpers,
  type Scene,
  scene,
} from "../scenario/scene.ts";
import { EmptyProject } from "../support/empty-project.ts";
import { NODES, nodeFolder } from "../support/node-versions.ts";
import { codeOf } from "../support/page-code.ts";
import { serveRpc } from "../support/rpc-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** The embedded chain's own accounts: everybody knows their keys. */
const PHRASE = "test test test test test test test test test test test junk";
const keyOf = (place: number) =>
  HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${place}`).privateKey;
const [ANNA, BERT, MALLORY] = [keyOf(1), keyOf(2), keyOf(3)];

const scratch = mkdtempSync(join(tmpdir(), "integrate-payments-"));
const pages = codeOf("docs/integrate-payments.md");

describe("the integrator's guide to payments", () => {
  let suite: Scene;
  let rpc: Awaited<ReturnType<typeof serveRpc>>;
  let project: EmptyProject;

  /** What a program of the page prints as its only line. */
  const run = async (file: string, env: NodeJS.ProcessEnv, ...words: string[]): Promise<unknown> => {
    const { code, stdout, output } = await project.run("node", [file, ...words], {
      RPC_URL: rpc.url,
      ...env,
    });
    expect(code, output).to.equal(0);
    return JSON.parse(stdout);
  };
  const balanceOf = (who: { address: string }) => suite.contracts.vault.balanceOf(who.address, NATIVE_ASSET);

  before(async () => {
    suite = await scene();
    const { vault } = suite.contracts;
    const three = parseEther("3");
    await vault.connect(suite.anna).deposit(NATIVE_ASSET, three, suite.anna, { value: three });
    await attest(suite, attestorOf(suite), suite.anna.address, 3n);
    await networkHelpers.time.increase(DAY);
    await networkHelpers.mine(1);
    rpc = await serveRpc(connection.provider);

    const records = join(scratch, "deployments");
    mkdirSync(records);
    const record = { format: RECORD_FORMAT, addresses: suite.addresses };
    writeFileSync(join(records, `${suite.addresses.chainId}.json`), JSON.stringify(record));
    const staged = join(scratch, "staged");
    stage(packageFiles({ root: ROOT, deployments: records }), staged);
    // The oldest release that the package promises.
    project = new EmptyProject(await nodeFolder(NODES[0]));
    const tarball = await pack(staged, scratch);
    const { code, output } = await project.install(tarball.file, `ethers@${dependencies.ethers}`);
    expect(code, output).to.equal(0);
    for (const [file, text] of pages) project.write(file, text);
  });

  after(async () => {
    await rpc?.close();
    project?.[Symbol.dispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  it("has every program that its steps run", () => {
    expect([...pages.keys()]).to.deep.equal([
      ...["deployment.mjs", "pay.mjs", "approve.mjs", "settle.mjs"],
      ...["salary.mjs", "card.mjs", "watch.mjs"],
    ]);
  });

  it("given three approvers, when two of them sign, the payee is paid", async () => {
    const { anna, bert, mallory } = suite;
    const signers = [anna, bert, mallory].map(({ address }) => address);
    const made = (await run("pay.mjs", { KEY: ANNA }, bert.address, ...signers)) as Record<string, unknown>;
    expect(made.id).to.match(/^0x[0-9a-f]{64}$/);
    expect(made.features).to.include("CONDITION");

    const approvals = [
      JSON.stringify(await run("approve.mjs", { KEY: BERT })),
      JSON.stringify(await run("approve.mjs", { KEY: MALLORY })),
    ];
    const { before, met, after } = (await run("settle.mjs", { KEY: MALLORY }, ...approvals)) as Record<
      string,
      unknown
    >;
    expect(before).to.match(
      /^2 of 3 approvals \(given: 0x\w{40}, 0x\w{40}\) are there: anyone can latch it until \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC, else 0.5 ETH goes back to 0x/,
    );
    expect(met).to.equal(true);
    expect(after).to.equal(`paid: 0.5 ETH to ${bert.address}`);
    expect(await balanceOf(bert)).to.equal(parseEther("0.5"));
  });

  it("given a signed order, when a relayer brings it, the salary streams", async () => {
    const { bert } = suite;
    const order = { EMPLOYER_KEY: ANNA, KEY: MALLORY };
    const { phase, left, next } = (await run("salary.mjs", order, bert.address)) as Record<string, unknown>;
    expect({ phase, left, next }).to.deep.equal({
      phase: "vesting",
      left: String(parseEther("1")),
      next: "1",
    });
  });

  it("given an authorisation, when it is captured in parts and let go, what is left and what is refunded is back", async () => {
    const [before, merchants] = [await balanceOf(suite.anna), await balanceOf(suite.bert)];
    expect(await run("card.mjs", { CUSTOMER_KEY: ANNA, KEY: BERT })).to.deep.equal({
      phase: "returned",
      paid: String(parseEther("0.15")),
      refunded: String(parseEther("0.05")),
    });
    expect(before - (await balanceOf(suite.anna))).to.equal(parseEther("0.1"));
    expect((await balanceOf(suite.bert)) - merchants).to.equal(parseEther("0.1"));
  });

  it("when it is watched twice, everything is told once", async () => {
    await networkHelpers.mine(2);
    expect(await run("watch.mjs", {})).to.deep.equal({
      ...{ PaymentCreated: 3, PaymentLatched: 1, PaymentPaid: 3, PaymentReturned: 1, PaymentRefunded: 1 },
    });
    expect(await run("watch.mjs", {})).to.deep.equal({});
    expect(await ethers.provider.getBlockNumber()).to.be.greaterThan(10);
  });
});
