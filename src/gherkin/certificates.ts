import type { CertificateSigner } from '../api/request.ts'
import type { Credentials } from '../server/pki.ts'

let made: Promise<Credentials> | undefined
let signer: CertificateSigner | undefined

/** The certificates of every scenario's cluster: made once, and only where one is looked at. */
export function scenarioCredentials(): Promise<Credentials> {
  made ??= makeCredentials()
  return made
}

async function makeCredentials(): Promise<Credentials> {
  const [{ createCredentials }, { createCertificateSigner }] = await Promise.all([
    import('../server/pki.ts'),
    import('../server/certificate-signer.ts'),
  ])
  const credentials = await createCredentials()
  signer = createCertificateSigner(credentials.ca)
  return credentials
}

/** Signs with them: whoever lets a request in waits for {@link scenarioCredentials} first. */
export const scenarioSigner: CertificateSigner = {
  signerNotAfter: () => loaded().signerNotAfter(),
  sign: (wanted) => loaded().sign(wanted),
}

function loaded(): CertificateSigner {
  if (signer === undefined) throw new Error('the CA of this scenario was not made')
  return signer
}
