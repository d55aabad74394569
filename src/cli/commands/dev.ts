import { kindOfChain } from "../../../deploy/chains.ts";
import { chainOf, connectNetwork, REHEARSAL } from "../../../deploy/connect.ts";
import { TerminalError, UsageError } from "../../core/errors.ts";
import { iso } from "../../core/time.ts";
import { duration } from "../../governance/changes/quantities.ts";
import { ExitCode } from "../exit-code.ts";
import { print } from "../output.ts";

/** What `dev wait` is told. */
export interface WaitCommand {
  readonly network: string;
  readonly rpc?: string | undefined;
  readonly json?: boolean;
}

/** What a development node does that no other chain does. */
interface Clock {
  send(method: string, parameters: unknown[]): Promise<unknown>;
  getBlock(tag: "latest"): Promise<{ readonly timestamp: number } | null>;
}

async function timeOf(provider: Clock): Promise<bigint> {
  return BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
}

/**
 * `dev wait`: moves a development node's clock forwards, as far as the delay that is being waited for.
 *
 * @throws UsageError for what is no time span, or for the embedded chain, which ends with the command; TerminalError
 *   `WRONG_CHAIN` for any chain but a development node's
 */
export async function devWait(text: string, { network, rpc, json }: WaitCommand): Promise<number> {
  const span = duration.safeParse(text);
  if (!span.success || span.data === 0n) {
    throw new UsageError(`"${text}" is no time span`, { advice: 'Say one such as "36h", "2d" or "90 min".' });
  }
  if (network === REHEARSAL) {
    throw new UsageError("The embedded chain ends with each command: nobody waits for it", {
      advice: "Start a node, for example npx anvil, and name it: --network anvil.",
    });
  }
  const connection = await connectNetwork(network, { rpc, readOnly: true });
  try {
    const chainId = await chainOf(connection);
    if (kindOfChain(chainId) !== "development") {
      throw new TerminalError("WRONG_CHAIN", `The node is chain ${chainId}, whose time nobody moves`, {
        facts: { network, nodeChainId: chainId },
        advice: "Wait: gov status says until when.",
      });
    }
    const provider: Clock = connection.ethers.provider;
    const before = await timeOf(provider);
    await provider.send("evm_increaseTime", [Number(span.data)]);
    await provider.send("evm_mine", []);
    const now = await timeOf(provider);
    print(json, { chainId, before, now }, `The chain's time is now ${iso(now)}.\n`);
    return ExitCode.done;
  } finally {
    await connection.close();
  }
}
