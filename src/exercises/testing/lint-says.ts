import { lint } from '../lint/index.ts'
import { problemText } from '../pack-error.ts'
import { type Changes, tinyPack } from './tiny-pack.ts'

/** What lint says of the tiny pack with a mistake in it: `error one/exercise.yaml:3:9: …` */
export async function said(changes: Changes): Promise<readonly string[]> {
  const home = tinyPack(changes)
  const problems = await lint(home)
  return problems.map((problem) => `${problem.severity} ${problemText(problem).replaceAll(`${home}/`, '')}`)
}
