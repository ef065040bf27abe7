/** The loop of client-go's controllers, for every controller of this process. */
export type { Loop } from '../../client/work-loop.ts'
export { startLoop } from '../../client/work-loop.ts'
