import { fieldsOfShape, type Shape, shapeOfKind } from '../../cluster/index.ts'
import { nearestName } from '../explain/slips.ts'
import { type PathPart, partsOf } from '../subset.ts'
import type { Mistake } from './mistake.ts'

/** Where templates of Pods are in the kinds that have one: what is asked of the kind may be meant of them. */
const TEMPLATES = ['spec.template', 'spec.jobTemplate', 'spec.jobTemplate.spec.template']
const LIST = '['
const MAP = '{'
/** `a` anything, `o` any object, `j` a schema or something else: see scripts/generate/structure.ts. */
const OPEN = /^[aoj]/

/** A path to a field that no object of its kind has; of custom resources nothing is known. */
export function fieldMistake(kind: string, path: string): Mistake | undefined {
  const wrong = wrongPart(kind, path)
  if (wrong === undefined) return undefined
  const { end, says = `no ${kind} has a field "${path.slice(0, end)}"` } = wrong
  const meant = wrong.meant ?? inTemplate(kind, path)
  return { start: wrong.start, message: `${says}${meant === undefined ? '' : `; did you mean ${meant}?`}` }
}

interface WrongPart {
  readonly start: number
  readonly end: number
  readonly says?: string
  readonly meant?: string
}

function wrongPart(kind: string, path: string): WrongPart | undefined {
  let shape: Shape | undefined = shapeOfKind(kind)
  if (shape === undefined) return undefined
  let above = ''
  const parts = partsOf(path)
  for (const [index, part] of parts.entries()) {
    if (OPEN.test(shape)) return undefined
    const below: Shape | undefined = belowOf(shape, part)
    const end = part.start + part.name.length + (part.isBracketed ? closing(path, part) : 0)
    if (below === undefined)
      return { start: part.start, end, ...whatIsMeant(shape, above, part, parts.slice(index + 1)) }
    above = path.slice(0, end)
    shape = below
  }
  return undefined
}

/** `[web]` is longer than its name by the brackets, `["a.b/c"]` by quotes, too. */
const closing = (path: string, { start }: PathPart) => (path[start + 1] === '"' ? 4 : 2)

function belowOf(shape: Shape, { name, isBracketed }: PathPart): Shape | undefined {
  if (shape[0] === MAP) return shape.slice(1)
  if (shape[0] !== LIST) return fieldsOfShape(shape)?.get(name)
  // `containers.image` is read as the container of this name: it is rather the image of any.
  const isField = !isBracketed && fieldsOfShape(shape.slice(1))?.has(name) === true
  return isField ? undefined : shape.slice(1)
}

function whatIsMeant(shape: Shape, above: string, { name }: PathPart, rest: readonly PathPart[]) {
  if (shape[0] === LIST)
    return { says: `${above} is a list, whose items go by name or index`, meant: `${above}[0].${name}` }
  const fields = fieldsOfShape(shape)
  if (fields !== undefined) {
    const meant = nearestName(name, fields.keys())
    const tail = rest.map((part) => (part.isBracketed ? `[${part.name}]` : `.${part.name}`)).join('')
    return meant === undefined ? {} : { meant: `${above === '' ? '' : `${above}.`}${meant}${tail}` }
  }
  // metadata.labels.example.com/tier
  const map = /^(metadata\.(?:labels|annotations)|.*\.(?:matchLabels|nodeSelector|data))\.(.+)$/.exec(above)
  const key = map && [map[2], name, ...rest.map((part) => part.name)].join('.')
  return { says: `${above} has no fields: it is a value`, ...(map ? { meant: `${map[1]}["${key}"]` } : {}) }
}

/** The same field of the template, if there it exists. */
function inTemplate(kind: string, path: string): string | undefined {
  const moved = TEMPLATES.map((template) => `${template}.${path}`)
  return moved.find((each) => wrongPart(kind, each) === undefined)
}
