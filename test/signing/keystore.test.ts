import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import type { StrongroomError } from "../../src/core/errors.ts";
import { Redacted } from "../../src/core/redacted.ts";
import { Keystore } from "../../src/signing/keystore.ts";
import { type KeyEntry, openEntry, readOpen, sealEntry } from "../../src/signing/keystore-file.ts";
import { refuses } from "../support/refusal.ts";
import { PASSWORD, QUICK } from "./signing-stage.ts";

const SECRET = Uint8Array.from(Buffer.from("c0ffee".padEnd(64, "5"), "hex"));
const entry: KeyEntry = {
  name: "coins",
  kind: "bip340",
  open: { use: "transaction" },
  secret: new Redacted(SECRET),
};
const seal = (change: Partial<KeyEntry> = {}, password = PASSWORD) =>
  sealEntry({ ...entry, ...change }, password, { random: randomBytes, ...QUICK });

/** A file whose fields were changed by somebody who also mends the checksum. */
function forged(text: string, change: (file: Record<string, unknown>) => Record<string, unknown>): string {
  const { sum: _, ...file } = change(JSON.parse(text) as Record<string, unknown>);
  const sum = createHash("sha256").update(canonicalJson(file)).digest("hex");
  return JSON.stringify({ ...file, sum });
}

