import { latin1FromBytes } from 'just-bash'
import { quote, type ShellCommand } from '../engine.ts'

/** less(1), more(1): all of it, as where standard output is no terminal; the user's own terminal can scroll. */
export const pager: ShellCommand = async (args, context) => {
  const files = args.filter((arg) => !/^[-+]./.test(arg))
  if (files.length === 0) return { bytes: latin1FromBytes(context.stdin) }
  return context.exec!(`cat -- ${files.map(quote).join(' ')}`, { cwd: context.cwd })
}
