import { provePack } from './testing/prove-pack.ts'

provePack('cka-networking')
