import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { TerminalError } from "../core/errors.ts";
import type { Shell } from "./shell.ts";
import { BALANCES, PEOPLE, type Person, parameterFile, RAISE, UPGRADE } from "./treasury-files.ts";

/** Where a walk takes place. */
export interface Stage {
  readonly home: string;
  /** A fresh development node. */
  readonly node: { readonly url: string; readonly chainId: bigint };
  readonly network: string;
  /** This checkout: every machine has one of its own. */
  readonly checkout: string;
}

const RECORDS = "--deployments deployments --proposals proposals";
/** As quick as it gets: the shell finds the folder whose name has the day and the digest in it. */
const folderOf = (word: string): string => `proposals/*/*${word}*`;

/** Walks the whole way, from nothing: deploy, change, upgrade, roll back. */
export async function walk(shell: Shell, stage: Stage): Promise<void> {
  const { home, node, network, checkout } = stage;
  for (const person of PEOPLE) {
    mkdirSync(join(home, person));
    symlinkSync(resolve(checkout, "strongroom"), join(home, person, "strongroom"));
  }
  const owners = await keys(shell);
  const at = `--network ${network} --rpc ${node.url}`;
  shell.export("NODE", at);
  shell.export("AT", `${at} ${RECORDS}`);
  await deployed(shell, stage, owners);
  await raise(shell);
  await upgrade(shell);
  await rollBack(shell);
}

async function keys(shell: Shell): Promise<Readonly<Record<Person, string>>> {
  shell.note(
    "`npx anvil` runs in another terminal. Each folder is somebody's machine, with a checkout of Strongroom. Each owner makes a key there.",
  );
  await shell.type(
    `for one in ${PEOPLE.join(" ")}; do (umask 077; head -c 24 /dev/urandom | base64 > ~/$one/password); done`,
  );
  const owners: Partial<Record<Person, string>> = {};
  for (const person of PEOPLE) {
    const command = `cd ~/${person} && ./strongroom gov key --out ${person}.json --password-fd 3 3<password`;
    const said = await shell.type(command);
    owners[person] = /0x[0-9a-fA-F]{40}/.exec(said)?.[0] ?? missing(person);
  }
  return owners as Record<Person, string>;
}

function missing(person: string): never {
  throw new TerminalError("WALK_STRAYED", `gov key gave no address for ${person}`);
}

async function deployed(
  shell: Shell,
  { home, node, network }: Stage,
  owners: Readonly<Record<Person, string>>,
): Promise<void> {
  writeFileSync(join(home, "anna", "parameters.json"), parameterFile(network, node.chainId, owners));
  shell.note(
    "Anna deploys. parameters.json is deploy/config/local.ts with Anna, Bert and Carl among the five owners of the council, three of whom sign, and with Dora and Emil among the three of the rollback Safe, two of whom sign.",
  );
  shell.goTo("anna");
  await shell.type(`sed -n '/"council"/,/}/p;/"rollback"/,/}/p' parameters.json`);
  const at = "$NODE --deployments deployments";
  await shell.type(`./strongroom deploy ${at} --config parameters.json`, { shows: [3, 3] });
  shell.note("The customers' opening balances: an upgrade is rehearsed with accounts that have something.");
  await shell.type(`cat > balances.csv <<'END'\n${BALANCES}\nEND`);
  await shell.type(`./strongroom migrate import ${at} --file balances.csv`);
}

/** Brings what others need to their machines: a stick, a mail, a repository. */
async function handOut(shell: Shell, people: readonly Person[], files: string): Promise<void> {
  await shell.type(`for one in ${people.join(" ")}; do cp -r deployments ${files} ~/$one/; done`);
}

const signature = (word: string, people: readonly Person[]): string =>
  people.map((one) => `~/${one}/${folderOf(word)}/signatures/*.json`).join(" ");

function signing(word: string, person: Person, how: string): string {
  return `./strongroom gov sign ${folderOf(word)} ${how} --keystore ${person}.json --password-fd 3 3<password`;
}

const hashIn = (said: string): string =>
  /Safe transaction hash: `(0x[0-9a-f]{64})`/.exec(said)?.[1] ?? "none";

