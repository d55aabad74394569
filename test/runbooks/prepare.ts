import type { Stage } from "./stage.ts";
import { contractsOf, DAY, deposit, ETHER } from "./world.ts";

/** Before any emergency: a customer with ten ether and agents in force, and fresh prices. */
export async function prepare(stage: Stage): Promise<void> {
  const { recovery } = contractsOf(stage);
  const agents = stage.actors("agents").map(({ wallet }) => wallet.address);
  const ascending = [...agents].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const customer = stage.wallet("customer");
  await (await recovery.connect(customer).appoint(ascending, agents.length, 3 * DAY, false)).wait();
  await deposit(stage, "customer", 10n * ETHER);
  await stage.wait(31 * DAY);
  await stage.mocks.refreshPrices();
  await stage.keep();
}
