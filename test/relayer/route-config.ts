/** A route's configuration as an operator writes it; nothing in it is asked by commands on the journal. */
export function routeConfig(): Record<string, unknown> {
  const hash = "00".repeat(32);
  return {
    version: 1,
    route: "ltc",
    journal: { file: "relay.journal" },
    home: {
      chain: {
        chain: "eip155:31337",
        nodes: [{ url: "http://127.0.0.1:1" }, { url: "http://127.0.0.1:2" }],
        finality: { by: "depth", blocks: 2 },
        gateway: `0x${"99".repeat(20)}`,
        since: 0,
      },
      sender: {
        account: `0x${"88".repeat(20)}`,
        rate: "100000000000",
        total: "50000000000000000",
        gas: "1000000",
      },
      vault: `0x${"11".repeat(20)}`,
      from: { height: 0, hash },
      keystore: "gas.json",
      passwordEnv: "GAS_PASSWORD",
    },
    foreign: {
      kind: "utxo",
      chain: "bip122:12a765e31ffd4059bada1e25190f6e98",
      nodes: [
        { name: "own", url: "http://127.0.0.1:3", cookieFile: ".cookie" },
        { name: "other", url: "http://127.0.0.1:4", user: "relay", passwordEnv: "OTHER_NODE" },
      ],
      from: { height: 0, hash },
      birth: 0,
      index: "index.sqlite",
      asset: "7",
      group: "coins.json",
    },
    committee: { scheme: "frost", address: `0x${"77".repeat(20)}`, group: "statements.json" },
    coordinator: { config: "coordinator.json", passwordEnv: "COORDINATOR_PASSWORD" },
  };
}
