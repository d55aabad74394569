import type { BaseContract, Provider, Result } from "ethers";
import type { SuiteAddresses } from "../../../../deploy/addresses.ts";
import { eventsOf } from "../../logs.ts";

/** One way in which governance would be lost or given away. */
export interface LockOut {
  readonly code: string;
  readonly message: string;
}

/** A deployment on a chain on which a change was tried, and what was found wrong with its governance. */
export class Tried {
  readonly found: LockOut[] = [];
  readonly provider: Provider;
  readonly addresses: SuiteAddresses;

  constructor(provider: Provider, addresses: SuiteAddresses) {
    this.provider = provider;
    this.addresses = addresses;
  }

  say(code: string, message: string): void {
    this.found.push({ code, message });
  }

  /** A contract's events of a name since the deployment. */
  events(contract: BaseContract, name: string): Promise<readonly Result[]> {
    const { fromBlock } = this.addresses;
    return eventsOf(this.provider, String(contract.target), contract.interface, name, fromBlock);
  }
}
