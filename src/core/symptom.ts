/** One thing that was looked at. A warning does not make a command fail. */
export interface Symptom {
  readonly name: string;
  readonly state: "good" | "warning" | "bad";
  readonly found: string;
  /** What to do, when it is not good. */
  readonly fix?: string;
}
