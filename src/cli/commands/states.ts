import { columns, say, sayJson, tell } from '../terminal.ts'
import { runningCluster } from './running.ts'

/** `kubedrill states [TEXT]`: the statecharts that run in the cluster now, and the state each is in. */
export async function states(text: string | undefined, { json }: { json?: boolean }): Promise<void> {
  const control = await runningCluster('states')
  const all = await control.charts()
  const found = all.filter(
    ({ component, object, machine }) => text === undefined || `${component} ${object} ${machine}`.includes(text),
  )
  if (json) sayJson(found)
  else if (found.length === 0) tell(`no statechart that runs has "${text}" in its component, object or machine`)
  else
    say(
      columns([
        ['COMPONENT', 'OBJECT', 'MACHINE', 'STATE'],
        ...found.map(({ component, object, machine, state }) => [component, object, machine, state]),
      ]),
    )
  if (found.length === 0) process.exitCode = 1
}
