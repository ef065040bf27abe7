/** What stands in ca.crt where nobody outside will check it. */
export const PLACEHOLDER_CA = '-----BEGIN CERTIFICATE-----\nbm90IHNpbXVsYXRlZA==\n-----END CERTIFICATE-----\n'