describe("a keystore's file", () => {
  describe("given what was sealed", () => {
    it("opens with its password, and shows the open part without", async () => {
      const text = await seal();
      const opened = await openEntry(text, PASSWORD, "coins.json");
      expect(Buffer.from(opened.secret.expose()).equals(Buffer.from(SECRET))).to.equal(true);
      expect(readOpen(text, "coins.json")).to.deep.equal({ name: "coins", kind: "bip340", open: entry.open });
      expect(text).not.to.include("c0ffee");
      expect(text).not.to.include(Buffer.from(SECRET).toString("base64"));
    });

    it("is another file each time", async () => {
      const fields = [await seal(), await seal()].map(
        (text) => JSON.parse(text) as Record<string, Record<string, string>>,
      );
      expect(fields[0]?.kdf?.salt).not.to.equal(fields[1]?.kdf?.salt);
      expect(fields[0]?.cipher?.iv).not.to.equal(fields[1]?.cipher?.iv);
      expect(fields[0]?.cipher?.text).not.to.equal(fields[1]?.cipher?.text);
    });

    it("opens with a password that was typed in another normal form", async () => {
      const text = await seal({}, new Redacted("pässword of some length"));
      const typed = new Redacted("pässword of some length".normalize("NFD"));
      expect((await openEntry(text, typed, "coins.json")).name).to.equal("coins");
    });
  });

  describe("given a wrong password, and a damaged file", () => {
    it("tells them apart", async () => {
      const text = await seal();
      await refuses("KEYSTORE_PASSWORD", openEntry(text, new Redacted("another password"), "coins.json"));
      await refuses("KEYSTORE_DAMAGED", openEntry(text.slice(0, -40), PASSWORD, "coins.json"));
      await refuses(
        "KEYSTORE_DAMAGED",
        openEntry(text.replace('"bip340"', '"ecdsa"'), PASSWORD, "coins.json"),
      );
    });

    it("calls any change of any character damaged, before the password is tried", async () => {
      const text = await seal();
      await fc.assert(
        fc.asyncProperty(fc.nat(text.length - 2), fc.constantFrom(..."0A}x"), async (at, character) => {
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          fc.pre(JSON.stringify(parsed(changed)) !== JSON.stringify(JSON.parse(text)));
          const code = await openEntry(changed, PASSWORD, "coins.json").then(
            () => "opened",
            (error: StrongroomError) => error.code,
          );
          expect(code).to.match(/^KEYSTORE_(DAMAGED|NEWER)$/);
        }),
        { numRuns: 150 },
      );
    });

    it("finds what somebody changed who mended the checksum too", async () => {
      const text = await seal();
      for (const change of [
        (file: Record<string, unknown>) => ({ ...file, open: { use: "statement" } }),
        (file: Record<string, unknown>) => ({ ...file, name: "other" }),
        (file: Record<string, unknown>) => ({ ...file, kind: "ecdsa" }),
        (file: Record<string, unknown>) => ({
          ...file,
          cipher: { ...(file.cipher as object), text: Buffer.from(SECRET).toString("base64") },
        }),
      ]) {
        await refuses("KEYSTORE_DAMAGED", openEntry(forged(text, change), PASSWORD, "coins.json"));
      }
    });

    it("asks for no more memory than a file may", async () => {
      const text = await seal();
      const greedy = forged(text, (file) => ({ ...file, kdf: { ...(file.kdf as object), n: 1 << 30 } }));
      await refuses("KEYSTORE_DAMAGED", openEntry(greedy, PASSWORD, "coins.json"));
    });

    it("knows a file of a later version", async () => {
      const later = forged(await seal(), (file) => ({ ...file, version: 2 }));
      await refuses("KEYSTORE_NEWER", openEntry(later, PASSWORD, "coins.json"));
    });
  });

  describe("given a name that is a path", () => {
    it("is not sealed", async () => {
      for (const name of ["../coins", "a/b", "", "A", ".x"]) await refuses("KEYSTORE_NAME", seal({ name }));
    });
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe("Keystore", () => {
  let folder: string;
  let warnings: string[];
  const open = (password = PASSWORD) =>
    new Keystore(join(folder, "keys"), password, { ...QUICK, warn: (line) => warnings.push(line) });
  const file = (name: string) => join(folder, "keys", `${name}.json`);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-keystore-"));
    warnings = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe("given a key", () => {
    it("keeps it whole, for its owner alone, and leaves nothing beside it", async () => {
      await open().write(entry);
      expect(statSync(file("coins")).mode & 0o777).to.equal(0o600);
      expect(readdirSync(join(folder, "keys"))).to.deep.equal(["coins.json"]);
      expect(open().names()).to.deep.equal(["coins"]);
      expect((await open().read("coins")).kind).to.equal("bip340");
      expect(open().describe("coins").open).to.deep.equal({ use: "transaction" });
      open().remove("coins");
      expect(existsSync(file("coins"))).to.equal(false);
    });

    it("is never overwritten by chance", async () => {
      await open().write(entry);
      await refuses("FILE_EXISTS", open().write(entry));
      const next = new Redacted(new Uint8Array(32).fill(1));
      await open().write({ ...entry, secret: next }, { replaces: true });
      expect((await open().read("coins")).secret.expose()[0]).to.equal(1);
    });

    it("stays for its owner alone where a crash had left an open file beside it", async () => {
      await open().write(entry);
      const beside = `${file("coins")}.${process.pid}.tmp`;
      writeFileSync(beside, "rest of a crash", { mode: 0o644 });
      await open().write(entry, { replaces: true });
      expect(statSync(file("coins")).mode & 0o777).to.equal(0o600);
    });

    it("warns where others can read it, and refuses it under another name", async () => {
      await open().write(entry);
      chmodSync(file("coins"), 0o644);
      await open().read("coins");
      expect(warnings.join()).to.include("chmod 600");
      writeFileSync(file("other"), readFileSync(file("coins")));
      await refuses("KEYSTORE_DAMAGED", open().read("other"));
    });
  });

  describe("given what isn't there", () => {
    it("says so, and follows no path", async () => {
      await refuses("KEY_UNKNOWN", open().read("coins"));
      await refuses("KEY_UNKNOWN", open().read("../../etc/passwd"));
      await refuses("PASSWORD_WEAK", () => open(new Redacted("short")));
    });
  });
});

describe("Redacted", () => {
  it("gives its secret to whoever asks for it by name, and to nobody else", () => {
    const secret = new Redacted("correct horse");
    expect(secret.expose()).to.equal("correct horse");
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
      Object.keys(secret).join(),
      JSON.stringify(structuredClone(secret)),
    ];
    for (const text of shown) expect(text).not.to.include("horse");
  });
});
