import { decodeBase64 } from '../../../api/base64.ts'
import { parseTime } from '../../../api/time.ts'
import type { CertificateSigningRequest } from '../../../api/types.ts'
import { certificateExpiry } from '../../../api/x509/certificate.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'

/** Deletes CertificateSigningRequests that nobody needs any more. Source: pkg/controller/certificates/cleaner/cleaner.go */
export const certificateCleanerController: ControllerDescriptor = {
  name: 'certificatesigningrequest-cleaner-controller',
  account: 'certificate-controller',
  component: 'certificatesigningrequest-cleaner-controller',
  needs: ['CertificateSigningRequest'],
  start: startCleaner,
}

const HOUR = 3_600_000
/** Source: cleaner.go pollingInterval, approvedExpiration, deniedExpiration, pendingExpiration */
const POLLING = HOUR
const DECIDED = HOUR
const PENDING = 24 * HOUR

/** It looks every hour, counted from its start; where there is nothing to look at, it does not. */
function startCleaner({ client, informers, world: { clock } }: ControllerContext): Controller {
  const started = clock.now()
  let timer: Timer | undefined
  const wait = () => {
    const next = POLLING - ((clock.now() - started) % POLLING)
    timer ??= clock.setTimeout(look, next)
  }
  function look() {
    timer = undefined
    const requests = client.list('CertificateSigningRequest')
    for (const request of requests)
      if (isOver(request, clock.now())) client.delete('CertificateSigningRequest', request.metadata.name)
    if (requests.length > 0) wait()
  }
  const stop = informers.on('CertificateSigningRequest', ({ type }) => {
    if (type !== 'DELETED') wait()
  })
  return {
    stop() {
      stop()
      clock.clearTimeout(timer)
    },
  }
}

export function isOver({ metadata, status = {} }: CertificateSigningRequest, now: number): boolean {
  const conditions = status.conditions ?? []
  const isOlder = (time: string | undefined, than: number) => !!time && now - parseTime(time) > than
  if (conditions.length === 0) return isOlder(metadata.creationTimestamp, PENDING)
  const issued = !!status.certificate
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return isOlder(lastUpdateTime, DECIDED)
    if (type !== 'Approved') return false
    if (!issued) return isOlder(lastUpdateTime, PENDING)
    const expiry = certificateExpiry(decodeBase64(status.certificate!))
    return isOlder(lastUpdateTime, DECIDED) || (expiry !== undefined && now > expiry)
  })
}
