const USUAL = 300;
const DEEP = 10_000;

/** How many cases a property test tries: `./strongroom test --deep` asks for more by STRONGROOM_DEEP. */
export function propertyCases(): number {
  return process.env.STRONGROOM_DEEP === "1" ? DEEP : USUAL;
}
