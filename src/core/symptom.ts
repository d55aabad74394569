/** One thing that was looked at. A warning does not make a command fail. */
export interface Symptom {
  readonly name: string;
  readonly state: "good" | "warning" | "bad";
  readonly found: string;
  /** What to do, when it is not good. */
  readonly fix?: string;
}

export const good = (name: string, found: string): Symptom => ({ name, state: "good", found });

export const warning = (name: string, found: string, fix: string): Symptom => ({
  name,
  state: "warning",
  found,
  fix,
});

export const bad = (name: string, found: string, fix: string): Symptom => ({
  name,
  state: "bad",
  found,
  fix,
});
