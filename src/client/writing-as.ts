import type { Client } from './contract.ts'

/** Controllers read from the shared informers, which belong to the process itself, and write as themselves. */
export function writingAs(account: Client, own: Client): Client {
  return {
    user: account.user,
    get: own.get.bind(own),
    list: own.list.bind(own),
    watch: own.watch.bind(own),
    create: account.create.bind(account),
    update: account.update.bind(account),
    updateStatus: account.updateStatus.bind(account),
    ...(account.updateSubresource && { updateSubresource: account.updateSubresource.bind(account) }),
    ...(account.patch && { patch: account.patch.bind(account) }),
    delete: account.delete.bind(account),
    createSubresource: account.createSubresource.bind(account),
    ...(account.read && { read: account.read.bind(account) }),
    ...(account.keepRenewed && { keepRenewed: account.keepRenewed.bind(account) }),
    ...(own.renewing && { renewing: own.renewing.bind(own) }),
    ...(account.keepReported && { keepReported: account.keepReported.bind(account) }),
    reachable: account.reachable.bind(account),
    onReachable: account.onReachable.bind(account),
  }
}
