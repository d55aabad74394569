import { expect } from "chai";
import { faultPoints, NO_FAULTS } from "../../src/journal/fault-points.ts";
import { refuses } from "../support/refusal.ts";

describe("faultPoints", () => {
  it("given nothing in the environment, never does anything", () => {
    for (const environment of [{}, { STRONGROOM_FAULT: "" }])
      expect(faultPoints(environment)).to.equal(NO_FAULTS);
  });

  it("given points and counts, ends the process at exactly those", () => {
    const killed: string[] = [];
    const faults = faultPoints({ STRONGROOM_FAULT: "a.b:2, c:1" }, (point) => killed.push(point));
    for (const point of ["a.b", "other", "c", "c", "a.b", "a.b"]) faults.reach(point);
    expect(killed).to.deep.equal(["c", "a.b"]);
  });

  for (const text of ["a", "a:0", "a:x", ":1", "a:1,", "A:1", "a:-1"]) {
    it(`refuses ${text}`, () => refuses("USAGE", () => faultPoints({ STRONGROOM_FAULT: text })));
  }
});
