import { parameterTypes } from './parameter-types.ts'
import { stepGroups } from './vocabulary.ts'

/**
 * Every parameter type and step as calls of cucumber's, with literals: editors read steps off such calls, and off nothing
 * else. The build writes it to dist/gherkin/editor-steps.ts; nobody runs it.
 */
export function editorSteps(): string {
  const types = parameterTypes.map(
    ({ name, regexp }) => `defineParameterType({ name: ${JSON.stringify(name)}, regexp: ${regexp} })`,
  )
  const groups = stepGroups.map(({ title, steps }) => [
    `// ${title}`,
    ...steps.map(
      ({ pattern, says = '' }) =>
        `/** ${says.replaceAll('*/', '* /')} */\nGiven(${typeof pattern === 'string' ? JSON.stringify(pattern) : pattern}, () => {})`,
    ),
  ])
  return `${[HEAD, ...types, '', ...groups.flat()].join('\n')}\n`
}

const HEAD = `// Made from the vocabulary, for editors: they complete and check the steps of features by it. Nobody runs it.
import { defineParameterType, Given } from '@cucumber/cucumber'
`
