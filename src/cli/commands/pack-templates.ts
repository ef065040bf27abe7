import { TEMPLATES } from '../../exercises/templates.ts'
import { say } from '../terminal.ts'

/** `kubedrill pack templates`: criteria to copy into exercise.yaml and checks.feature. */
export function packTemplates(): void {
  for (const { title, criterion, scenario } of TEMPLATES) {
    say(`# ${title}`)
    say('# exercise.yaml, below criteria:')
    say(criterion)
    say('# checks.feature:')
    say(scenario)
  }
}
