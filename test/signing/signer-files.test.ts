import fs, { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { utxoNodeSettings, utxoNodesSchema } from "../../src/chains/utxo/open-utxo.ts";
import { signerKey } from "../../src/cli/commands/signer/key.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import { approveCeremony } from "../../src/signing/frost/approvals.ts";
import { CeremonyTerms } from "../../src/signing/frost/ceremony-terms.ts";
import { readCoordinatorConfig, readSignerConfig } from "../../src/signing/signer-config.ts";
import { UTXO_ROUTE } from "../../src/signing/utxo-route.ts";
import { refuses } from "../support/refusal.ts";
import { dkgTerms, person } from "./group-fixture.ts";
import { stagedSigner } from "./signing-stage.ts";

describe("a signer's files", () => {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-files-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (json: object) => {
    const path = join(folder, "config.json");
    writeFileSync(path, JSON.stringify(json));
    return path;
  };

  describe("given a configuration of a route", () => {
    const node = (name: string, url: string) => ({ name, url, cookieFile: ".cookie" });
    const route = (change: { nodes?: object[]; urls?: string[] } = {}) => ({
      ...{ kind: "utxo", chain: "bip122:12a765e31ffd4059bada1e25190f6e98", coins: "coins", birth: 1 },
      nodes: change.nodes ?? [node("own", "http://a.example:9332"), node("other", "https://b.example")],
      home: {
        ...{ chain: "eip155:1", urls: change.urls ?? ["http://a.example", "http://b.example"] },
        ...{ gateway: `0x${"11".repeat(20)}`, vault: `0x${"22".repeat(20)}`, asset: "7" },
      },
      limits: { fee: "1", payoutsPerDay: "1", creditsPerDay: "1", upkeepPerDay: "1" },
    });
    const why = (json: object) =>
      UTXO_ROUTE.safeParse(json)
        .error?.issues.map(({ message }) => message)
        .join();

    it("takes two operators, and reads the Gateway from the first block where it isn't told since when", () => {
      expect(UTXO_ROUTE.parse(route()).home.since).to.equal(0);
    });

    it("refuses one node under two names, and one URL that is written in two ways", () => {
      for (const [one, other] of [
        ["http://a.example", "http://a.example"],
        ["http://a.example", "http://A.example:80/"],
      ] as const) {
        expect(why(route({ nodes: [node("own", one), node("other", other)] }))).to.include("each node once");
        expect(why(route({ urls: [one, other] }))).to.include("each node once");
      }
    });

    it("means a relative cookie file from the configuration's folder, wherever the process was started", () => {
      const nodes = utxoNodesSchema.parse(route().nodes);
      const settings = utxoNodeSettings(nodes, "/etc/anna");
      expect(settings[0]?.credentials).to.deep.equal({ cookieFile: "/etc/anna/.cookie" });
      const absolute = nodes.map((one) => ({ ...one, cookieFile: "/var/lib/.cookie" }));
      expect(utxoNodeSettings(absolute, "/etc/anna")[0]?.credentials).to.deep.equal({
        cookieFile: "/var/lib/.cookie",
      });
    });

    it("refuses a node without credentials", async () => {
      const nodes = utxoNodesSchema.parse([
        { name: "own", url: "http://a.example", user: "anna", passwordEnv: "NOT_SET" },
        node("other", "http://b.example"),
      ]);
      await refuses("CONFIG_INVALID", () => utxoNodeSettings(nodes, folder, {}));
      const [own] = utxoNodeSettings(nodes, folder, { NOT_SET: "secret" });
      expect(own?.credentials).to.include({ user: "anna" });
    });
  });

  describe("given a configuration of a coordinator", () => {
    it("refuses two signers at one place, as one of them would answer for both", async () => {
      const signer = (name: string, host: string) => ({
        ...{ name, host, port: 7700 },
        fingerprint: name.padEnd(64, "0").replaceAll(/[^0-9a-f]/g, "0"),
      });
      const config = (host: string) =>
        file({ version: 1, name: "relayer", signers: [signer("a", "a.example"), signer("b", host)] });
      const refusal = await refuses("CONFIG_INVALID", () => readCoordinatorConfig(config("A.example")));
      expect(String(refusal.facts.why)).to.include("two signers are at the same place");
      expect(readCoordinatorConfig(config("b.example")).folder).to.equal(folder);
    });
  });

  describe("given no configuration, or one that is none", () => {
    it("says which file, and what is wrong with it", async () => {
      await refuses("CONFIG_MISSING", () => readSignerConfig(join(folder, "nothing.json")));
      writeFileSync(join(folder, "text.json"), "no JSON");
      await refuses("CONFIG_INVALID", () => readSignerConfig(join(folder, "text.json")));
      const { facts } = await refuses("CONFIG_INVALID", () =>
        readSignerConfig(file({ version: 1, nam: "anna" })),
      );
      expect(String(facts.why)).to.include("nam");
    });
  });

  describe("given a key's name that the keystore needs for itself, or that is too long for what it adds", () => {
    const wrong = {
      identity: "own",
      "pending-coins": "own",
      [`k${"x".repeat(55)}`]: "55",
      Coins: "lower-case",
    };

    it("is no key of a ceremony: it would fail when all is done", () => {
      const people = ["anna", "ben"].map(person);
      const named = (key: string) => new CeremonyTerms({ ...dkgTerms(people, 2).text, key });
      for (const [key, word] of Object.entries(wrong)) {
        const attempt = () => named(key);
        expect(attempt, key).to.throw(StrongroomError).with.property("code", "CEREMONY_INVALID");
        try {
          attempt();
        } catch (error) {
          expect(String((error as StrongroomError).facts.why), key).to.include(word);
        }
      }
      expect(named(`k${"x".repeat(54)}`).text.key).to.have.length(55);
    });

    it("is no key of a signer's own: it would never be found again", async () => {
      const config = file({
        ...{ version: 1, name: "anna", listen: { host: "127.0.0.1", port: 0 } },
        ...{ coordinators: [], routes: [] },
      });
      for (const [name, word] of Object.entries(wrong)) {
        const { message } = await refuses("USAGE", () => signerKey({ config, name, use: "statement" }));
        expect(message, name).to.include(word);
      }
    });
  });

  describe("given a run of a ceremony", () => {
    it("has its name on the disk, and the folder with it, before the opening leaves", async () => {
      const anna = person("anna");
      const signer = await stagedSigner(anna);
      const terms = dkgTerms([anna, person("ben")], 2);
      approveCeremony(signer.ceremonies, terms);
      const { ino } = statSync(signer.ceremonies);
      const { fsyncSync } = fs;
      let flushed = 0;
      fs.fsyncSync = (opened) => {
        if (fs.fstatSync(opened).ino === ino) flushed++;
        fsyncSync(opened);
      };
      syncBuiltinESMExports();
      try {
        const session = "ab".repeat(32);
        const answer = await signer.service.answer("leader", "open", { ceremony: terms.digest, session });
        expect(answer).to.have.property("opening");
        expect(flushed).to.equal(1);
        await refuses(
          "SESSION_USED",
          signer.service.answer("leader", "open", { ceremony: terms.digest, session }),
        );
      } finally {
        fs.fsyncSync = fsyncSync;
        syncBuiltinESMExports();
        await signer.close();
      }
    });
  });
});
