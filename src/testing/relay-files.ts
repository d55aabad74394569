import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createKeystore } from "../governance/wallets/keystore.ts";
import type { LitecoinNode } from "./litecoin-node.ts";
import { KEYSTORE_PASSWORD, KEYSTORE_PASSWORD_ENV, type SignerDuties } from "./signer-trio.ts";

/** The environment's variable with the nodes' password: it is in no file. */
const NODE_PASSWORD_ENV = "STRONGROOM_DEV_NODE_PASSWORD";
/** scrypt's N: nothing is kept. */
const QUICK = { scryptN: 1024 };
/** Wei: so much that nothing on a development chain comes near it. */
const GAS = { rate: "200000000000", total: "1000000000000000000", gas: "3000000" };

/** A block, as a place to begin reading. */
export interface FilePoint {
  readonly height: number;
  readonly hash: string;
}

/** A route between a suite on a development chain and Litecoin's regtest, as relayer and signers are told of it. */
export interface DevelopmentRoute {
  readonly folder: string;
  readonly home: {
    /** CAIP-2. */
    readonly chain: string;
    /** Ways to the node: one development node has several. */
    readonly urls: readonly string[];
    /** Blocks below the best one that count as final. */
    readonly depth: number;
    readonly from: FilePoint;
    readonly gateway: string;
    readonly vault: string;
    readonly committee: string;
    /** The ledger's id of the coin. */
    readonly asset: bigint;
  };
  readonly foreign: {
    readonly chain: string;
    readonly nodes: readonly Pick<LitecoinNode, "url">[];
    readonly credentials: { readonly user: string; readonly password: { expose(): string } };
    readonly from: FilePoint;
    readonly birth: number;
  };
  /** Public files of the groups, by what they sign. */
  readonly groups: { readonly coins: string; readonly statements: string };
  /** The coordinator's configuration. */
  readonly coordinator: string;
}

/** What processes of the route are started with. */
export function routeEnvironment({ foreign }: DevelopmentRoute): Readonly<Record<string, string>> {
  return { ...KEYSTORE_PASSWORD, [NODE_PASSWORD_ENV]: foreign.credentials.password.expose() };
}

function nodesOf({ foreign: { nodes, credentials } }: DevelopmentRoute) {
  return nodes.map(({ url }, at) => ({
    ...{ name: `operator ${at + 1}`, url, user: credentials.user },
    passwordEnv: NODE_PASSWORD_ENV,
  }));
}

/** What each signer signs for, with limits that no test of a few coins comes near. */
export function signerDuties(route: DevelopmentRoute): SignerDuties {
  const { chain, urls, depth, gateway, vault, committee, asset } = route.home;
  return {
    committee: { chainId: Number(chain.split(":")[1]), address: committee },
    routes: [
      {
        ...{ kind: "utxo", chain: route.foreign.chain, coins: "coins", birth: route.foreign.birth },
        nodes: nodesOf(route),
        home: { chain, urls, depth, gateway, vault, asset: asset.toString() },
        limits: {
          ...{ fee: "2000000", payoutsPerDay: "50000000000", creditsPerDay: "50000000000" },
          upkeepPerDay: "10000000",
        },
      },
    ],
  };
}

/** What one worker's configuration has otherwise than its route. */
export interface WorkerTerms {
  readonly home?: Partial<Pick<DevelopmentRoute["home"], "from" | "urls">>;
  readonly foreign?: Partial<Pick<DevelopmentRoute["foreign"], "from" | "nodes">> & {
    /** Milliseconds in a pool until a payment is replaced for more. */
    readonly patience?: number;
  };
  /** Milliseconds that a lease lasts: how long the next worker waits when one is killed. */
  readonly lease?: number;
}

/** Makes an account that pays for gas; who calls has it funded. */
export async function makeGasAccount(
  folder: string,
): Promise<{ readonly account: string; readonly keystore: string }> {
  const keystore = join(folder, "gas.json");
  const { address } = await createKeystore(keystore, KEYSTORE_PASSWORD[KEYSTORE_PASSWORD_ENV], QUICK);
  return { account: address, keystore };
}

/**
 * Writes a worker's configuration.
 *
 * @param name of the worker: workers of one route share everything but their index of coins
 * @param journal as a route's configuration has it
 * @param terms of this worker alone
 * @returns the file
 */
export function writeWorkerConfig(
  route: DevelopmentRoute,
  name: string,
  gas: { readonly account: string; readonly keystore: string },
  journal: Readonly<Record<string, string>>,
  terms: WorkerTerms = {},
): string {
  const { groups, coordinator, folder } = route;
  const home = { ...route.home, ...terms.home };
  const { patience, ...otherwise } = terms.foreign ?? {};
  const foreign = { ...route.foreign, ...otherwise };
  const { chain, urls, depth, gateway, vault, committee, asset } = home;
  const file = join(folder, `${name}.json`);
  const config = {
    ...{ version: 1, route: "ltc", journal },
    home: {
      chain: {
        ...{ chain, nodes: urls.map((url) => ({ url })), finality: { by: "depth", blocks: depth } },
        ...{ gateway, since: 0 },
      },
      sender: { account: gas.account, ...GAS },
      ...{ vault, from: home.from, keystore: gas.keystore, passwordEnv: KEYSTORE_PASSWORD_ENV },
    },
    foreign: {
      ...{
        kind: "utxo",
        chain: foreign.chain,
        nodes: nodesOf({ ...route, foreign }),
        from: foreign.from,
        birth: foreign.birth,
      },
      ...{ index: join(folder, `${name}-index.sqlite`), asset: asset.toString(), group: groups.coins },
      ...(patience === undefined ? {} : { patience }),
    },
    committee: { scheme: "frost", address: committee, group: groups.statements },
    coordinator: { config: coordinator, passwordEnv: KEYSTORE_PASSWORD_ENV },
    pace: { poll: 200, look: 500, lease: terms.lease ?? 2_000, survey: 5_000 },
    metrics: { host: "127.0.0.1", port: 0 },
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}
