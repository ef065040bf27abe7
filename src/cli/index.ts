import { main } from './main.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of our output has left (`kubedrill list | head`): nothing is wrong.
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await main(process.argv)
