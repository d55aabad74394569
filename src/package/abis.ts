/**
 * The ABIs that are published, by the name of the constant, and the contracts whose entries each one joins. Interfaces
 * stand here when others implement them. A rename is a breaking change of the package.
 */
export const ABIS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  // custody; what answers at the Vault's address is IVault by both halves of the code, with the errors of both.
  vaultAbi: ["IVault", "Vault", "VaultAdmin"],
  vaultLensAbi: ["VaultLens"],
  reserveAbi: ["Reserve"],
  recoveryAbi: ["Recovery"],
  depositAddressAbi: ["DepositAddress"],
  depositFactoryAbi: ["DepositFactory"],
  appAbi: ["IApp"],
  // policy
  exitPolicyAbi: ["ExitPolicy"],
  tierRegistryAbi: ["TierRegistry"],
  sanctionsListAbi: ["ISanctionsList"],
  // oracle
  priceRouterAbi: ["PriceRouter"],
  feedSetAbi: ["FeedSet"],
  pullPricesAbi: ["PullPrices"],
  chainlinkSourceAbi: ["ChainlinkSource"],
  pythSourceAbi: ["PythSource"],
  redStoneSourceAbi: ["RedStoneSource"],
  priceSourceAbi: ["IPriceSource"],
  // governance
  guardianAbi: ["Guardian"],
  vetoGateAbi: ["VetoGate"],
  safeGuardAbi: ["SafeGuard"],
  safeSetupAbi: ["SafeSetup"],
  successionAbi: ["Succession"],
  upgradeControllerAbi: ["UpgradeController"],
  auditRecordAbi: ["AuditRecord"],
  appReleaseAbi: ["AppRelease"],
  // payments
  paymentsAbi: ["Payments"],
  paymentRulesAbi: ["PaymentRules"],
  nettingAbi: ["Netting"],
  secretRegistryAbi: ["SecretRegistry"],
  conditionAbi: ["ICondition"],
  hashLockAbi: ["HashLock"],
  timeWindowAbi: ["TimeWindow"],
  priceLimitAbi: ["PriceLimit"],
  quorumAbi: ["Quorum"],
  attestationAbi: ["Attestation"],
  severalAbi: ["Several"],
  // gateway
  gatewayAbi: ["Gateway"],
  committeeAbi: ["Committee"],
  foreignAssetAbi: ["ForeignAsset"],
  multisigVerifierAbi: ["MultisigVerifier"],
  schnorrVerifierAbi: ["SchnorrVerifier"],
  // shared
  paramsAbi: ["IParams"],
};
