/** The exit codes of every command. */
export const ExitCode = { done: 0, failed: 1, usage: 2 } as const;
