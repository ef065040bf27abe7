import type { ApiRequest, UserInfo } from '../../../api/request.ts'
import type { Status } from '../../../api/types.ts'
import type { Server } from '../contract.ts'

export function authorize(_server: Server, _user: UserInfo, _request: ApiRequest): Status | undefined {
  return undefined
}
