import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, id, ZeroHash } from "ethers";
import { localKeys } from "../../deploy/config/local-keys.ts";
import { transactionOf } from "../../src/governance/proposals/written.ts";
import { Safe } from "../../src/governance/safe.ts";
import { operationId, operationOf, schedule } from "../../src/governance/timelock.ts";
import { createKeystore } from "../../src/governance/wallets/keystore.ts";
import { safeHashes } from "../../src/governance/wallets/safe-hashes.ts";
import { signatureFileName } from "../../src/governance/wallets/signature-file.ts";
import { startNode } from "../../src/testing/nodes.ts";
import { type CommandResult, strongroom } from "../../src/testing/strongroom.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { GovStage } from "../support/govStage.ts";

const PASSWORD = "correct horse battery staple";
const QUICK = { scryptN: 1_024 };
const ESCAPE = "\u001b[2J\u001b[1;1H";
const TURN = "\u202e";
/** Control and direction characters, line breaks and tabs aside. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}]/u;

/** A refusal: its exit code, its error's code, what its message says, that it says what to do, and no result. */
function refused({ code, stdout, stderr }: CommandResult, error: string, says: RegExp, exit = 1): void {
  expect(stderr).to.include(`(${error})`).and.to.match(says);
  expect(code, stderr + stdout).to.equal(exit);
  expect(stderr, stderr).to.match(/^ {2}(do|see): /m);
  expect(stderr, "no stack").not.to.match(/^\s+at .*:\d+:\d+/m);
  expect(stdout, "prints no result").to.equal("");
}

/** Three at once, for each command waits now and then; all that fails is told together. */
async function abreast<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const failed: string[] = [];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      const which = JSON.stringify(item);
      await act(item).catch((error: unknown) => void failed.push(`${which}: ${String(error)}`));
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  expect(failed).to.deep.equal([]);
}

