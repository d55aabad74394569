import { ZeroAddress, ZeroHash } from "ethers";
import { chainHash } from "../../src/gateway/statement.ts";
import { FACES } from "../../src/governance/role-graph.ts";
import { ForeignAsset__factory } from "../../typechain-types/factories/contracts/gateway/ForeignAsset__factory.ts";
import { MultisigVerifier__factory } from "../../typechain-types/factories/contracts/gateway/verifiers/MultisigVerifier__factory.ts";
import { SchnorrVerifier__factory } from "../../typechain-types/factories/contracts/gateway/verifiers/SchnorrVerifier__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { SuiteConfig } from "../config/schema.ts";
import { firstVerifier } from "../modules/gateway.ts";
import type { Chain, Findings } from "./chain.ts";

/** Who tells what happened on other chains: the declared committee, in its first epoch. */
async function checkCommittee(
  chain: Chain,
  a: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const committee = chain.at(a.committee, FACES.committee);
  f.equal(
    "committee.epoch",
    "the committee is the first one",
    await chain.view<bigint>(committee, "current"),
    1n,
  );
  const { verifier, until, revoked } = await chain.view<{
    verifier: string;
    until: bigint;
    revoked: boolean;
  }>(committee, "epochOf", 1n);
  f.equal(
    "committee.verifier",
    "its word is checked by the declared verifier, without an end",
    [verifier, until, revoked],
    [a.committeeVerifier, (1n << 40n) - 1n, false],
  );
  const { contract, args } = firstVerifier(config);
  if (contract === "SchnorrVerifier") {
    const keys = chain.at(a.committeeVerifier, SchnorrVerifier__factory.createInterface());
    f.equal(
      "committee.keys",
      "its key is the declared group's",
      await chain.view<bigint>(keys, "key"),
      args[0],
    );
    return;
  }
  const keys = chain.at(a.committeeVerifier, MultisigVerifier__factory.createInterface());
  f.equal(
    "committee.keys",
    "its signers and their threshold are the declared ones",
    [[...(await chain.view<string[]>(keys, "signers"))], await chain.view<bigint>(keys, "threshold")],
    [...args],
  );
}

/** One asset of another chain: its token is named as declared and obeys the gateway, which serves it as of its chain. */
async function checkForeign(
  chain: Chain,
  a: SuiteAddresses,
  { symbol, token: declared }: SuiteConfig["assets"][number],
  f: Findings,
): Promise<void> {
  const where = a.assets.find((asset) => asset.symbol === symbol);
  if (typeof declared !== "object" || !("foreign" in declared) || where === undefined) return;
  const { caip19, name, ticker, decimals } = declared.foreign;
  const token = chain.at(where.token, ForeignAsset__factory.createInterface());
  const read = <T>(view: string) => chain.view<T>(token, view);
  f.equal(
    `foreign.${symbol}.name`,
    `${symbol}: the token stands for the declared asset`,
    [await read("caip19"), await read("name"), await read("symbol"), await read("decimals")],
    [caip19, name, ticker, decimals],
  );
  f.equal(`foreign.${symbol}.gateway`, `${symbol}: its gateway mints it`, await read("gateway"), a.gateway);
  const row = await chain.view<{ token: string; chain: string }>(
    chain.at(a.gateway, FACES.gateway),
    "foreignOf",
    where.id,
  );
  f.equal(
    `foreign.${symbol}.chain`,
    `${symbol}: it is served as an asset of its chain`,
    [row.token, row.chain],
    [where.token, chainHash(caip19.slice(0, caip19.indexOf("/")))],
  );
}

/** The gateway serves the declared assets on the word of the declared committee, and no chain is halted. */
export async function checkGateway(
  chain: Chain,
  a: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const gateway = chain.at(a.gateway, FACES.gateway);
  const read = <T>(view: string) => chain.view<T>(gateway, view);
  f.equal("gateway.vault", "the gateway serves this Vault", await read("vault"), a.vault);
  f.equal("gateway.committee", "it believes the declared committee", await read("committee"), a.committee);
  f.equal("gateway.first", "it follows no other", await read("predecessor"), ZeroAddress);
  f.equal("gateway.successor", "no other follows it", await read("successor"), ZeroAddress);
  const foreign = config.assets.filter(({ token }) => typeof token === "object" && "foreign" in token);
  f.sameSet(
    "gateway.assets",
    "it serves the declared foreign assets, and no others",
    (await read<readonly bigint[]>("foreignAssets")).map(String),
    foreign.flatMap(({ symbol }) => a.assets.find((asset) => asset.symbol === symbol)?.id ?? []),
  );
  await checkCommittee(chain, a, config, f);
  for (const asset of foreign) await checkForeign(chain, a, asset, f);
  for (const { chain: name } of config.gateway.chains) {
    f.equal(
      `gateway.halt.${name}`,
      `${name} is not halted`,
      await chain.view<string>(gateway, "haltOf", chainHash(name)),
      ZeroHash,
    );
  }
}
