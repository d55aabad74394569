import { textTable } from "../../../core/text-table.ts";
import { openChannels } from "../../../signing/coordinator.ts";
import { GroupKey } from "../../../signing/frost/group-key.ts";
import { ask, reasonOf } from "../../../signing/signer-channel.ts";
import { readCoordinatorConfig } from "../../../signing/signer-config.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { print } from "../../output.ts";
import { keystorePassword } from "./password.ts";

export interface SignerStatusCommand extends PasswordOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Asks every signer of a coordinator's how it is. Exit code 1 if one doesn't answer. */
export async function signerStatus(options: SignerStatusCommand): Promise<number> {
  const configured = readCoordinatorConfig(options.config);
  const { channels, close } = await openChannels(
    configured,
    await keystorePassword(options, configured.folder),
  );
  try {
    const answers = await Promise.all(
      channels.map(async (channel) => {
        try {
          return { name: channel.name, status: await ask(channel, "status", {}) };
        } catch (error) {
          return { name: channel.name, problem: reasonOf(error) };
        }
      }),
    );
    const rows = answers.flatMap(({ name, status, problem }) => {
      if (status === undefined) return [[name, "-", "-", problem ?? ""]];
      const groups = status.groups.map(({ group, generation, index }) => {
        const { publicKey, threshold, members } = new GroupKey(group);
        return [
          name,
          group.key,
          publicKey,
          `${threshold} of ${members.length}, number ${index}, ${generation}`,
        ];
      });
      const keys = status.keys.map((key) => [name, key.name, key.address, `own, signs each ${key.use}`]);
      const pending = status.pending.map((one) => [
        name,
        one.key,
        "-",
        `waits for all to confirm ${one.ceremony}`,
      ]);
      const all = [...groups, ...keys, ...pending];
      return all.length > 0 ? all : [[name, "-", "-", "has no keys"]];
    });
    print(options.json, answers, textTable(["signer", "key", "public key", ""], rows));
    return answers.some(({ status }) => status === undefined) ? ExitCode.failed : ExitCode.done;
  } finally {
    await close();
  }
}
