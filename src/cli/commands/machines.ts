import { statecharts } from '../../cluster/statecharts.ts'
import { mermaid } from '../../sim/machines.ts'
import { Failure } from '../failure.ts'
import { columns, say, sayJson } from '../terminal.ts'

/** `kubedrill machines [NAME]`: lists the statecharts, or draws one. */
export function machines(name: string | undefined, { json }: { json?: boolean }): void {
  const all = statecharts.map(({ component, describes, machine }) => ({
    name: machine.id,
    component,
    describes,
    states: Object.keys(machine.states),
  }))
  if (name === undefined) {
    if (json) sayJson(all)
    else
      say(
        columns([
          ['NAME', 'COMPONENT', 'DESCRIBES'],
          ...all.map((chart) => [chart.name, chart.component, chart.describes]),
        ]),
      )
    return
  }
  const found = statecharts.find(({ machine }) => machine.id === name)
  if (found === undefined)
    throw new Failure(`there is no statechart "${name}": ${all.map((chart) => chart.name).join(', ')}`)
  const diagram = mermaid(found.machine)
  if (json) sayJson({ ...all.find((chart) => chart.name === name), mermaid: diagram })
  else say(diagram)
}
