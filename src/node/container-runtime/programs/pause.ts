import type { Program } from '../../contract.ts'

/** Does nothing until it is told to end. Source: kubernetes/kubernetes build/pause/linux/pause.c */
export const pause: Program = {
  start(process) {
    process.onSignal((signal) => {
      if (signal !== 'SIGHUP') process.exit(0)
    })
  },
}