const LIMIT = { kind: "set-tier-limits", tier: 1, perDay: "$20,000" };
const ANNA = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("the gov commands, as people run them on anvil", function () {
  this.timeout(600_000);

  let s: GovStage;
  let base: Awaited<ReturnType<GovStage["proposed"]>>;
  let keystore: string;

  before(async () => {
    s = await GovStage.open();
    keystore = s.at("owner.json");
    await createKeystore(keystore, PASSWORD, {
      ...QUICK,
      privateKey: localKeys.council[0]?.privateKey ?? "",
    });
  });
  after(() => s?.close());

  describe("given a change file that is wrong, when it is proposed", () => {
    const text = (name: string, content: string) => {
      const file = s.at(name);
      writeFileSync(file, content);
      return file;
    };
    const stated = (changes: string) =>
      `format: strongroom/change@1\ntitle: A change of the tests\nreason: the tests ask for it\nchanges:\n${changes}`;

    it("says what is wrong with each, where, and what to do, before anything is asked or written", async () => {
      const cases: readonly (readonly [file: string, error: string, says: RegExp, exit?: number])[] = [
        [s.at("none.yaml"), "USAGE", /no change file/, 2],
        [text("change.txt", ""), "USAGE", /no change file[\s\S]*\.yaml/, 2],
        [text("syntax.yaml", "format: [unclosed"), "CHANGE_SYNTAX", /yaml/],
        [text("syntax.json5", "{ format: "), "CHANGE_SYNTAX", /json5/],
        [
          text(
            "bomb.yaml",
            `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${"*a,".repeat(99)}*a]\nc: [${"*b,".repeat(99)}*b]`,
          ),
          "CHANGE_SYNTAX",
          /alias/,
        ],
        [text("large.yaml", "x".repeat(4_000_001)), "FILE_TOO_LARGE", /too large/],
        [
          s.change("unknown-field", [{ ...LIMIT, perWeek: "$1" }]),
          "CHANGE_INVALID",
          /changes\.0\.perWeek: unknown field/,
        ],
        [
          s.change("unknown-kind", [{ kind: "raise-limits" }]),
          "CHANGE_INVALID",
          /"raise-limits" is no kind of change: one of set-tier-limits/,
        ],
        [s.change("no-kind", [{ tier: 1 }]), "CHANGE_INVALID", /changes\.0(\.kind)?: (no kind|is missing)/],
        [
          s.change("checksum", [
            { kind: "grant-role", role: "ATTESTOR", account: ANNA.replace("C51", "c51") },
          ]),
          "CHANGE_INVALID",
          /changes\.0\.account: .*checksum/,
        ],
        [
          text("unquoted.yaml", stated(`  - kind: grant-role\n    role: ATTESTOR\n    account: ${ANNA}`)),
          "CHANGE_INVALID",
          /changes\.0\.account: .*in quotes/,
        ],
        [s.change("span", [{ ...LIMIT, late: "5" }]), "CHANGE_INVALID", /changes\.0\.late: .*"36 h"/],
        [
          s.change("escape", [LIMIT], { title: `Nothing at all ${ESCAPE}` }),
          "CHANGE_INVALID",
          /title: .*control/,
        ],
        [
          s.change("turned", [LIMIT], { reason: `nothing ${TURN} at all` }),
          "CHANGE_INVALID",
          /reason: .*direction/,
        ],
        [
          s.change("lines", [LIMIT], { title: "Nothing\n\nTHE SAME" }),
          "CHANGE_INVALID",
          /title: .*line breaks/,
        ],
      ];
      const block = await s.provider.getBlockNumber();
      await abreast(cases, async ([file, error, says, exit]) =>
        refused(await s.gov(["propose", file]), error, says, exit),
      );
      expect(existsSync(s.at("proposals"))).to.equal(false);
      expect(await s.provider.getBlockNumber()).to.equal(block);
    });

    it("refuses what the chain or governance would not bear, and writes and sends nothing", async () => {
      const { safes, timelock } = s.addresses;
      const owners = localKeys.guardian.map(({ address }) => address);
      const call = (target: string, fn: string, args: readonly unknown[]) => [
        { kind: "call", target, function: fn, arguments: args, because: "the tests ask for it" },
      ];
      const cases: readonly (readonly [
        name: string,
        changes: readonly unknown[],
        error: string,
        says: RegExp,
      ])[] = [
        [
          "unit",
          [{ kind: "set-number", name: "HOT_COVER", asset: "usd", value: "$5" }],
          "CHANGE_UNIT",
          /HOT_COVER.*\n.*"5 %"/,
        ],
        [
          "places",
          [{ kind: "set-number", name: "HOT_MIN", asset: "usd", value: "1.1234567" }],
          "CHANGE_PRECISION",
          /1\.1234567 usd/,
        ],
        [
          "of",
          [{ kind: "set-number", name: "PAYMENT_TIERS", tier: 1, value: 2 }],
          "CHANGE_ARGUMENT",
          /one feature[\s\S]*a feature and nothing else/,
        ],
        ["asset", [{ kind: "halt-price", asset: "doge" }], "UNKNOWN_ASSET", /doge[\s\S]*eth, btc, usd/],
        ["name", [{ kind: "grant-role", role: "ATTESTOR", account: "$nobody" }], "UNKNOWN_NAME", /\$nobody/],
        ["target", call("treasure", "open", []), "UNKNOWN_TARGET", /treasure[\s\S]*vault/],
        [
          "mixed",
          [LIMIT, { kind: "tighten", name: "TIER_WINDOW", tier: 1, value: "$1" }],
          "MIXED_PATHS",
          /council[\s\S]*riskOfficer[\s\S]*Split/,
        ],
        [
          "batch",
          [1, 2].map((tier) => ({ kind: "tighten", name: "TIER_WINDOW", tier, value: "$1" })),
          "DIRECT_BATCH",
          /one call at a time/,
        ],
        [
          "delegatecall",
          call("safes.council", "execTransactionFromModule", [ANNA, 0, "0x", 1]),
          "DELEGATECALL",
          /foreign code/,
        ],
        [
          "stranger",
          call("safes.council", "execTransactionFromModule", [ANNA, 0, "0x", 0]),
          "UNKNOWN_TARGET",
          /doesn't know/,
        ],
        [
          "reverts",
          [{ ...LIMIT, perDay: undefined, late: "31 d" }],
          "SIMULATION_REVERTS",
          /because \w+_\w+\(/,
        ],
        [
          "threshold",
          [{ kind: "set-safe-owners", safe: "guardian", owners, threshold: 1 }],
          "LOCKOUT_THRESHOLD",
          /one stolen key/,
        ],
        [
          "owners",
          [{ kind: "set-safe-owners", safe: "guardian", owners, threshold: 3 }],
          "LOCKOUT_OWNERS",
          /one lost key locks it/,
        ],
        [
          "proposer",
          call("timelock", "revokeRole", [id("PROPOSER_ROLE"), safes.council]),
          "LOCKOUT_PROPOSER",
          /no longer propose/,
        ],
        ["admin", call("timelock", "revokeRole", [ZeroHash, timelock]), "LOCKOUT_ADMIN", /its own admin/],
      ];
      const block = await s.provider.getBlockNumber();
      await abreast(cases, async ([name, changes, error, says]) => {
        refused(await s.gov(["propose", s.change(name, changes)]), error, says);
      });
      expect(existsSync(s.at("proposals"))).to.equal(false);
      expect(await s.provider.getBlockNumber()).to.equal(block);
    });
  });

  describe("given a command line or surroundings that are wrong", () => {
    it("says which, and sends nothing", async () => {
      const file = s.change("fine", [LIMIT]);
      const record = readFileSync(s.at("deployments", "31337.json"), "utf8");
      mkdirSync(s.at("other"));
      writeFileSync(s.at("other", "31337.json"), record.replace(/"network": "anvil"/, '"network": "Anvil"'));
      const reset = await startNode("anvil");
      const cases: readonly (readonly [
        words: readonly string[],
        error: string,
        says: RegExp,
        exit?: number,
      ])[] = [
        [["propose", file, "--network", "nowhere"], "USAGE", /no network nowhere[\s\S]*anvil/, 2],
        [["propose", file, "--network", "local"], "USAGE", /rehearsal/, 2],
        [["propose", file, "--rpc", "ftp://node"], "USAGE", /http address/, 2],
        [["propose", file, "--rpc", "http://127.0.0.1:9"], "NODE_FAILED", /did not answer/],
        [["propose", file, "--nonce", "first"], "USAGE", /no nonce/, 2],
        [
          ["propose", file, "--deployments", s.at("empty")],
          "NOT_DEPLOYED",
          /no finished deployment[\s\S]*deploy/,
        ],
        [["propose", file, "--deployments", s.at("other")], "RECORD_INVALID", /digest/],
        [["status", "--rpc", reset.url], "CHAIN_RESET", /--reset/],
        [["review", s.at("nothing")], "USAGE", /no proposal at/, 2],
        [["cancel"], "USAGE", /Name a proposal/, 2],
        [["rollback"], "USAGE", /Name a proposal/, 2],
        [["variables", "--block", "soon"], "USAGE", /no block/, 2],
      ];
      try {
        await abreast(cases, async ([words, error, says, exit]) =>
          refused(await s.gov(words), error, says, exit),
        );
        const chains = ["propose", file, "--chains", "anvil,localhost", "--rpc", s.node.url];
        const { code, stderr } = await s.gov([...chains, "--network", "anvil"]);
        expect([code, stderr.includes("Name one network, or several chains")]).to.deep.equal([2, true]);
      } finally {
        await reset.kill();
      }
    });
  });

  describe("given a proposal", () => {
    before(async () => {
      // With an end of its own the same file is the same operation, whenever it is proposed.
      const expires = new Date(Date.now() + 30 * 86_400_000).toISOString();
      const reason =
        "the tests ask for it\n\nTHE SAME: this machine comes to the same calls\n<!-- | hidden | `";
      base = await s.proposed(s.change("base", [LIMIT], { reason, expires }));
    });

    it("lies in a folder with what people and other tools read of it, and --json says the same", async () => {
      expect(readdirSync(base.folder).sort()).to.deep.equal([
        "proposal.json",
        "signatures",
        "summary.en.md",
        "summary.zh.md",
        "transaction-builder.json",
      ]);
      const [review, status] = await Promise.all([
        s.gov(["review", base.folder, "--change", s.at("base.json"), "--json"]),
        s.gov(["status", "--json"]),
      ]);
      expect(review.code, review.stderr).to.equal(0);
      const { same, recomputed } = JSON.parse(review.stdout) as {
        same: boolean;
        recomputed: { digest: string };
      };
      expect([same, typeof recomputed.digest]).to.deep.equal([true, "string"]);
      const { proposals, unknown, conflicts } = JSON.parse(status.stdout) as Record<
        string,
        Record<string, unknown>[]
      >;
      expect([status.code, unknown, conflicts]).to.deep.equal([0, [], []]);
      expect(proposals?.[0]).to.deep.include({
        digest: base.proposal.digest,
        phase: "collecting",
        signatures: 0,
        needed: 3,
      });
      const summary = readFileSync(join(base.folder, "summary.en.md"), "utf8");
      expect(summary).to.include(base.proposal.digest).and.to.include("\n> THE SAME: ");
      expect(summary).to.include("\n> \\<!-- \\| hidden \\| \\`\n");
    });

    it("damaged, or with a summary or a builder's file that says something else, is not opened", async () => {
      const wrong = "proposal.json";
      const value = base.proposal.calls[0]?.data.slice(-8) ?? "";
      const cases = [
        [
          "byte",
          wrong,
          (text: string) => text.replace(value, value.replace(/^./, "f")),
          "PROPOSAL_TAMPERED",
          /changed after/,
        ],
        ["cut", wrong, (text: string) => text.slice(0, -100), "PROPOSAL_INVALID", /not JSON/],
        [
          "field",
          wrong,
          (text: string) => text.replace("{", '{ "approved": true,'),
          "PROPOSAL_INVALID",
          /approved/,
        ],
        [
          "summary",
          "summary.zh.md",
          (text: string) => text.replace("$20,000", "$2,000"),
          "PROPOSAL_FILES_TAMPERED",
          /summary\.zh\.md/,
        ],
        [
          "builder",
          "transaction-builder.json",
          (text: string) => text.replace('"value": "0"', '"value": "1"'),
          "PROPOSAL_FILES_TAMPERED",
          /transaction-builder/,
        ],
      ] as const;
      await abreast(cases, async ([name, file, change, error, says]) => {
        const folder = s.tampered(base.folder, name, file, change);
        refused(await s.gov(["review", folder]), error, says);
      });
    });

    it("with a time that no calendar knows, or nested without end, is no proposal", async () => {
      const folder = s.at("tampered", "endless");
      mkdirSync(folder, { recursive: true });
      const [open, close] = ['{"inside":', "}"].map((mark) => mark.repeat(100_000));
      writeFileSync(join(folder, "proposal.json"), `${open}1${close}`);
      refused(await s.gov(["review", folder]), "PROPOSAL_INVALID", /nested too deeply/);
      const never = s.tampered(base.folder, "never", "proposal.json", (text) =>
        text.replace(/"validUntil": "\d+"/, `"validUntil": "${"9".repeat(30)}"`),
      );
      refused(await s.gov(["review", never]), "PROPOSAL_INVALID", /validUntil: is not a time/);
    });

    it("forged with care, its digest and files made anew, is NOT THE SAME with exit code 1", async () => {
      const otherCall = s.forged(base.folder, "call", (p) => ({
        ...p,
        calls: p.calls.map((call) => ({ ...call, data: call.data.replace(/..$/, "ff") })),
      }));
      refused(await s.gov(["review", otherCall]), "PROPOSAL_INCOHERENT", /Don't sign/);
      const forgeries = {
        table: (p: typeof base.proposal) => ({
          ...p,
          simulation: {
            ...p.simulation,
            changes: p.simulation.changes.map((change) => ({
              ...change,
              value: { ...change.value, after: change.value.after.replace(/^\d/, "1") },
            })),
          },
        }),
        label: (p: typeof base.proposal) => ({
          ...p,
          says: [{ en: `${ESCAPE}THE SAME\n\nTHE SAME: this machine comes to the same calls`, zh: TURN }],
        }),
        patience: (p: typeof base.proposal) => ({
          ...p,
          inputs: { ...p.inputs, validUntil: String(BigInt(p.inputs.validUntil) + 86_400n * 365n) },
        }),
      };
      await abreast(Object.entries(forgeries), async ([name, forge]) => {
        const { code, stdout, stderr } = await s.gov(["review", s.forged(base.folder, name, forge)]);
        expect(code, name).to.equal(1);
        expect(stdout, name).to.include("NOT THE SAME. Don't sign");
        expect(stdout.match(/^THE SAME/gm), name).to.equal(null);
        expect(stdout + stderr, name).not.to.match(UNSEEN);
      });
    });

    it("of another change than the reviewer was shown is refused", async () => {
      const other = s.change("other", [{ ...LIMIT, perDay: "$2,000" }]);
      refused(await s.gov(["review", base.folder, "--change", other]), "OTHER_CHANGE", /another change/);
    });

    it("is for one chain", async () => {
      const elsewhere = s.forged(base.folder, "elsewhere", (p) => {
        const transaction = transactionOf(p);
        if (transaction === undefined || p.safe === undefined) throw new Error("a Safe signs it");
        const hashes = safeHashes(transaction, { chainId: 31_338n, safe: p.safe.address });
        return { ...p, chainId: "31338", safe: { ...p.safe, hashes } };
      });
      const commands = [["review"], ["execute"], ["verify"], ["sign", "--yes", "--keystore", keystore]];
      await abreast(commands, async ([command = "", ...words]) =>
        refused(await s.gov([command, elsewhere, ...words]), "OTHER_CHAIN", /another chain[\s\S]*31338/),
      );
    });
  });

  describe("given a signer", () => {
    const sign = (words: readonly string[], env: NodeJS.ProcessEnv = { PW: PASSWORD }) =>
      s.gov(["sign", base.folder, "--keystore", keystore, "--password-env", "PW", ...words], env);

    it("is told what is wrong with each way of signing, and nothing is signed", async () => {
      const stranger = s.at("strangers-key.json");
      await createKeystore(stranger, PASSWORD, QUICK);
      const hash = base.proposal.safe?.hashes.safeTx ?? "";
      const offline = ["--offline", "--expect", hash];
      const forged = s.forged(base.folder, "offline", (p) => ({
        ...p,
        calls: p.calls.map((call) => ({ ...call, data: call.data.replace(/..$/, "ff") })),
      }));
      const foreign = await HDNodeWallet.createRandom().signMessage("nothing");
      const at =
        (folder: string, ...words: string[]) =>
        () =>
          s.gov(["sign", folder, ...words], { PW: PASSWORD });
      const cases: readonly (readonly [
        run: () => Promise<CommandResult>,
        error: string,
        says: RegExp,
        exit?: number,
      ])[] = [
        [() => sign(["--offline"]), "USAGE", /--expect HASH/, 2],
        [() => sign(["--offline", "--yes"]), "USAGE", /reviewed it/, 2],
        [() => sign(["--offline", "--expect", ZeroHash]), "HASH_NOT_EXPECTED", /Don't sign/],
        [() => sign(offline, {}), "PASSWORD_MISSING", /no variable PW/],
        [() => sign(offline, { PW: "wrong horse battery staple" }), "KEYSTORE_PASSWORD", /does not open/],
        [() => sign([...offline, "--password-fd", "3"]), "USAGE", /one way/, 2],
        [() => sign([...offline, "--owner", "anna"]), "USAGE", /no address/, 2],
        [
          () => sign([...offline, "--out", s.at("no", "such", "file.json")]),
          "FILE_UNUSABLE",
          /can't be used/,
        ],
        [at(base.folder, ...offline), "USAGE", /one way/, 2],
        [at(base.folder, ...offline, "--keystore", s.at("none.json")), "FILE_UNREADABLE", /none\.json/],
        [at(base.folder, ...offline, "--keystore", s.at("base.json")), "KEYSTORE_INVALID", /keystore/],
        [
          at(base.folder, ...offline, "--keystore", stranger, "--password-env", "PW"),
          "SIGNER_NO_OWNER",
          /no owner of the Safe/,
        ],
        [at(base.folder, ...offline, "--signature", "0x1234"), "SIGNATURE_MALFORMED", /./],
        [
          at(base.folder, ...offline, "--signature", foreign),
          "SIGNATURE_NOT_OF_OWNER",
          /not that of an owner/,
        ],
        [
          at(forged, ...offline, "--keystore", keystore, "--password-env", "PW"),
          "PROPOSAL_INCOHERENT",
          /Don't sign/,
        ],
        [
          at(forged, "--yes", "--keystore", keystore, "--password-env", "PW"),
          "PROPOSAL_INCOHERENT",
          /Don't sign/,
        ],
      ];
      await abreast(cases, async ([run, error, says, exit]) => refused(await run(), error, says, exit));
      expect(readdirSync(join(base.folder, "signatures"))).to.deep.equal([]);
    });

    it("offline is told that nothing was reviewed, warned of a keystore that others can read, and never overwrites", async () => {
      const loose = s.at("loose.json");
      writeFileSync(loose, readFileSync(keystore), { mode: 0o644 });
      const words = [
        "--offline",
        "--expect",
        base.proposal.safe?.hashes.safeTx ?? "",
        "--out",
        s.at("out.json"),
      ];
      const signing = () =>
        s.gov(["sign", base.folder, "--keystore", loose, "--password-env", "PW", ...words], { PW: PASSWORD });
      const { code, stderr } = await signing();
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include("NOT REVIEWED on this machine").and.to.include(`chmod 600 ${loose}`);
      refused(await signing(), "FILE_EXISTS", /never overwritten/);
    });
  });

  describe("given signatures of other machines", () => {
    it("takes none that is doubled, changed, a stranger's or another proposal's, and adds nothing then", async () => {
      const [good, other] = await Promise.all([s.signature(base.proposal, 0), s.signature(base.proposal, 1)]);
      const stranger = HDNodeWallet.createRandom();
      const hash = base.proposal.safe?.hashes.safeTx ?? "";
      const file = (name: string, content: unknown) => {
        writeFileSync(s.at(`${name}.sig`), JSON.stringify(content));
        return s.at(`${name}.sig`);
      };
      const fine = file("fine", good);
      const cases = [
        [[fine, file("again", good)], "SIGNATURE_DUPLICATED", /two signatures/],
        [
          [file("changed", { ...good, signature: good.signature.replace(/^0x..../, "0x1234") })],
          "SIGNATURE_(MISMATCH|MALFORMED)",
          /./,
        ],
        [[file("claimed", { ...good, owner: other.owner })], "SIGNATURE_MISMATCH", /not that of/],
        [[file("kind", { ...good, kind: "approved-hash" })], "SIGNATURE_KIND_MISMATCH", /another kind/],
        [
          [
            file("foreign", {
              ...good,
              owner: stranger.address,
              signature: stranger.signingKey.sign(hash).serialized,
            }),
          ],
          "SIGNATURE_NOT_OF_OWNER",
          /not that of an owner/,
        ],
        [
          [file("elsewhere", { ...good, safeTxHash: ZeroHash })],
          "SIGNATURE_OF_OTHER_TRANSACTION",
          /another transaction/,
        ],
        [[file("chain", { ...good, chainId: "1" })], "SIGNATURE_OF_OTHER_CHAIN", /another chain/],
        [[file("field", { ...good, weight: 2 })], "SIGNATURE_FILE_INVALID", /weight/],
        [[s.at("nothing.sig")], "FILE_UNREADABLE", /nothing\.sig/],
        [["/dev/zero"], "FILE_UNREADABLE", /no file/],
      ] as const;
      await abreast(cases, async ([files, error, says]) => {
        const { code, stderr, stdout } = await s.gov(["collect", base.folder, ...files]);
        expect([code, stdout], stderr).to.deep.equal([1, ""]);
        expect(stderr)
          .to.match(new RegExp(`\\(${error}\\)`))
          .and.to.match(says)
          .and.to.match(/^ {2}do: /m);
      });
      expect(readdirSync(join(base.folder, "signatures"))).to.deep.equal([]);
      refused(await s.gov(["execute", base.folder]), "SIGNATURES_MISSING", /0 of 3/);
      const added = await s.gov(["collect", base.folder, fine, file("second", other), "--json"]);
      expect(JSON.parse(added.stdout)).to.have.property("added", 2);
    });

    it("counts no junk that somebody left in the folder, and says so", async () => {
      const content = await s.signature(base.proposal, 2);
      const junk = join(base.folder, "signatures", "0.junk.json");
      writeFileSync(junk, "{}");
      writeFileSync(join(base.folder, "signatures", signatureFileName(content)), JSON.stringify(content));
      const { code, stdout } = await s.gov(["status"]);
      expect(code).to.equal(0);
      expect(stdout)
        .to.include("3 of 3")
        .and.to.match(/NOT COUNTED .*0\.junk\.json: .*\(SIGNATURE_FILE_INVALID\)/);
      rmSync(junk);
    });
  });

  describe("given proposals that wait", () => {
    let rival: typeof base;
    let later: typeof base;

    it("executes none before its turn, and shows which two can't both take effect", async () => {
      rival = await s.proposed(s.change("rival", [{ ...LIMIT, perDay: "$30,000" }]));
      later = await s.proposed(
        s.change("later", [{ ...LIMIT, tier: 2, perDay: "$200,000" }]),
        "--nonce",
        "1",
      );
      await s.sign(later.folder, 0, 1, 2);
      refused(await s.gov(["execute", later.folder]), "NONCE_NOT_NEXT", /comes first/);
      const { code, stdout } = await s.gov(["status"]);
      expect(code).to.equal(0);
      expect(stdout.match(/^CONFLICT .*nonce 0/gm)).to.have.length(1);
      expect(stdout.match(/^CONFLICT .*both change policy\.set/gm)).to.have.length(1);
    });

    it("schedules, refuses to execute too early, and calls what was replaced stale", async () => {
      const scheduled = await s.gov(["execute", base.folder, "--json"]);
      expect(scheduled.code, scheduled.stderr).to.equal(0);
      expect(JSON.parse(scheduled.stdout)).to.have.nested.property("progress.phase", "waiting");
      refused(await s.gov(["execute", base.folder]), "NOT_READY", /delay is not over/);
      await abreast(
        [
          [["review", rival.folder], "STALE_NONCE"],
          [["execute", rival.folder], "(SIGNATURES_MISSING|STALE_NONCE)"],
          [["sign", rival.folder, "--yes", "--keystore", keystore], "STALE_NONCE"],
          [["propose", s.at("later.json"), "--nonce", "0"], "STALE_NONCE"],
          [["propose", s.at("base.json")], "ALREADY_SCHEDULED"],
        ] as const,
        async ([words, error]) => {
          const { code, stderr } = await s.gov(words);
          expect(code, stderr).to.equal(1);
          expect(stderr)
            .to.match(new RegExp(`\\(${error}\\)`))
            .and.to.match(/^ {2}do: /m);
        },
      );
    });

    it("shows an operation that is nobody's proposal, with exit code 1, as text and as JSON", async () => {
      const council = new Safe(s.addresses.safes.council, 31_337n, await s.provider.getSigner());
      const timelock = TimelockController__factory.connect(s.addresses.timelock, s.provider);
      const data = timelock.interface.encodeFunctionData("updateDelay", [1]);
      const operation = operationOf([{ to: s.addresses.timelock, data }], id("behind the tool's back"));
      await schedule(timelock, council, operation, localKeys.council.slice(0, 3));
      const [text, json] = await Promise.all([s.gov(["status"]), s.gov(["status", "--json"])]);
      expect([text.code, json.code]).to.deep.equal([1, 1]);
      const unknown = operationId(operation);
      expect(text.stdout)
        .to.include(`UNKNOWN OPERATION ${unknown}`)
        .and.to.include("timelock.updateDelay(uint256)");
      expect(text.stdout).to.include(`gov cancel --operation ${unknown}`);
      const { unknown: found } = JSON.parse(json.stdout) as { unknown: { id: string }[] };
      expect(found.map(({ id: one }) => one)).to.deep.equal([unknown]);
    });

    it("executes when it is ready, once, and keeps its promise", async () => {
      expect((await s.wait("49 h")).code).to.equal(0);
      const executed = await s.gov(["execute", base.folder]);
      expect(executed.code, executed.stderr).to.equal(0);
      refused(await s.gov(["execute", base.folder]), "ALREADY_EXECUTED", /executed already/);
      const verified = await s.gov(["verify", base.folder, "--json"]);
      expect([verified.code, JSON.parse(verified.stdout)]).to.deep.equal([0, { kept: 1, broken: [] }]);
    });

    it("is not the same any more after its number was set by another one", async () => {
      const moved = await s.proposed(s.change("moved", [{ ...LIMIT, tier: 2, perDay: "$50,000" }]));
      // The timelock acts by itself: the same call, made before.
      const { timelock } = s.addresses;
      await s.provider.send("anvil_impersonateAccount", [timelock]);
      await s.provider.send("anvil_setBalance", [timelock, "0xde0b6b3a7640000"]);
      const [call] = moved.proposal.calls;
      const from = await s.provider.getSigner(timelock);
      await (await from.sendTransaction({ to: call?.to ?? "", data: call?.data ?? "" })).wait();
      const { code, stdout } = await s.gov(["review", moved.folder]);
      expect(code).to.equal(1);
      expect(stdout)
        .to.include("NOT THE SAME")
        .and.to.match(/^calls\.0\.data /m);
      const verified = await s.gov(["verify", later.folder]);
      expect(verified.code).to.equal(1);
      expect(verified.stdout).to.include("policy.TIER_WINDOW.2");
    });

    it("after its time is neither reviewed nor signed nor executed", async () => {
      const late = await s.proposed(s.change("late", [{ ...LIMIT, tier: 3, perDay: "$100" }]));
      await s.sign(late.folder, 0, 1, 2);
      expect((await s.wait("40 d")).code).to.equal(0);
      const says = /time of this proposal is over/;
      const signing = ["sign", late.folder, "--yes", "--keystore", keystore];
      await abreast([["review", late.folder], signing, ["execute", late.folder]], async (words) =>
        refused(await s.gov(words), "PROPOSAL_EXPIRED", says),
      );
      expect((await s.gov(["status"])).stdout).to.match(/the-change-late-\S+\s.*expired/);
    });
  });

  describe("given a folder of proposals with junk in it", () => {
    it("shows what can be read, says what can't, and ends with 1", async () => {
      const inside = s.at("proposals", "31337");
      writeFileSync(join(inside, "notes.txt"), "hello");
      mkdirSync(join(inside, "empty"));
      for (const name of ["broken", "device", "large", `esc${ESCAPE}`]) mkdirSync(join(inside, name));
      writeFileSync(join(inside, "broken", "proposal.json"), "{");
      symlinkSync("/dev/zero", join(inside, "device", "proposal.json"));
      writeFileSync(join(inside, "large", "proposal.json"), "x".repeat(4_000_001));
      writeFileSync(join(inside, `esc${ESCAPE}`, "proposal.json"), "{");
      symlinkSync(s.at("forged", "elsewhere"), join(inside, "elsewhere"));
      const { code, stdout, stderr } = await s.gov(["status"]);
      expect(code).to.equal(1);
      expect(stdout).to.include("The change base").and.not.to.match(UNSEEN);
      expect(stderr).to.match(/^UNVERIFIED: no audit of the code that runs on anvil is recorded/);
      expect(stderr).not.to.match(/^\s+at /m);
      const reasons = [...stdout.matchAll(/^UNREADABLE 31337\/(\S+): .*\((\w+)\)$/gm)].map(
        ([, name, why]) => `${name} ${why}`,
      );
      expect(reasons).to.have.members([
        "broken PROPOSAL_INVALID",
        "device FILE_UNREADABLE",
        "elsewhere OTHER_CHAIN",
        "esc?[2J?[1;1H PROPOSAL_INVALID",
        "large FILE_TOO_LARGE",
      ]);
    });
  });

  describe("dev wait", () => {
    it("takes time spans and development nodes alone", async () => {
      const main = await startNode("anvil", { chainId: 1 });
      const wait = (span: string, ...words: string[]) => strongroom(["dev", "wait", span, ...words]);
      const before = (await s.provider.getBlock("latest"))?.timestamp ?? 0;
      const here = ["--network", "anvil", "--rpc", s.node.url];
      try {
        refused(
          await wait("1d", "--network", "anvil", "--rpc", main.url),
          "WRONG_CHAIN",
          /whose time nobody moves/,
        );
        refused(await wait("5", ...here), "USAGE", /no time span/, 2);
        refused(await wait("1d", "--network", "local"), "USAGE", /embedded/, 2);
      } finally {
        await main.kill();
      }
      expect((await s.provider.getBlock("latest"))?.timestamp).to.equal(before);
      const { code, stdout } = await wait("1h", ...here, "--json");
      const moved = JSON.parse(stdout) as { before: string; now: string };
      expect([code, Number(moved.now) - before >= 3_600]).to.deep.equal([0, true]);
    });
  });
});
