import type { Configured } from "../core/config-file.ts";
import type { Redacted } from "../core/redacted.ts";
import { IDENTITY } from "./key-names.ts";
import { Keystore, type KeystoreOptions } from "./keystore.ts";
import { type CoordinatorConfigText, placesIn } from "./signer-config.ts";
import { Identity } from "./transport/identity.ts";
import { type ChannelPatience, TlsChannel } from "./transport/tls-channel.ts";

/** The ways to a coordinator's signers. */
export interface SignerChannels {
  readonly channels: readonly TlsChannel[];
  readonly identity: Identity;
  close(): Promise<void>;
}

/**
 * Opens a coordinator's identity; connections are made when they are needed.
 *
 * @throws what `Keystore.read` throws
 * @example
 * const { channels } = await openChannels(readCoordinatorConfig("relayer/coordinator.json"), password);
 * const signer = new FrostGroup({ group: new GroupKey(json), channels });
 */
export async function openChannels(
  { config, folder }: Configured<CoordinatorConfigText>,
  password: Redacted<string>,
  {
    keystore = {},
    patience,
  }: { readonly keystore?: KeystoreOptions; readonly patience?: ChannelPatience } = {},
): Promise<SignerChannels> {
  const identity = Identity.fromEntry(
    await new Keystore(placesIn(folder).keys, password, keystore).read(IDENTITY),
  );
  const channels = config.signers.map((place) => new TlsChannel(place, identity, patience));
  const close = async () => {
    await Promise.all(channels.map((channel) => channel.close()));
  };
  return { channels, identity, close };
}
