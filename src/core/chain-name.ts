/**
 * A chain's name by CAIP-2: a namespace and a reference.
 *
 * @see https://chainagnostic.org/CAIPs/caip-2
 */
export const CHAIN_NAME = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/;

/** The name of a chain that an Ethereum Virtual Machine runs: `eip155:` and its id. */
export const EVM_CHAIN_NAME = /^eip155:[1-9]\d{0,15}$/;
