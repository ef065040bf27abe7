import type { Random } from '../../sim/random.ts'

/** 64 hex digits, as containerd names sandboxes and containers. */
export function newId(random: Random): string {
  let id = ''
  for (let i = 0; i < 8; i++) id += random.next32().toString(16).padStart(8, '0')
  return id
}
