import { readFileSync } from "node:fs";
import { RedstonePayload } from "@redstone-finance/protocol";
import { expect } from "chai";
import { encodeBytes32String, getBytes, hexlify, id, ZeroAddress } from "ethers";
import hre from "hardhat";
import type { RedStoneSource } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { redstonePayload, redstoneSigners } from "../../support/redstone.ts";

// Against RedStone's own code: payloads that their package makes and reads, and payloads that their production signers
// made, with what their Solidity consumers said of them. The format byte by byte is in RedStoneSource.t.sol.

interface Recorded {
  readonly payload: string;
  /** What RedStone's consumer answered, 8 decimals; or the error that it refused with. */
  readonly value?: string;
  readonly refused?: string;
}

interface Vector {
  readonly signers: readonly string[];
  readonly production: readonly (Recorded & { readonly feed: string; readonly timestamp: number })[];
  readonly madeSigners: readonly string[];
  readonly timestamp: number;
  readonly made: readonly (Recorded & { readonly name: string; readonly threshold: number })[];
}

const vector: Vector = JSON.parse(
  readFileSync(new URL("../../vectors/redstone-payloads.json", import.meta.url), "utf8"),
);

const MAX_AGE = 60n;
const connection = await hre.network.create({ override: { initialDate: new Date(1_700_000_000_000) } });
const { ethers, networkHelpers } = connection;
const start = await networkHelpers.takeSnapshot();

function source(feed: string, signers: readonly string[], threshold: number) {
  return deployAs<RedStoneSource>(ethers, "RedStoneSource", [
    encodeBytes32String(feed),
    8,
    signers,
    threshold,
    [id("redstone"), MAX_AGE, 1n, (1n << 64n) - 1n, ZeroAddress, 0],
  ]);
}

/** Sends the update in a block of that second. */
async function updateAt(s: RedStoneSource, seconds: number, payload: string) {
  await networkHelpers.time.setNextBlockTimestamp(seconds);
  return s.update(payload);
}

/** The values of one feed in a payload, as RedStone's own parser sees them, ascending. */
function valuesOf(feed: string, payload: string): bigint[] {
  return RedstonePayload.parse(getBytes(payload))
    .signedDataPackages.flatMap(({ dataPackage }) => dataPackage.dataPoints)
    .filter(({ dataFeedId }) => dataFeedId === feed)
    .map(({ value }) => BigInt(hexlify(value)))
    .sort((a, b) => (a < b ? -1 : 1));
}

describe("RedStoneSource against RedStone's own code", () => {
  // The vectors' times are in no order.
  beforeEach(async () => {
    await start.restore();
  });

  for (const { feed, timestamp, payload, value } of vector.production) {
    const count = RedstonePayload.parse(getBytes(payload)).signedDataPackages.length;
    it(`ANCHORS 4: takes what production signers signed: ${feed}, ${count} packages`, async () => {
      const s = await source(feed, vector.signers, 3);
      await expect(updateAt(s, timestamp / 1000 + 5, payload)).to.emit(s, "PriceCached");
      const { valid, mid, updatedAt } = await s.read();
      expect(valid).to.equal(true);
      expect(updatedAt).to.equal(timestamp / 1000);
      const values = valuesOf(feed, payload);
      // Of more than the threshold RedStone's consumer counts those that come last, so that their order decides; ours
      // takes the median of all.
      expect(mid).to.equal((values[Math.floor(values.length / 2)] ?? 0n) * 10_000n);
      if (values.length === 3) expect(mid).to.equal(BigInt(value ?? 0) * 10_000n);
      else expect(values).to.include(BigInt(value ?? 0));
    });
  }

  for (const { name, threshold, payload, value, refused } of vector.made) {
    it(`says what RedStone's consumer said: ${name}`, async () => {
      const s = await source("ETH", vector.madeSigners, threshold);
      const sent = updateAt(s, vector.timestamp / 1000 + 1, payload);
      if (value !== undefined) {
        await sent;
        const { valid, mid } = await s.read();
        expect(valid).to.equal(true);
        expect(mid).to.equal(BigInt(value) * 10_000n);
      } else {
        expect(refused).to.be.a("string");
        await expect(sent).to.be.revertedWithCustomError(
          s,
          name === "no marker"
            ? "RedStonePayload_NoMarker"
            : name === "timestamps that differ"
              ? "RedStoneSource_TimestampsDiffer"
              : "RedStoneSource_TooFewSigners",
        );
        expect((await s.read()).valid).to.equal(false);
      }
    });
  }

  it("reads whatever RedStone's package makes: feeds, signers and metadata at random", async () => {
    const feeds = ["ETH", "BTC", "USDC", "wstETH/USD", "SOMETHING_LONG_WITH_31_CHARS_XY"];
    let now = 1_760_000_000;
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 25; round++) {
      now += 10;
      const feed = feeds[random(feeds.length)] ?? "ETH";
      const count = 2 + random(7);
      const threshold = Math.floor(count / 2) + 1;
      const keys = [...Array(count).keys()];
      const s = await source(feed, redstoneSigners(...keys), Math.max(2, threshold));
      const speaking = keys.slice(0, Math.max(2, threshold) + random(count - Math.max(2, threshold) + 1));
      const others = feeds.slice(0, random(feeds.length));
      const payload = redstonePayload(
        now * 1000,
        speaking.map((key) => ({
          key,
          prices: Object.fromEntries([...others, feed].map((f) => [f, 1 + random(1_000_000) / 1_000])),
        })),
        "x".repeat(random(50)),
      );
      await updateAt(s, now, payload);
      const values = valuesOf(feed, payload);
      const half = Math.floor(values.length / 2);
      const low = values[values.length % 2 === 1 ? half : half - 1] ?? 0n;
      const mid = (low + (values[half] ?? 0n)) / 2n;
      expect((await s.read()).mid).to.equal(mid * 10_000n);
    }
  });

  it("ANCHORS 4: plans for rotation: works while a quorum of the old signers signs, and no longer", async () => {
    const now = 1_760_000_000;
    const s = await source("ETH", redstoneSigners(0, 1, 2, 3, 4), 3);
    const said = (key: number) => ({ key, prices: { ETH: 2_000 } });
    await updateAt(s, now, redstonePayload(now * 1000, [0, 1, 2, 5, 6].map(said)));
    expect((await s.read()).valid).to.equal(true);
    await expect(
      updateAt(s, now + 10, redstonePayload((now + 10) * 1000, [0, 1, 5, 6, 7].map(said))),
    ).to.be.revertedWithCustomError(s, "RedStoneSource_TooFewSigners");
    const next = await source("ETH", redstoneSigners(0, 1, 5, 6, 7), 3);
    await updateAt(next, now + 20, redstonePayload((now + 20) * 1000, [0, 1, 5, 6, 7].map(said)));
    expect((await next.read()).valid).to.equal(true);
  });
});
