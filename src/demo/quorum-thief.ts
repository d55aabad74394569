import { sumCents } from "../core/money.ts";
import { suiteAssetOf } from "./assets.ts";
import { inOrder, type Move, move, type Scene, type Strategy } from "./moves.ts";
import type { ReplayParameters } from "./parameters.ts";

/** Plans for thieves whose signatures govern: the signers approved what they could not read. */
export class QuorumThief {
  readonly #scene: Scene;
  readonly #parameters: ReplayParameters;

  constructor(scene: Scene, parameters: ReplayParameters) {
    this.#scene = scene;
    this.#parameters = parameters;
  }

  strategies(): Strategy[] {
    return [
      { id: "bypass", title: "Calling the rules directly", moves: this.#bypass() },
      { id: "timelock", title: "Proposing new rules", moves: inOrder(this.#proposals(1)) },
      {
        id: "flood",
        title: "Proposing them many times",
        moves: inOrder(this.#proposals(this.#parameters.thief.pieces)),
      },
    ];
  }

  #bypass(): Move[] {
    return this.#scene.incident.outflows.map((flow, index) =>
      move({
        at: flow.at,
        kind: "bypass",
        from: "safe",
        to: "outside",
        asset: suiteAssetOf(flow.asset),
        cents: flow.cents,
        record: index,
        proposal: 0,
        why: `The record's outflow of ${flow.asset}: the Safe replaces the rules without waiting.`,
      }),
    );
  }

  #proposals(count: number): Move[] {
    const { timelockSeconds, thief } = this.#parameters;
    const { incident, deadlineSeconds } = this.#scene;
    const total = sumCents(Object.values(this.#scene.stake));
    return Array.from({ length: count }, (_, proposal) => {
      const step = { from: "safe", to: "timelock", proposal } as const;
      const early = incident.outflows.map((flow, record) =>
        move({
          ...step,
          at: flow.at,
          kind: "execute",
          asset: suiteAssetOf(flow.asset),
          cents: flow.cents,
          record,
          why: "Executed when the record's outflow happened, before the delay is over.",
        }),
      );
      const after = Math.max(timelockSeconds, deadlineSeconds) + 60;
      const ripe = [timelockSeconds + 60, after, deadlineSeconds + thief.persistSeconds].filter(
        (at, index, all) => all.indexOf(at) === index,
      );
      return [
        move({
          ...step,
          at: 0,
          kind: "schedule",
          cents: total,
          why: "Signed by the quorum: new rules that pay the thief everything.",
        }),
        ...early,
        move({
          ...step,
          at: deadlineSeconds,
          kind: "veto",
          from: "canceller",
          why: "The decoded proposal is read and vetoed.",
        }),
        ...ripe.map((at) =>
          move({ ...step, at, kind: "execute", cents: total, why: "Executed once the delay is over." }),
        ),
      ];
    }).flat();
  }
}
