import type { ApiRequest, UserInfo } from '../../../api/request.ts'
import { unauthorized } from '../../../api/status.ts'
import type { Answer } from '../../../api/types.ts'
import type { Server } from '../contract.ts'

export function authenticate(_server: Server, { credentials }: ApiRequest): Answer<UserInfo> {
  return credentials.type === 'user' ? credentials.user : unauthorized()
}
