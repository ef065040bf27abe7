/** Where things are in the simulated cluster: the addresses a kubeadm cluster on one small network would have. */

/** The nth machine's address, counted from 0: 192.168.64.10, .11 … and on into 192.168.65.0. */
export function hostAddress(index: number): string {
  const offset = index + 10
  return `192.168.${64 + (offset >> 8)}.${offset & 255}`
}

/** The pods of the nth machine: `10.244.0.0/16` gives 10.244.<n>.0/24; past 256 machines the next second octet. */
export function podSubnet(podCIDR: string, index: number): string {
  const [first, second] = podCIDR.split('.').map(Number)
  return `${first}.${second! + (index >> 8)}.${index & 255}.0/24`
}

/** The nth address of a CIDR: the `kubernetes` Service has the first, the cluster DNS the tenth. */
export function addressIn(cidr: string, n: number): string {
  const [base] = cidr.split('/')
  const number = base!.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) + n
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
