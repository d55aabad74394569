import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dollars } from "../../src/core/money.ts";
import { INCIDENTS_FOLDER, loadIncidents, parseIncident } from "../../src/demo/incidents.ts";
import { terminalRefusal } from "../support/refusal.ts";

type Loose = Record<string, unknown> & { outflows: Record<string, unknown>[] };

function raw(id: string): Loose {
  return JSON.parse(readFileSync(join(INCIDENTS_FOLDER, `${id}.json`), "utf8")) as Loose;
}

describe("Incident records", () => {
  it("are eleven, oldest first, with sums as documented", () => {
    const incidents = loadIncidents();
    expect(incidents).to.have.length(11);
    expect(incidents.map((incident) => incident.record.date)).to.deep.equal(
      incidents.map((incident) => incident.record.date).toSorted(),
    );
    const by = new Map(incidents.map((incident) => [incident.id, incident]));
    expect(by.get("bybit-2025")?.stake).to.equal(dollars(1_440_290_000n));
    expect(by.get("bybit-2025")?.unallocated).to.equal(0n);
    expect(by.get("nomad-2022")?.outflows).to.have.length(201);
    expect(by.get("nomad-2022")?.stake).to.equal(dollars(190_700_000n));
    expect(by.get("wazirx-2024")?.unallocated).to.equal(dollars(52_270_000n));
    expect(by.get("multichain-2023")?.excess).to.equal(dollars(1_966_000n));
  });

  it("leave unbacked mints out of the outflows", () => {
    const wormhole = parseIncident(raw("wormhole-2022"), "wormhole");
    expect(wormhole.outflows).to.have.length(3);
    expect(wormhole.itemised).to.equal(dollars(253_960_000n));
    expect(wormhole.stake).to.equal(dollars(321_000_000n));
  });

  it("name no path of a machine and a source for every record", () => {
    for (const { record } of loadIncidents()) {
      expect(record.sources, record.id).to.not.be.empty;
      expect(JSON.stringify(record.sources), record.id).to.not.match(/"\/|file:/);
    }
  });

  const faults: { given: string; change: (record: Loose) => void; says: RegExp }[] = [
    {
      given: "a number for money",
      change: (r) => (r.loss = { usd: 5, alternatives: [] }),
      says: /loss\.usd/,
    },
    {
      given: "a third decimal",
      change: (r) => Object.assign(r.outflows[0] ?? {}, { usd: "1.234" }),
      says: /outflows\.0\.usd.*two decimals/,
    },
    {
      given: "a negative time",
      change: (r) => Object.assign(r.outflows[0] ?? {}, { at: -1 }),
      says: /outflows\.0\.at/,
    },
    { given: "rows out of order", change: (r) => r.outflows.reverse(), says: /ordered by time/ },
    {
      given: "an outflow without value",
      change: (r) => Object.assign(r.outflows[1] ?? {}, { usd: null }),
      says: /outflows\.1\.usd: an outflow needs a value/,
    },
    {
      given: "an unknown cause",
      change: (r) => (r.cause = { class: "magic", text: "x" }),
      says: /cause\.class/,
    },
    { given: "no sources", change: (r) => (r.sources = []), says: /sources/ },
    {
      given: "a source on some disk",
      change: (r) => (r.sources = [{ ref: "/home/x", read: "y" }]),
      says: /sources\.0\.ref/,
    },
    { given: "an unknown field", change: (r) => (r.colour = "red"), says: /colour/ },
    {
      given: "sums that don't add up",
      change: (r) => (r.unallocated = { usd: "1.00", note: "x" }),
      says: /unallocated: must be/,
    },
    { given: "another schema", change: (r) => (r.schema = "custody-incident/1"), says: /schema/ },
  ];
  for (const { given, change, says } of faults) {
    it(`are refused with ${given}`, async () => {
      const record = raw("ronin-2022");
      change(record);
      const error = await terminalRefusal(() => parseIncident(record, "ronin-2022.json"));
      expect(error.code).to.equal("INCIDENT_INVALID");
      expect(error.message).to.match(says).and.to.contain("ronin-2022.json");
    });
  }

  describe("in a folder", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "incidents-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("must be there", async () => {
      expect((await terminalRefusal(() => loadIncidents(folder))).code).to.equal("INCIDENT_NONE");
      expect((await terminalRefusal(() => loadIncidents(join(folder, "none")))).code).to.equal(
        "INCIDENT_UNREADABLE",
      );
    });

    it("must be JSON and carry their own name", async () => {
      writeFileSync(join(folder, "a.json"), "{");
      expect((await terminalRefusal(() => loadIncidents(folder))).code).to.equal("INCIDENT_UNREADABLE");
      writeFileSync(join(folder, "a.json"), JSON.stringify(raw("dmm-2024")));
      expect((await terminalRefusal(() => loadIncidents(folder))).code).to.equal("INCIDENT_NAME");
    });
  });
});
