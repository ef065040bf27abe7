/** An answer's `onStale` when it never changes while the process runs. */
export const steady = (): (() => void) => () => undefined
