/** Entry points that are written for each build from artifacts and deployments: their path, as if they were files. */
export const GENERATED = {
  abi: "src/package/entries/abi.ts",
  addresses: "src/package/entries/addresses.ts",
} as const;

/** What `import` finds: the package's face to the world, by subpath. A new one is one line here and one file. */
export const ENTRY_POINTS = {
  ".": "src/package/entries/strongroom.ts",
  "./abi": GENERATED.abi,
  "./addresses": GENERATED.addresses,
  "./audit": "src/package/entries/audit.ts",
  "./governance": "src/package/entries/governance.ts",
  "./payments": "src/package/entries/payments.ts",
} as const;

/** Folders that are shipped as they are, and which files of them. One that doesn't exist yet is left out. */
export const FOLDERS = {
  contracts: "sol",
  erc7730: "json",
  schemas: "json",
} as const;