/** A limit loosens and a role is given: three owners on three machines, one of them without a network. */
async function raise(shell: Shell): Promise<void> {
  const word = "raise";
  shell.note("A change is a file that says what is wanted.");
  await shell.type(`cat > raise.yaml <<'END'\n${RAISE}\nEND`);
  shell.note("It is compiled, and tried on a fork of the chain: schedule, wait, execute.");
  await shell.type("./strongroom gov propose raise.yaml $AT", { timed: true });
  await handOut(shell, ["bert", "carl"], "proposals raise.yaml");
  shell.note("Anna signs on her machine, which reviews once more before it signs.");
  await shell.type(signing(word, "anna", "$AT --yes"), { shows: [4, 4] });
  shell.note(
    "Bert trusts none of it: his machine computes everything again from the chain and the change file.",
  );
  shell.goTo("bert");
  const reviewed = await shell.type(`./strongroom gov review ${folderOf(word)} $AT --change raise.yaml`, {
    shows: [0, 4],
  });
  const hash = hashIn(reviewed);
  await shell.type(signing(word, "bert", `$AT --reviewed --expect ${hash}`), { shows: [1, 6] });
  shell.note("Carl's machine has no network. Bert reads him the hash on the phone.");
  shell.goTo("carl");
  await shell.type(signing(word, "carl", `--offline --expect ${hash}`), { shows: [0, 6] });
  shell.note("The signatures come back as files. Each is checked again where it arrives.");
  shell.goTo("anna");
  await shell.type(`./strongroom gov status $AT`);
  await shell.type(`./strongroom gov collect ${folderOf(word)} $AT ${signature(word, ["bert", "carl"])}`);
  shell.note("Whoever executes only pays the gas. The first time, the timelock's delay begins.");
  await shell.type(`./strongroom gov execute ${folderOf(word)} $AT`);
  await shell.type(`./strongroom gov status $AT`);
  await shell.type(`./strongroom gov execute ${folderOf(word)} $AT`, { code: 1 });
  shell.note("On a development chain nobody needs to wait for two days.");
  await shell.type("./strongroom dev wait 2d $NODE");
  await shell.type(`./strongroom gov execute ${folderOf(word)} $AT`);
  await shell.type(`./strongroom gov verify ${folderOf(word)} $AT`);
  await shell.type(`./strongroom gov variables $AT | grep -E 'tier 1|role.ATTESTOR' | cut -c -140`);
}

/** New code behind the Vault. */
async function upgrade(shell: Shell): Promise<void> {
  const word = "upgrade-the-vault";
  shell.note(
    "An upgrade goes the same way. Its contracts are built from this checkout; anyone may deploy them.",
  );
  await shell.type(`cat > upgrade.yaml <<'END'\n${UPGRADE}\nEND`);
  const proposed = await shell.type("./strongroom gov propose upgrade.yaml $AT", { timed: true });
  await handOut(shell, ["bert", "carl"], "proposals upgrade.yaml");
  await shell.type(signing(word, "anna", "$AT --reviewed --yes"), { shows: [0, 1] });
  shell.goTo("bert");
  await shell.type(`./strongroom gov review ${folderOf(word)} $AT --change upgrade.yaml`, { shows: [0, 4] });
  const expect = `--expect ${hashIn(proposed)}`;
  await shell.type(signing(word, "bert", `$AT --reviewed ${expect}`), { shows: [0, 1] });
  shell.goTo("carl");
  await shell.type(signing(word, "carl", `--offline ${expect}`), { shows: [0, 1] });
  shell.goTo("anna");
  await shell.type(`./strongroom gov collect ${folderOf(word)} $AT ${signature(word, ["bert", "carl"])}`);
  await shell.type(`./strongroom gov execute ${folderOf(word)} $AT`);
  await shell.type("./strongroom dev wait 2d $NODE");
  await shell.type(`./strongroom gov execute ${folderOf(word)} $AT`);
  await shell.type(`./strongroom gov verify ${folderOf(word)} $AT`);
}

/** The rollback Safe takes the new code back at once. */
async function rollBack(shell: Shell): Promise<void> {
  const word = "roll-a-release-back";
  shell.note("Something is wrong with it. Two owners of the rollback Safe take it back, without a delay.");
  const command = `./strongroom gov rollback ${folderOf("upgrade-the-vault")} $AT --reason 'Exits are paid too late since the upgrade'`;
  await shell.type(command, { timed: true });
  await handOut(shell, ["dora", "emil"], "proposals");
  for (const person of ["dora", "emil"] as const) {
    shell.goTo(person);
    await shell.type(signing(word, person, "$AT --yes"), { shows: [2, 4] });
  }
  shell.goTo("anna");
  await shell.type(`./strongroom gov collect ${folderOf(word)} $AT ${signature(word, ["dora", "emil"])}`);
  await shell.type(`./strongroom gov execute ${folderOf(word)} $AT`);
  await shell.type(`./strongroom gov verify ${folderOf(word)} $AT`);
  await shell.type("./strongroom gov status $AT");
}
